/* svg_reliability.c - accuracy over confidence: can one believe the figure? */
#include "charts/svg_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    FILE_SIDE = 320, /* of the plotting area in a file of its own, pixels */
    FILE_LEFT = 62,
    PAGE_SIDE = 270, /* and on a page */
    PAGE_LEFT = 52,
    STRIP = 56,
    FEW = 10, /* fewer cells in a bin say little */
};

struct plot {
    const struct svg_reliability *r;
    struct buf *out;
    double left, top, side; /* of the plotting area, pixels */
    bool alone;
};

static double to_x(const struct plot *p, double v)
{
    return p->left + v * p->side;
}

static double to_y(const struct plot *p, double v)
{
    return p->top + (1 - v) * p->side;
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
                  (double[]){to_x(p, 0), to_y(p, v), to_x(p, 1), to_y(p, v)});
        snprintf(text, sizeof(text), "%d %%", 20 * i);
        svg_put(p->out, p->left - 7, to_y(p, v) + 4, "end", "pl-m", text);
        svg_put(p->out, to_x(p, v), p->top + p->side + STRIP + 34, "middle",
                "pl-m", text);
    }
    draw_line(p, "pl-even",
              (double[]){to_x(p, 0), to_y(p, 0), to_x(p, 1), to_y(p, 1)});
    draw_line(p, "pl-axis",
              (double[]){to_x(p, 0), to_y(p, 0), to_x(p, 1), to_y(p, 0)});
    svg_put(p->out, p->left, p->top - 10, "start", "pl-m", "accuracy");
    svg_put(p->out, to_x(p, 1), p->top + p->side + STRIP + 52, "end", "pl-m",
            "confidence");
}

/* On a page bins of few cells are pale, and no line leads to them. */
static bool is_few(const struct plot *p, size_t cells)
{
    return !p->alone && cells < FEW;
}

/* Bars of accuracy, each with a stroke at its mean confidence. */
static void draw_bars(const struct plot *p)
{
    const struct svg_reliability *r = p->r;
    const double w = p->side / r->n;

    for (int b = 0; b < r->n; b++) {
        const double x = p->left + b * w, c = to_y(p, r->confidence[b]);

        if (r->count[b] == 0)
            continue;
        buf_printf(p->out,
                   "<g><title>%zu cells: confidence %.1f %%, accuracy %.1f "
                   "%%</title><rect class=\"pl-bar%s\" x=\"%.1f\" y=\"%.1f\" "
                   "width=\"%.1f\" height=\"%.1f\"/></g>\n",
                   r->count[b], 100 * r->confidence[b], 100 * r->accuracy[b],
                   is_few(p, r->count[b]) ? " pl-few" : "", x + 1,
                   to_y(p, r->accuracy[b]), w - 2, r->accuracy[b] * p->side);
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
        if (r->after_count[b] == 0 || is_few(p, r->after_count[b]))
            continue;
        buf_printf(p->out, "%c%.1f %.1f", down ? 'L' : 'M',
                   to_x(p, r->after_confidence[b]),
                   to_y(p, r->after_accuracy[b]));
        down = true;
    }
    buf_puts(p->out, "\"/>\n");
    for (int b = 0; b < r->n; b++)
        if (r->after_count[b])
            buf_printf(p->out,
                       "<circle class=\"pl-da%s\" cx=\"%.1f\" cy=\"%.1f\" "
                       "r=\"3\"/>\n",
                       is_few(p, r->after_count[b]) ? " pl-pale" : "",
                       to_x(p, r->after_confidence[b]),
                       to_y(p, r->after_accuracy[b]));
}

/* How many cells are in each bin. */
static void draw_counts(const struct plot *p)
{
    const struct svg_reliability *r = p->r;
    const double w = p->side / r->n, foot = p->top + p->side + STRIP + 18;
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
                       p->left + b * w + 1, foot - h, w - 2, h);
    }
    draw_line(p, "pl-axis", (double[]){to_x(p, 0), foot, to_x(p, 1), foot});
    snprintf(text, sizeof(text), p->alone ? "(%zu)" : "at most %zu", most);
    svg_put(p->out, p->left - 7, foot - STRIP / 2.0, "end", "pl-m", "cells");
    svg_put(p->out, p->left + 4, foot - STRIP + 8, "start", "pl-m", text);
}

/* A sample of a mark, 24 pixels wide, and 'gap' behind it what it means. */
static void draw_key(const struct plot *p, double x, double gap, double y,
                     const char *class, const char *text)
{
    if (strncmp(class, "pl-bar", 6) == 0)
        buf_printf(p->out,
                   "<rect class=\"%s\" x=\"%.0f\" y=\"%.1f\" width=\"24\" "
                   "height=\"11\"/>\n",
                   class, x, y - 10);
    else
        buf_printf(p->out, "<path class=\"%s\" d=\"M%.0f %.1fh24\"/>\n", class,
                   x, y - 4);
    svg_put(p->out, x + 24 + gap, y, "start", "", text);
}

/* What is drawn: on a page a line each, in a file the errors beside each
 * other. */
static void draw_legend(const struct plot *p)
{
    const struct svg_reliability *r = p->r;
    const bool after = r->after_count && isfinite(r->after_ece);
    char as[96], at[96];

    snprintf(as, sizeof(as), "as trained: ECE %.1f %%", 100 * r->ece);
    if (!isfinite(r->ece))
        snprintf(as, sizeof(as), "no cells");
    if (isfinite(r->temperature))
        snprintf(at, sizeof(at), "at temperature %.2f: %.1f %%", r->temperature,
                 100 * r->after_ece);
    else
        snprintf(at, sizeof(at), "at each fold's temperature: %.1f %%",
                 100 * r->after_ece);
    if (p->alone) {
        draw_key(p, p->left, 6, p->top - 40, "pl-b", as);
        if (after)
            draw_key(p, p->left + 182, 4, p->top - 40, "pl-a", at);
        return;
    }
    draw_key(p, p->left, 6, p->top - 92, "pl-bar", "share right (accuracy)");
    draw_key(p, p->left, 6, p->top - 74, "pl-bar pl-few",
             "of fewer than 10 cells");
    draw_key(p, p->left, 6, p->top - 56, "pl-b", as);
    if (after)
        draw_key(p, p->left, 6, p->top - 38, "pl-a", at);
}

void svg_reliability(const struct svg_reliability *r, bool alone,
                     struct buf *out)
{
    const struct plot p = {.r = r,
                           .out = out,
                           .left = alone ? FILE_LEFT : PAGE_LEFT,
                           .top = (r->title[0] ? 96 : 70) + (alone ? 0 : 40),
                           .side = alone ? FILE_SIDE : PAGE_SIDE,
                           .alone = alone};
    char label[256];

    snprintf(label, sizeof(label),
             "%s: accuracy over confidence in %d bins; on the diagonal both "
             "are equal",
             r->title[0] ? r->title : "Reliability", r->n);
    svg_open(out, p.left + p.side + (alone ? 84 : 30),
             p.top + p.side + STRIP + 62, label, alone);
    svg_put(out, 14, 22, "start", "pl-h", r->title);
    draw_frame(&p);
    draw_bars(&p);
    draw_after(&p);
    draw_counts(&p);
    draw_legend(&p);
    buf_puts(out, "</svg>\n");
}
