#include "charts/svg.h"

#include "charts/svg_private.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SHOWN = 26, TITLE_SHOWN = 90, PANEL_W = 400, PANEL_H = 230 };

/*
 * A cell is the one colour at the opacity of its share of the row, so it works
 * on either background.  Beyond these shares the number on it needs the other
 * ink to keep a contrast of 4.5 (WCAG 2.1).
 */
static const double LIGHT_FLIP = 0.82, DARK_FLIP = 0.55;

void svg_style(struct buf *out)
{
    static const char *const style[] = {
#include "common/charts/svg.css.inc"
    };

    for (size_t i = 0; i < sizeof(style) / sizeof(style[0]); i++)
        buf_puts(out, style[i]);
}

/* Bytes of the UTF-8 character at 's' that XML allows, or 0. */
static size_t utf8_char(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    const size_t n = *u < 0x80 ? 1 : *u < 0xe0 ? 2 : *u < 0xf0 ? 3 : 4;
    uint32_t code = *u;

    if (n == 1)
        return code >= 0x20 && code != 0x7f;
    if (*u < 0xc2 || *u > 0xf4)
        return 0;
    code &= 0xffu >> (n + 1);
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80) /* also the closing NUL */
            return 0;
        code = code << 6 | (u[i] & 0x3fu);
    }
    if ((n == 3 && code < 0x800) || (n == 4 && code < 0x10000) ||
        code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ||
        (code >= 0x80 && code < 0xa0) || (code & 0xfffe) == 0xfffe)
        return 0;
    return n;
}

/* Characters of 's', a byte that is none counting as one. */
static size_t utf8_count(const char *s)
{
    size_t n = 0;

    for (; *s; n++) {
        const size_t len = utf8_char(s);

        s += len ? len : 1;
    }
    return n;
}

void svg_text(struct buf *out, const char *s, size_t max)
{
    const size_t n = utf8_count(s);

    for (size_t i = 0; i < n && i < max; i++) {
        const size_t len = utf8_char(s);
        char one[5] = "?";

        if (n > max && i == max - 1) {
            buf_puts(out, "\xe2\x80\xa6"); /* an ellipsis */
            break;
        }
        if (len)
            memcpy(one, s, len);
        buf_html(out, one);
        s += len ? len : 1;
    }
}

void svg_open(struct buf *out, double w, double h, const char *label,
              bool alone)
{
    if (alone)
        buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pl-chart\" "
               "viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
               "role=\"img\" aria-label=\"",
               w, h, w, h);
    svg_text(out, label, TITLE_SHOWN * 4);
    buf_puts(out, "\">\n");
    if (!alone)
        return;
    buf_puts(out, "<style>\n");
    svg_style(out);
    buf_puts(out, "</style>\n<rect class=\"pl-bg\" width=\"100%\" "
                  "height=\"100%\"/>\n");
}

void svg_put(struct buf *out, double x, double y, const char *anchor,
             const char *more, const char *s)
{
    buf_printf(out,
               "<text class=\"pl-t %s\" x=\"%.1f\" y=\"%.1f\" "
               "text-anchor=\"%s\">",
               more, x, y, anchor);
    svg_text(out, s, TITLE_SHOWN);
    buf_puts(out, "</text>\n");
}

/* --- confusion matrix ----------------------------------------------------- */

struct grid {
    const struct svg_confusion *c;
    struct buf *out;
    double left, top, cell; /* pixels */
};

static size_t row_sum(const struct svg_confusion *c, int row)
{
    size_t sum = 0;

    for (int j = 0; j < c->k; j++)
        sum += c->count[row * c->k + j];
    return sum;
}

/* Characters of the longest class name, as shown. */
static double longest_name(const struct svg_confusion *c)
{
    size_t longest = 0;

    for (int i = 0; i < c->k; i++) {
        size_t n = utf8_count(c->class_name[i]);

        n = n > NAME_SHOWN ? NAME_SHOWN : n;
        longest = n > longest ? n : longest;
    }
    return (double)longest;
}

static void draw_cell(const struct grid *g, int i, int j)
{
    const size_t n = g->c->count[i * g->c->k + j], of = row_sum(g->c, i);
    const double share = of ? (double)n / (double)of : 0.0;
    const double opacity = n ? 0.06 + 0.94 * share : 0.0;
    const double x = g->left + j * g->cell, y = g->top + i * g->cell;
    const char *ink = opacity > LIGHT_FLIP  ? "pl-wl pl-wd"
                      : opacity > DARK_FLIP ? "pl-wd"
                                            : "";
    char text[64], more[32];

    buf_printf(g->out, "<g><title>");
    svg_text(g->out, g->c->class_name[i], SIZE_MAX);
    buf_puts(g->out, " called ");
    svg_text(g->out, g->c->class_name[j], SIZE_MAX);
    buf_printf(g->out,
               ": %zu of %zu (%.1f %%)</title>"
               "<rect class=\"pl-cell\" fill-opacity=\"%.3f\" x=\"%.1f\" "
               "y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
               n, of, 100.0 * share, opacity, x, y, g->cell, g->cell);
    snprintf(text, sizeof(text), "%zu", n);
    snprintf(more, sizeof(more), "%s %s", n ? "pl-n" : "pl-m", n ? ink : "");
    svg_put(g->out, x + g->cell / 2, y + g->cell / 2 + (g->cell > 44 ? 0 : 5),
            "middle", more, text);
    snprintf(text, sizeof(text), "%.1f %%", 100.0 * share);
    snprintf(more, sizeof(more), "pl-p %s", ink);
    if (n && g->cell > 44)
        svg_put(g->out, x + g->cell / 2, y + g->cell / 2 + 16, "middle", more,
                text);
    buf_puts(g->out, "</g>\n");
}

/* Names at the left with their counts, and slanted above the columns. */
static void draw_names(const struct grid *g)
{
    char text[64];

    for (int i = 0; i < g->c->k; i++) {
        const double y = g->top + (i + 0.5) * g->cell;
        const double x = g->left + (i + 0.5) * g->cell;

        buf_printf(g->out,
                   "<text class=\"pl-t\" x=\"%.1f\" y=\"%.1f\" "
                   "text-anchor=\"end\">",
                   g->left - 8, y + 1);
        svg_text(g->out, g->c->class_name[i], NAME_SHOWN);
        buf_puts(g->out, "</text>\n");
        snprintf(text, sizeof(text), "%zu", row_sum(g->c, i));
        svg_put(g->out, g->left - 8, y + 15, "end", "pl-m", text);
        buf_printf(g->out,
                   "<text class=\"pl-t\" transform=\"translate(%.1f %.1f) "
                   "rotate(-30)\">",
                   x - 4, g->top - 9);
        svg_text(g->out, g->c->class_name[i], NAME_SHOWN);
        buf_puts(g->out, "</text>\n");
    }
}

/* What the colour means. */
static void draw_key(const struct grid *g, double y)
{
    svg_put(g->out, g->left, y + 10, "start", "pl-m", "share of the row: 0 %");
    for (int i = 0; i < 10; i++)
        buf_printf(g->out,
                   "<rect class=\"pl-cell\" fill-opacity=\"%.2f\" x=\"%.1f\" "
                   "y=\"%.1f\" width=\"12\" height=\"12\"/>\n",
                   (i + 0.5) / 10.0, g->left + 118 + 12 * i, y);
    svg_put(g->out, g->left + 246, y + 10, "start", "pl-m", "100 %");
}

void svg_confusion(const struct svg_confusion *c, bool alone, struct buf *out)
{
    const double name = 7.4 * longest_name(c) + 4;
    struct grid g = {.c = c, .out = out};
    double side, w, h;

    g.cell = fmax(32, fmin(76, 560.0 / c->k));
    side = g.cell * c->k;
    g.left = fmax(name, 40) + 38;
    g.top = (c->title[0] ? 34 : 8) + fmax(0.5 * name, 10) + 22;
    w = g.left + fmax(side + 0.87 * name - g.cell / 2, 290) + 16;
    h = g.top + side + 40;
    svg_open(out, w, h, c->title[0] ? c->title : "Confusion matrix", alone);
    svg_put(out, 14, 22, "start", "pl-h", c->title);
    svg_put(out, g.left - 8, g.top - 9, "end", "pl-m", "true \\ predicted");
    draw_names(&g);
    for (int i = 0; i < c->k; i++)
        for (int j = 0; j < c->k; j++)
            draw_cell(&g, i, j);
    buf_printf(out,
               "<rect class=\"pl-box\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
               "height=\"%.1f\"/>\n",
               g.left, g.top, side, side);
    for (int i = 0; i < c->k; i++)
        buf_printf(out,
                   "<rect class=\"pl-hit\" x=\"%.1f\" y=\"%.1f\" "
                   "width=\"%.1f\" height=\"%.1f\"/>\n",
                   g.left + i * g.cell + .75, g.top + i * g.cell + .75,
                   g.cell - 1.5, g.cell - 1.5);
    draw_key(&g, g.top + side + 16);
    buf_puts(out, "</svg>\n");
}

/* --- curves --------------------------------------------------------------- */

struct curves_panel {
    struct buf *out;
    const char *title;
    const double *x, *train, *validation;
    size_t n;
    double left, top;      /* of the plotting area, pixels */
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
    return p->left + (v - p->x0) / (p->x1 - p->x0) * PANEL_W;
}

static double to_y(const struct curves_panel *p, double v)
{
    return p->top + (p->y1 - v) / (p->y1 - p->y0) * PANEL_H;
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
                   p->left, p->left + PANEL_W, to_y(p, v), to_y(p, v));
        if (p->percent)
            snprintf(text, sizeof(text), "%.*f %%", sy < 0.0099, 100.0 * v);
        else
            snprintf(text, sizeof(text), "%.4g", fabs(v) < sy / 100 ? 0.0 : v);
        svg_put(p->out, p->left - 7, to_y(p, v) + 4, "end", "pl-m", text);
    }
    for (double v = sx * ceil(p->x0 / sx); v <= p->x1 + sx / 100; v += sx) {
        snprintf(text, sizeof(text), "%.0f", v);
        svg_put(p->out, to_x(p, v), p->top + PANEL_H + 17, "middle", "pl-m",
                text);
    }
    buf_printf(p->out,
               "<line class=\"pl-axis\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" "
               "y2=\"%.1f\"/>\n",
               p->left, p->left + PANEL_W, p->top + PANEL_H, p->top + PANEL_H);
    svg_put(p->out, p->left, p->top - 14, "start", "pl-h", p->title);
    svg_put(p->out, p->left + PANEL_W, p->top + PANEL_H + 34, "end", "pl-m",
            "epoch");
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
        svg_put(p->out, p->left + PANEL_W / 2.0, p->top + PANEL_H / 2.0,
                "middle", "pl-m", "no epoch yet");
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

void svg_curves(const struct svg_curves *c, bool alone, struct buf *out)
{
    const double top = c->title[0] ? 84 : 58;
    struct curves_panel loss = {
        .out = out, .title = "Loss", .x = c->epoch, .n = c->n, .top = top};
    struct curves_panel accuracy = loss;
    char label[256];

    loss.train = c->loss;
    loss.validation = c->val_loss;
    loss.left = 56;
    accuracy.title = "Accuracy";
    accuracy.train = c->accuracy;
    accuracy.validation = c->val_accuracy;
    accuracy.left = loss.left + PANEL_W + 78;
    accuracy.percent = true;
    snprintf(label, sizeof(label),
             "%s: loss and accuracy of training and validation over %zu epochs",
             c->title[0] ? c->title : "Training", c->n);
    svg_open(out, accuracy.left + PANEL_W + 24, top + PANEL_H + 44, label,
             alone);
    svg_put(out, 14, 22, "start", "pl-h", c->title);
    draw_legend(out, loss.left, top - 40);
    draw_panel(&loss);
    draw_panel(&accuracy);
    buf_puts(out, "</svg>\n");
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
