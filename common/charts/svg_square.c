/* svg_square.c - lines in the unit square: ROC and precision-recall curves */
#include "charts/svg_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SIDE = 276,
    LEFT = 56,
    TOP = 40,
    LINE = 18, /* of the legend, pixels */
    NAME_SHOWN = 38,
};

static double to_x(double v)
{
    return LEFT + v * SIDE;
}

static double to_y(double v)
{
    return TOP + (1 - v) * SIDE;
}

static void draw_frame(const struct svg_square *s, struct buf *out)
{
    char text[16];

    for (int i = 0; i <= 5; i++) {
        const double v = i / 5.0;

        buf_printf(out,
                   "<path class=\"pl-grid\" d=\"M%d %.1fh%dM%.1f %dv%d\"/>\n",
                   LEFT, to_y(v), SIDE, to_x(v), TOP, SIDE);
        snprintf(text, sizeof(text), "%d %%", 20 * i);
        svg_put(out, LEFT - 7, to_y(v) + 4, "end", "pl-m", text);
        svg_put(out, to_x(v), TOP + SIDE + 17, "middle", "pl-m", text);
    }
    if (s->diagonal)
        buf_printf(out, "<path class=\"pl-even\" d=\"M%d %dl%d %d\"/>\n", LEFT,
                   TOP + SIDE, SIDE, -SIDE);
    svg_put(out, LEFT, TOP - 20, "start", "pl-h", s->title);
    svg_put(out, LEFT, TOP - 5, "start", "pl-m", s->y_title);
    svg_put(out, LEFT + SIDE, TOP + SIDE + 33, "end", "pl-m", s->x_title);
}

struct place {
    double x, y; /* pixels */
};

static struct place place_of(const struct svg_line *l, size_t k)
{
    return (struct place){to_x(l->x[k]), to_y(l->y[k])};
}

/* Is 'p' next to 'a', or between 'a' and 'b' on a level or upright line? */
static bool is_spare(struct place a, struct place p, struct place b)
{
    const bool upright = fabs(p.x - a.x) < 1e-9 && fabs(b.x - p.x) < 1e-9;
    const bool level = fabs(p.y - a.y) < 1e-9 && fabs(b.y - p.y) < 1e-9;

    return upright || level || hypot(p.x - a.x, p.y - a.y) < 0.7;
}

/* "NAME: VALUE", of which the name is cut where both are long. */
static void put_name(const char *name, const char *value, struct buf *out)
{
    const size_t taken = value ? strlen(value) + 2 : 0;

    svg_text(out, name, taken < NAME_SHOWN ? NAME_SHOWN - taken : 1);
    if (value) {
        buf_puts(out, ": ");
        svg_text(out, value, NAME_SHOWN);
    }
}

/* Without points that nobody would miss. */
static void draw_line(const struct svg_line *l, int i, struct buf *out)
{
    struct place last = {0, 0};

    buf_printf(out, "<path class=\"pl-s pl-s%d%s\" d=\"", i % SVG_KINDS,
               i ? "" : " pl-first");
    for (size_t k = 0; k < l->n; k++) {
        const struct place p = place_of(l, k);

        if (k > 0 && k + 1 < l->n && is_spare(last, p, place_of(l, k + 1)))
            continue;
        buf_printf(out, "%c%.1f %.1f", k ? 'L' : 'M', p.x, p.y);
        last = p;
    }
    buf_puts(out, "\"><title>");
    put_name(l->name, l->value, out);
    buf_puts(out, "</title></path>\n");
}

static void draw_name(double y, const char *name, const char *value,
                      struct buf *out)
{
    buf_printf(out, "<text class=\"pl-t\" x=\"%d\" y=\"%.1f\">", LEFT + 30, y);
    put_name(name, value, out);
    buf_puts(out, "</text>\n");
}

static void draw_mark(const struct svg_mark *m, int i, double x, double y,
                      struct buf *out)
{
    buf_puts(out, "<g><title>");
    svg_text(out, m->name, NAME_SHOWN);
    if (i == 0)
        buf_printf(out,
                   "</title><circle class=\"pl-spot\" cx=\"%.1f\" cy=\"%.1f\" "
                   "r=\"4.5\"/></g>\n",
                   x, y);
    else
        buf_printf(out,
                   "</title><path class=\"pl-spot\" d=\"M%.1f %.1fh9v9h-9z\"/>"
                   "</g>\n",
                   x - 4.5, y - 4.5);
}

static void draw_legend(const struct svg_square *s, struct buf *out)
{
    double y = TOP + SIDE + 56;

    for (int i = 0; i < s->n_line; i++, y += LINE) {
        buf_printf(out, "<path class=\"pl-s pl-s%d%s\" d=\"M%d %.1fh22\"/>\n",
                   i % SVG_KINDS, i ? "" : " pl-first", LEFT, y - 4);
        draw_name(y, s->line[i].name, s->line[i].value, out);
    }
    for (int i = 0; i < s->n_mark; i++, y += LINE) {
        draw_mark(&s->mark[i], i, LEFT + 11, y - 4, out);
        draw_name(y, s->mark[i].name, NULL, out);
    }
}

void svg_square(const struct svg_square *s, struct buf *out)
{
    char label[256];

    snprintf(label, sizeof(label), "%s: %s over %s", s->title, s->y_title,
             s->x_title);
    svg_open(out, LEFT + SIDE + 20,
             TOP + SIDE + 48 + LINE * (s->n_line + s->n_mark), label, false);
    draw_frame(s, out);
    for (int i = s->n_line; i-- > 0;)
        draw_line(&s->line[i], i, out);
    for (int i = 0; i < s->n_mark; i++)
        draw_mark(&s->mark[i], i, to_x(s->mark[i].x), to_y(s->mark[i].y), out);
    draw_legend(s, out);
    buf_puts(out, "</svg>\n");
}
