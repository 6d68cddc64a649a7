/* svg_masking.c - curves of insertion and of deletion, a line a method */
#include "charts/svg_masking.h"

#include "charts/svg_private.h"

#include <stdio.h>

enum { SIDE = 260, LEFT = 52, APART = 40, TOP = 84, ROW = 18, PER_ROW = 3 };

struct panel {
    struct buf *out;
    double left;
};

static double to_x(const struct panel *p, double share)
{
    return p->left + share * SIDE;
}

static double to_y(double probability)
{
    return TOP + (1.0 - probability) * SIDE;
}

static void draw_frame(const struct panel *p, const char *title,
                       const char *below)
{
    char text[16];

    for (int i = 0; i <= 5; i++) {
        const double v = i / 5.0;

        buf_printf(p->out,
                   "<line class=\"pl-grid\" x1=\"%.1f\" x2=\"%.1f\" "
                   "y1=\"%.1f\" y2=\"%.1f\"/>\n",
                   to_x(p, 0), to_x(p, 1), to_y(v), to_y(v));
        snprintf(text, sizeof(text), "%d %%", 20 * i);
        svg_put(p->out, p->left - 7, to_y(v) + 4, "end", "pl-m", text);
        svg_put(p->out, to_x(p, v), TOP + SIDE + 18, "middle", "pl-m", text);
    }
    svg_put(p->out, p->left, TOP - 24, "start", "", title);
    svg_put(p->out, p->left, TOP - 8, "start", "pl-m",
            "probability of the class");
    svg_put(p->out, to_x(p, 1), TOP + SIDE + 36, "end", "pl-m", below);
}

/* Colours begin anew, dashed. */
static void open_line(struct buf *out, size_t i)
{
    buf_printf(out, "<path class=\"pl-s pl-s%zu\"%s d=\"", i % SVG_KINDS,
               i >= SVG_KINDS ? " stroke-dasharray=\"5 3\"" : "");
}

static void draw_line(const struct panel *p, size_t i, const double *v,
                      size_t n)
{
    open_line(p->out, i);
    for (size_t k = 0; k < n; k++)
        buf_printf(p->out, "%c%.1f %.1f", k ? 'L' : 'M',
                   to_x(p, (double)k / (double)(n - 1)), to_y(v[k]));
    buf_puts(p->out, "\"/>\n");
}

static void draw_legend(const struct svg_masking *m, struct buf *out)
{
    for (size_t i = 0; i < m->n_line; i++) {
        const double x = LEFT + (double)(i % PER_ROW) * 190,
                     y = TOP + SIDE + 64 + (double)(i / PER_ROW) * ROW;

        open_line(out, i);
        buf_printf(out, "M%.1f %.1fh24\"/>\n", x, y - 4);
        svg_put(out, x + 30, y, "start", "", m->line[i].name);
    }
}

void svg_masking(const struct svg_masking *m, bool alone, struct buf *out)
{
    const struct panel insertion = {out, LEFT},
                       deletion = {out, LEFT + SIDE + APART + LEFT};
    const double rows = (double)((m->n_line + PER_ROW - 1) / PER_ROW);

    svg_open(out, LEFT + 2 * SIDE + APART + LEFT + 30,
             TOP + SIDE + 64 + rows * ROW, m->title, alone);
    svg_put(out, 14, 22, "start", "pl-h", m->title);
    draw_frame(&insertion, "Insertion: higher is better",
               "pixels that are back, the most relevant first");
    draw_frame(&deletion, "Deletion: lower is better",
               "pixels removed, the most relevant first");
    for (size_t i = 0; i < m->n_line; i++) {
        draw_line(&insertion, i, m->line[i].insertion, m->n);
        draw_line(&deletion, i, m->line[i].deletion, m->n);
    }
    draw_legend(m, out);
    buf_puts(out, "</svg>\n");
}
