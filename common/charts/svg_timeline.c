/*
 * svg_timeline.c - which processes ran where and when
 *
 * Times are in per cent of the width, heights and text in pixels, so that the
 * chart is as wide as its page, and can be read at any width.
 */
#include "charts/svg_private.h"

#include <math.h>
#include <stdint.h>

enum {
    NAME = 20,      /* pixels above a row, for its name */
    LANE = 18,      /* of a lane, where there are few */
    LANE_LEAST = 4, /* where there are many */
    LANES_TALL = 900,
    FOOT = 26,
    LABEL_LANE = 14, /* a lower lane has no labels */
};

struct lanes {
    const struct svg_timeline *t;
    struct buf *out;
    double lane, height; /* pixels */
};

static double percent(const struct lanes *l, double seconds)
{
    return l->t->end > 0 ? 100 * seconds / l->t->end : 0;
}

static double row_top(const struct lanes *l, size_t row)
{
    double y = NAME;

    for (size_t i = 0; i < row; i++)
        y += NAME + l->lane * l->t->row[i].lanes;
    return y;
}

/* --- time ----------------------------------------------------------------- */

/* Seconds between two lines, at most five of which fit. */
static double tick_seconds(double end)
{
    static const double nice[] = {1,    2,    5,     10,    15,    30,
                                  60,   120,  300,   600,   900,   1800,
                                  3600, 7200, 10800, 21600, 43200, 86400};
    double step;

    for (size_t i = 0; i < sizeof(nice) / sizeof(nice[0]); i++)
        if (end / nice[i] <= 5)
            return nice[i];
    for (step = 86400; end / step > 5; step *= 2)
        ;
    return step;
}

static void put_time(struct buf *out, double seconds, double step)
{
    const double unit = step < 60      ? 1
                        : step < 3600  ? 60
                        : step < 86400 ? 3600
                                       : 86400;

    buf_printf(out, "%.0f&#160;%s", seconds / unit,
               step < 60      ? "s"
               : step < 3600  ? "min"
               : step < 86400 ? "h"
                              : "d");
}

static void draw_times(const struct lanes *l)
{
    const double step = tick_seconds(l->t->end);

    for (double s = 0; s <= l->t->end; s += step) {
        const double x = percent(l, s);

        buf_printf(l->out,
                   "<line class=\"pl-grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" "
                   "y1=\"0\" y2=\"%.0f\"/>\n"
                   "<text class=\"pl-t pl-m\" x=\"%.2f%%\" y=\"%.0f\" "
                   "text-anchor=\"%s\">",
                   x, x, l->height - FOOT, x, l->height - FOOT + 16,
                   s <= 0   ? "start"
                   : x > 97 ? "end"
                            : "middle");
        put_time(l->out, s, step);
        buf_puts(l->out, "</text>\n");
    }
}

static void draw_breaks(const struct lanes *l)
{
    for (size_t i = 0; i < l->t->n_break; i++) {
        const double x = percent(l, l->t->at[i]);

        buf_printf(l->out,
                   "<line class=\"pl-a\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" "
                   "y2=\"%.0f\"/>\n",
                   x, x, l->height - FOOT);
    }
}

/* --- bars ----------------------------------------------------------------- */

/* An element of its own within the chart cuts the label off. */
static void draw_bar(const struct lanes *l, const struct svg_bar *b)
{
    const double y = row_top(l, b->row) + b->lane * l->lane;
    const double gap = l->lane > 8 ? 2 : 1;

    buf_printf(l->out,
               "<svg x=\"%.3f%%\" y=\"%.1f\" width=\"%.3f%%\" "
               "height=\"%.1f\"><title>",
               percent(l, b->start), y,
               fmax(percent(l, b->end - b->start), 0.15), l->lane - gap);
    svg_text(l->out, b->said, SIZE_MAX);
    buf_printf(l->out,
               "</title><rect class=\"pl-k%d%s\" width=\"100%%\" "
               "height=\"100%%\"/>",
               b->kind, b->marked ? " pl-mark" : "");
    if (l->lane >= LABEL_LANE && percent(l, b->end - b->start) > 3) {
        buf_puts(l->out, "<text class=\"pl-t pl-p pl-in\" x=\"4\" y=\"12\">");
        svg_text(l->out, b->label, 60);
        buf_puts(l->out, "</text>");
    }
    buf_puts(l->out, "</svg>\n");
}

void svg_timeline(const struct svg_timeline *t, struct buf *out)
{
    struct lanes l = {.t = t, .out = out};
    int n = 1;

    for (size_t i = 0; i < t->n_row; i++)
        n += t->row[i].lanes;
    l.lane = fmin(LANE, fmax(LANE_LEAST, (double)LANES_TALL / n));
    l.height = row_top(&l, t->n_row) - NAME + 6 + FOOT;
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pl-chart\" "
               "width=\"100%%\" height=\"%.0f\" role=\"img\" aria-label=\"",
               l.height);
    svg_text(out, t->title, SIZE_MAX);
    buf_puts(out, "\">\n");
    draw_times(&l);
    for (size_t i = 0; i < t->n_row; i++)
        svg_put(out, 0, row_top(&l, i) - 5, "start", "", t->row[i].name);
    for (size_t i = 0; i < t->n_bar; i++)
        draw_bar(&l, &t->bar[i]);
    draw_breaks(&l);
    buf_puts(out, "</svg>\n");
}

void svg_kind(int kind, struct buf *out)
{
    buf_printf(out,
               "<svg class=\"pl-chart\" width=\"12\" height=\"12\" "
               "aria-hidden=\"true\"><rect class=\"pl-k%d\" width=\"12\" "
               "height=\"12\"/></svg>",
               kind);
}
