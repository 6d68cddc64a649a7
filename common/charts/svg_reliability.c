/* svg_reliability.c - accuracy over confidence: can one believe the figure? */
#include "charts/svg_private.h"

#include <math.h>
#include <stdio.h>

enum { SIDE = 320, LEFT = 62, STRIP = 56 };

struct plot {
    const struct svg_reliability *r;
    struct buf *out;
    double top;
};

static double to_x(double v)
{
    return LEFT + v * SIDE;
}

static double to_y(const struct plot *p, double v)
{
    return p->top + (1 - v) * SIDE;
}

static void draw_line(const struct plot *p, const char *class,
                      const double at[4])
{
    buf_printf(p->out,
               "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
               "y2=\"%.1f\"/>\n",
               class, at[0], at[1], at[2], at[3]);
}

static void draw_frame(const struct plot *p)
{
    char text[16];

    for (int i = 0; i <= 5; i++) {
        const double v = i / 5.0;

        draw_line(p, "pl-grid",
                  (double[]){to_x(0), to_y(p, v), to_x(1), to_y(p, v)});
        snprintf(text, sizeof(text), "%d %%", 20 * i);
        svg_put(p->out, LEFT - 7, to_y(p, v) + 4, "end", "pl-m", text);
        svg_put(p->out, to_x(v), p->top + SIDE + STRIP + 34, "middle", "pl-m",
                text);
    }
    draw_line(p, "pl-even",
              (double[]){to_x(0), to_y(p, 0), to_x(1), to_y(p, 1)});
    draw_line(p, "pl-axis",
              (double[]){to_x(0), to_y(p, 0), to_x(1), to_y(p, 0)});
    svg_put(p->out, LEFT, p->top - 10, "start", "pl-m", "accuracy");
    svg_put(p->out, to_x(1), p->top + SIDE + STRIP + 52, "end", "pl-m",
            "confidence");
}

/* Bars of accuracy, each with a stroke at its mean confidence. */
static void draw_bars(const struct plot *p)
{
    const struct svg_reliability *r = p->r;
    const double w = (double)SIDE / r->n;

    for (int b = 0; b < r->n; b++) {
        const double x = LEFT + b * w, c = to_y(p, r->confidence[b]);

        if (r->count[b] == 0)
            continue;
        buf_printf(p->out,
                   "<g><title>%zu cells: confidence %.1f %%, accuracy %.1f "
                   "%%</title><rect class=\"pl-bar\" x=\"%.1f\" y=\"%.1f\" "
                   "width=\"%.1f\" height=\"%.1f\"/></g>\n",
                   r->count[b], 100 * r->confidence[b], 100 * r->accuracy[b],
                   x + 1, to_y(p, r->accuracy[b]), w - 2,
                   r->accuracy[b] * SIDE);
        draw_line(p, "pl-b", (double[]){x + 1, c, x + w - 1, c});
    }
}

/* The bins after temperature, joined by a line. */
static void draw_after(const struct plot *p)
{
    const struct svg_reliability *r = p->r;
    bool down = false;

    if (!r->after_count)
        return;
    buf_puts(p->out, "<path class=\"pl-a\" d=\"");
    for (int b = 0; b < r->n; b++) {
        if (r->after_count[b] == 0)
            continue;
        buf_printf(p->out, "%c%.1f %.1f", down ? 'L' : 'M',
                   to_x(r->after_confidence[b]), to_y(p, r->after_accuracy[b]));
        down = true;
    }
    buf_puts(p->out, "\"/>\n");
    for (int b = 0; b < r->n; b++)
        if (r->after_count[b])
            buf_printf(p->out,
                       "<circle class=\"pl-da\" cx=\"%.1f\" cy=\"%.1f\" "
                       "r=\"3\"/>\n",
                       to_x(r->after_confidence[b]),
                       to_y(p, r->after_accuracy[b]));
}

/* How many cells are in each bin. */
static void draw_counts(const struct plot *p)
{
    const struct svg_reliability *r = p->r;
    const double w = (double)SIDE / r->n, foot = p->top + SIDE + STRIP + 18;
    size_t most = 1;
    char text[48];

    for (int b = 0; b < r->n; b++)
        most = r->count[b] > most ? r->count[b] : most;
    for (int b = 0; b < r->n; b++) {
        const double h = (double)r->count[b] / (double)most * STRIP;

        if (r->count[b])
            buf_printf(p->out,
                       "<rect class=\"pl-cell\" x=\"%.1f\" y=\"%.1f\" "
                       "width=\"%.1f\" height=\"%.1f\"/>\n",
                       LEFT + b * w + 1, foot - h, w - 2, h);
    }
    draw_line(p, "pl-axis", (double[]){to_x(0), foot, to_x(1), foot});
    snprintf(text, sizeof(text), "cells (%zu)", most);
    svg_put(p->out, LEFT - 7, foot - STRIP / 2.0, "end", "pl-m", "cells");
    svg_put(p->out, LEFT + 4, foot - STRIP + 8, "start", "pl-m",
            text + sizeof("cells ") - 1);
}

static void draw_legend(const struct plot *p)
{
    const struct svg_reliability *r = p->r;
    char text[96];

    snprintf(text, sizeof(text), "as trained: ECE %.1f %%", 100 * r->ece);
    buf_printf(p->out, "<path class=\"pl-b\" d=\"M%d %.1fh24\"/>\n", LEFT,
               p->top - 44);
    svg_put(p->out, LEFT + 30, p->top - 40, "start", "",
            isfinite(r->ece) ? text : "no cells");
    if (!r->after_count || !isfinite(r->after_ece))
        return;
    snprintf(text, sizeof(text), "at temperature %.2f: %.1f %%", r->temperature,
             100 * r->after_ece);
    buf_printf(p->out, "<path class=\"pl-a\" d=\"M%d %.1fh24\"/>\n", LEFT + 182,
               p->top - 44);
    svg_put(p->out, LEFT + 210, p->top - 40, "start", "", text);
}

void svg_reliability(const struct svg_reliability *r, bool alone,
                     struct buf *out)
{
    const struct plot p = {r, out, r->title[0] ? 96 : 70};
    char label[256];

    snprintf(label, sizeof(label),
             "%s: accuracy over confidence in %d bins; on the diagonal both "
             "are equal",
             r->title[0] ? r->title : "Reliability", r->n);
    svg_open(out, LEFT + SIDE + 84, p.top + SIDE + STRIP + 62, label, alone);
    svg_put(out, 14, 22, "start", "pl-h", r->title);
    draw_frame(&p);
    draw_bars(&p);
    draw_after(&p);
    draw_counts(&p);
    draw_legend(&p);
    buf_puts(out, "</svg>\n");
}
