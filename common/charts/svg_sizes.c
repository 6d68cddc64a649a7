/*
 * svg_sizes.c - how large pictures are: scatter and density
 *
 * The density is a histogram of BINS x BINS equal bins between the least and
 * the most width and height; the most common size is the middle of its fullest
 * bin (of equals the one of least height, then least width), as
 * numpy.histogram2d counts them.
 */
#include "charts/svg_private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SIDE = 276,
    LEFT = 52,
    TOP = 74,
    DOTS = 138, /* places of a dot along a side: two pixels each */
    COLOURS = 7,
    BINS = 20,
};

/* Apart for most eyes, on white and on black (Okabe and Ito). */
static const char *const colour[COLOURS] = {"#0072b2", "#d55e00", "#009e73",
                                            "#cc79a7", "#56b4e9", "#e69f00",
                                            "#7f7f7f"};

struct axis {
    double lo, hi;
};

static struct axis axis_of(const double *v, size_t n)
{
    struct axis a = {n ? v[0] : 0, n ? v[0] : 1};

    for (size_t i = 1; i < n; i++) {
        a.lo = fmin(a.lo, v[i]);
        a.hi = fmax(a.hi, v[i]);
    }
    if (!(a.hi > a.lo)) { /* as numpy does */
        a.lo -= 0.5;
        a.hi += 0.5;
    }
    return a;
}

static int bin_of(struct axis a, double v)
{
    const int b = (int)((v - a.lo) * BINS / (a.hi - a.lo));

    return b < BINS ? b : BINS - 1;
}

struct histogram {
    struct axis w, h;
    size_t count[BINS][BINS]; /* by height, then width */
    int top_h, top_w;         /* the fullest bin */
};

static void count_sizes(const struct svg_sizes *s, struct histogram *g)
{
    memset(g, 0, sizeof(*g));
    g->w = axis_of(s->w, s->n);
    g->h = axis_of(s->h, s->n);
    for (size_t i = 0; i < s->n; i++)
        g->count[bin_of(g->h, s->h[i])][bin_of(g->w, s->w[i])]++;
    for (int y = 0; y < BINS; y++)
        for (int x = 0; x < BINS; x++)
            if (g->count[y][x] > g->count[g->top_h][g->top_w]) {
                g->top_h = y;
                g->top_w = x;
            }
}

static double bin_middle(struct axis a, int bin)
{
    return a.lo + (bin + 0.5) * (a.hi - a.lo) / BINS;
}

/* --- drawing -------------------------------------------------------------- */

struct sizes_panel {
    const struct svg_sizes *s;
    const struct histogram *g;
    struct buf *out;
    double left, top, most; /* pixels at the far end of both axes */
};

static double to_x(const struct sizes_panel *p, double v)
{
    return p->left + v / p->most * SIDE;
}

static double to_y(const struct sizes_panel *p, double v)
{
    return p->top + (1 - v / p->most) * SIDE;
}

static void draw_frame(const struct sizes_panel *p, const char *title)
{
    const double raw = p->most / 5, power = pow(10, floor(log10(raw)));
    const double step = (raw < 2 * power   ? 2
                         : raw < 5 * power ? 5
                                           : 10) *
                        power;
    char text[32];

    svg_put(p->out, p->left, p->top - 10, "start", "pl-m", title);
    for (double v = 0; v <= p->most; v += step) {
        buf_printf(p->out,
                   "<path class=\"pl-grid\" d=\"M%.1f %.1fh%dM%.1f "
                   "%.1fv%d\"/>\n",
                   p->left, to_y(p, v), SIDE, to_x(p, v), p->top, SIDE);
        snprintf(text, sizeof(text), "%.0f", v);
        svg_put(p->out, p->left - 6, to_y(p, v) + 4, "end", "pl-m", text);
        svg_put(p->out, to_x(p, v), p->top + SIDE + 16, "middle", "pl-m", text);
    }
    svg_put(p->out, p->left + SIDE, p->top + SIDE + 32, "end", "pl-m",
            "width, pixels");
}

/* Dots of one class; of those that fall together one is drawn. */
static void draw_class(const struct sizes_panel *p, int c)
{
    const struct svg_sizes *s = p->s;
    bool seen[DOTS + 1][DOTS + 1] = {{false}};

    buf_printf(p->out,
               "<path fill=\"none\" stroke=\"%s\" stroke-width=\"3\" "
               "stroke-opacity=\".55\" stroke-linecap=\"round\" d=\"",
               colour[c % COLOURS]);
    for (size_t i = 0; i < s->n; i++) {
        const int x = (int)(s->w[i] / p->most * DOTS);
        const int y = (int)(s->h[i] / p->most * DOTS);

        if (s->label[i] != c || seen[y][x])
            continue;
        seen[y][x] = true;
        buf_printf(p->out, "M%.0f %.0fh0", to_x(p, s->w[i]), to_y(p, s->h[i]));
    }
    buf_puts(p->out, "\"/>\n");
}

static void draw_bins(const struct sizes_panel *p)
{
    const struct histogram *g = p->g;
    const double dw = (g->w.hi - g->w.lo) / BINS,
                 dh = (g->h.hi - g->h.lo) / BINS;
    const size_t most = g->count[g->top_h][g->top_w];

    for (int y = 0; y < BINS; y++)
        for (int x = 0; x < BINS; x++) {
            const double w = g->w.lo + x * dw, h = g->h.lo + y * dh;

            if (g->count[y][x] == 0)
                continue;
            buf_printf(p->out,
                       "<g><title>%zu of %.0f to %.0f by %.0f to %.0f "
                       "pixels</title><rect class=\"pl-cell\" "
                       "fill-opacity=\"%.3f\" x=\"%.1f\" y=\"%.1f\" "
                       "width=\"%.1f\" height=\"%.1f\"/></g>\n",
                       g->count[y][x], w, w + dw, h, h + dh,
                       0.08 + 0.92 * (double)g->count[y][x] / (double)most,
                       to_x(p, w), to_y(p, h + dh),
                       to_x(p, w + dw) - to_x(p, w),
                       to_y(p, h) - to_y(p, h + dh));
        }
}

/* The size that all pictures are brought to. */
static void draw_target(const struct sizes_panel *p)
{
    if (p->s->target > 0 && p->s->target <= p->most)
        buf_printf(p->out,
                   "<circle class=\"pl-hit\" cx=\"%.1f\" cy=\"%.1f\" "
                   "r=\"6\"/>\n",
                   to_x(p, p->s->target), to_y(p, p->s->target));
}

static void draw_legend(const struct sizes_panel *p)
{
    for (int c = 0; c < p->s->k; c++) {
        const double y = p->top + SIDE + 56 + 20 * c;

        buf_printf(p->out,
                   "<circle fill=\"%s\" cx=\"%d\" cy=\"%.1f\" r=\"5\"/>\n",
                   colour[c % COLOURS], LEFT + 5, y - 4);
        buf_printf(p->out, "<text class=\"pl-t\" x=\"%d\" y=\"%.1f\">",
                   LEFT + 18, y);
        svg_text(p->out, p->s->class_name[c], 26);
        buf_puts(p->out, "</text>\n");
    }
}

/* Each picture as a dot. */
static void draw_scatter(const struct sizes_panel *p, const char *label)
{
    svg_open(p->out, LEFT + SIDE + 24, TOP + SIDE + 62 + p->s->k * 20, label,
             false);
    svg_put(p->out, 14, 22, "start", "pl-h", "Sizes of the pictures");
    draw_frame(p, "height, pixels: each picture");
    for (int c = 0; c < p->s->k; c++)
        draw_class(p, c);
    draw_target(p);
    draw_legend(p);
    buf_puts(p->out, "</svg>\n");
}

/* How many there are of each size. */
static void draw_density(const struct sizes_panel *p, const char *label)
{
    svg_open(p->out, LEFT + SIDE + 24, TOP + SIDE + 62, label, false);
    svg_put(p->out, 14, 22, "start", "pl-h", "How many there are");
    svg_put(p->out, 14, 40, "start", "pl-m", label);
    draw_frame(p, "height, pixels");
    draw_bins(p);
    draw_target(p);
    buf_puts(p->out, "</svg>\n");
}

void svg_sizes(const struct svg_sizes *s, struct buf *out)
{
    struct histogram g;
    struct sizes_panel p = {
        .s = s, .g = &g, .out = out, .left = LEFT, .top = TOP};
    char text[200];

    count_sizes(s, &g);
    p.most = fmax(fmax(fmax(g.w.hi, g.h.hi), s->target) * 1.02, 1);
    if (s->n)
        snprintf(text, sizeof(text),
                 "most common: %.1f x %.1f pixels (%zu of %zu in its bin)",
                 bin_middle(g.w, g.top_w), bin_middle(g.h, g.top_h),
                 g.count[g.top_h][g.top_w], s->n);
    else
        snprintf(text, sizeof(text), "no pictures");
    draw_scatter(&p, "Sizes of the pictures, each a dot");
    draw_density(&p, text);
}
