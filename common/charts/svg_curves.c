/* svg_curves.c - loss and accuracy by epoch */
#include "charts/svg_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FILE_W = 400, /* of a panel in a file of its own, pixels */
    FILE_H = 230,
    PAGE_W =
        276, /* on a page, where the panels stand in elements of their own */
    PAGE_H = 190,
    PAGE_LEFT = 56,
    PAGE_TOP = 58,
};

struct curves_panel {
    struct buf *out;
    const char *title;
    const double *x, *train, *validation;
    size_t n;
    double left, top;      /* of the plotting area, pixels */
    double w, h;           /* its size */
    double x0, x1, y0, y1; /* the values at its edges */
    bool percent;
};

/* A step of 1, 2 or 5 times a power of ten, about a fifth of 'range'. */
static double nice_step(double range)
{
    const double raw = range / 5.0, p = pow(10.0, floor(log10(raw)));
    const double m = raw / p;

    return p * (m < 1.5 ? 1.0 : m < 3.5 ? 2.0 : m < 7.5 ? 5.0 : 10.0);
}

static double to_x(const struct curves_panel *p, double v)
{
    return p->left + (v - p->x0) / (p->x1 - p->x0) * p->w;
}

static double to_y(const struct curves_panel *p, double v)
{
    return p->top + (p->y1 - v) / (p->y1 - p->y0) * p->h;
}

static void widen_range(const double *v, size_t n, double *low, double *high)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(v[i]) || fabs(v[i]) > 1e30)
            continue;
        *low = fmin(*low, v[i]);
        *high = fmax(*high, v[i]);
    }
}

/* The values at the edges: round numbers around the data. */
static void fit_axes(struct curves_panel *p)
{
    double low = INFINITY, high = -INFINITY, step;

    p->x0 = p->n ? p->x[0] : 0.0;
    p->x1 = p->n > 1 ? p->x[p->n - 1] : p->x0 + 1.0;
    if (!(p->x1 > p->x0))
        p->x1 = p->x0 + 1.0;
    widen_range(p->train, p->n, &low, &high);
    widen_range(p->validation, p->n, &low, &high);
    if (!(low <= high)) {
        low = 0.0;
        high = 1.0;
    }
    if (p->percent)
        high = fmax(high, low + 0.05);
    if (high - low < 1e-9 * fmax(1.0, fabs(high))) {
        low -= 0.5;
        high += 0.5;
    }
    step = nice_step(high - low);
    p->y0 = step * floor(low / step);
    p->y1 = step * ceil(high / step);
    if (p->percent && p->y0 < 1)
        p->y1 = fmin(p->y1, 1.0);
}

static void draw_axes(const struct curves_panel *p)
{
    const double sy = nice_step(p->y1 - p->y0);
    const double sx = fmax(1.0, nice_step(p->x1 - p->x0));
    char text[32];

    for (double v = p->y0; v <= p->y1 + sy / 100; v += sy) {
        buf_printf(p->out,
                   "<line class=\"pl-grid\" x1=\"%.1f\" x2=\"%.1f\" "
                   "y1=\"%.1f\" y2=\"%.1f\"/>\n",
                   p->left, p->left + p->w, to_y(p, v), to_y(p, v));
        if (p->percent)
            snprintf(text, sizeof(text), "%.*f %%", sy < 0.0099, 100.0 * v);
        else
            snprintf(text, sizeof(text), "%.4g", fabs(v) < sy / 100 ? 0.0 : v);
        svg_put(p->out, p->left - 7, to_y(p, v) + 4, "end", "pl-m", text);
    }
    for (double v = sx * ceil(p->x0 / sx); v <= p->x1 + sx / 100; v += sx) {
        snprintf(text, sizeof(text), "%.0f", v);
        svg_put(p->out, to_x(p, v), p->top + p->h + 17, "middle", "pl-m", text);
    }
    buf_printf(p->out,
               "<line class=\"pl-axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
               "y2=\"%.1f\"/>\n",
               p->left, p->left + p->w, p->top + p->h, p->top + p->h);
    svg_put(p->out, p->left, p->top - 14, "start", "pl-h", p->title);
    svg_put(p->out, p->left + p->w, p->top + p->h + 34, "end", "pl-m", "epoch");
}

static void draw_line(const struct curves_panel *p, const double *v,
                      const char *which)
{
    bool down = false; /* the pen is on the paper */

    buf_printf(p->out, "<path class=\"pl-%s\" d=\"", which);
    for (size_t i = 0; i < p->n; i++) {
        const bool good = isfinite(v[i]) && fabs(v[i]) <= 1e30;

        if (good)
            buf_printf(p->out, "%c%.1f %.1f", down ? 'L' : 'M',
                       to_x(p, p->x[i]), to_y(p, v[i]));
        down = good;
    }
    buf_puts(p->out, "\"/>\n");
    for (size_t i = 0; i < p->n && p->n <= 60; i++)
        if (isfinite(v[i]) && fabs(v[i]) <= 1e30)
            buf_printf(p->out,
                       "<circle class=\"pl-d%s\" cx=\"%.1f\" cy=\"%.1f\" "
                       "r=\"2.5\"/>\n",
                       which, to_x(p, p->x[i]), to_y(p, v[i]));
}

static void draw_panel(struct curves_panel *p)
{
    fit_axes(p);
    draw_axes(p);
    if (p->n == 0) {
        svg_put(p->out, p->left + p->w / 2, p->top + p->h / 2, "middle", "pl-m",
                "no epoch yet");
        return;
    }
    draw_line(p, p->train, "a");
    draw_line(p, p->validation, "b");
}

/* Which line is which. */
static void draw_legend(struct buf *out, double x, double y)
{
    buf_printf(out, "<path class=\"pl-a\" d=\"M%.1f %.1fh28\"/>\n", x, y - 4);
    svg_put(out, x + 34, y, "start", "", "training");
    buf_printf(out, "<path class=\"pl-b\" d=\"M%.1f %.1fh28\"/>\n", x + 108,
               y - 4);
    svg_put(out, x + 142, y, "start", "", "validation");
}

/* Numbers behind a name, as many digits as are read. */
static void put_values(struct buf *out, const char *name, const double *v,
                       size_t n)
{
    buf_printf(out, " data-%s=\"", name);
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i]) && fabs(v[i]) <= 1e30)
            buf_printf(out, "%s%.4g", i ? " " : "", v[i]);
        else
            buf_puts(out, i ? " -" : "-");
    buf_puts(out, "\"");
}

/* What the page's script reads out at an epoch: the values, and where the
 * plotting area begins and ends. */
static void put_points(const struct curves_panel *p)
{
    buf_printf(p->out,
               "<g class=\"pl-points\" data-area=\"%.1f %.1f %.1f %.1f\" "
               "data-range=\"%.6g %.6g\" data-percent=\"%d\"",
               p->left, p->top, p->w, p->h, p->x0, p->x1, p->percent);
    put_values(p->out, "epoch", p->x, p->n);
    put_values(p->out, "training", p->train, p->n);
    put_values(p->out, "validation", p->validation, p->n);
    buf_puts(p->out, "/>\n");
}

/* Panels in elements of their own, which stand beside each other as there is
 * room. */
static void draw_apart(struct curves_panel *p, const char *title)
{
    char label[256];

    p->left = PAGE_LEFT;
    p->top = PAGE_TOP;
    p->w = PAGE_W;
    p->h = PAGE_H;
    snprintf(label, sizeof(label),
             "%s%s%s of training and validation over %zu epochs", title,
             *title ? ": " : "", p->title, p->n);
    svg_open(p->out, PAGE_LEFT + PAGE_W + 20, PAGE_TOP + PAGE_H + 44, label,
             false);
    draw_panel(p);
    draw_legend(p->out, PAGE_LEFT, PAGE_TOP - 34);
    put_points(p);
    buf_puts(p->out, "</svg>\n");
}

/* Panels side by side in one file. */
static void draw_together(struct curves_panel *loss,
                          struct curves_panel *accuracy, const char *title)
{
    const double top = title[0] ? 84 : 58;
    char label[256];

    loss->left = 56;
    loss->w = accuracy->w = FILE_W;
    loss->h = accuracy->h = FILE_H;
    loss->top = accuracy->top = top;
    accuracy->left = loss->left + FILE_W + 78;
    snprintf(label, sizeof(label),
             "%s: loss and accuracy of training and validation over %zu epochs",
             title[0] ? title : "Training", loss->n);
    svg_open(loss->out, accuracy->left + FILE_W + 24, top + FILE_H + 44, label,
             true);
    svg_put(loss->out, 14, 22, "start", "pl-h", title);
    draw_legend(loss->out, loss->left, top - 40);
    draw_panel(loss);
    draw_panel(accuracy);
    buf_puts(loss->out, "</svg>\n");
}

void svg_curves(const struct svg_curves *c, bool alone, struct buf *out)
{
    struct curves_panel loss = {.out = out,
                                .title = "Loss",
                                .x = c->epoch,
                                .train = c->loss,
                                .validation = c->val_loss,
                                .n = c->n};
    struct curves_panel accuracy = loss;

    accuracy.title = "Accuracy";
    accuracy.train = c->accuracy;
    accuracy.validation = c->val_accuracy;
    accuracy.percent = true;
    if (alone) {
        draw_together(&loss, &accuracy, c->title);
        return;
    }
    draw_apart(&loss, c->title);
    draw_apart(&accuracy, c->title);
}

void svg_history(const char *title, const struct csv *history, bool alone,
                 struct buf *out)
{
    static const char *const name[] = {"epoch", "loss", "val_loss", "accuracy",
                                       "val_accuracy"};
    const size_t n = history->n_row;
    double *v = calloc(5 * n + 1, sizeof(*v));

    for (size_t c = 0; v && c < 5; c++)
        for (size_t i = 0; i < n; i++)
            v[c * n + i] = csv_number(history, i, name[c]);
    if (v)
        svg_curves(&(struct svg_curves){title, n, v, v + n, v + 2 * n,
                                        v + 3 * n, v + 4 * n},
                   alone, out);
    out->failed = out->failed || !v;
    free(v);
}
