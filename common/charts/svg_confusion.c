/* svg_confusion.c - the confusion matrix as a file of its own */
#include "charts/svg_private.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { NAME_SHOWN = 26 };

/*
 * A cell is the one colour at the opacity of its share of the row, so it works
 * on either background.  Beyond these shares the number on it needs the other
 * ink to keep a contrast of 4.5 (WCAG 2.1).
 */
static const double LIGHT_FLIP = 0.82, DARK_FLIP = 0.55;

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
        size_t n = svg_count(c->class_name[i]);

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

void svg_confusion(const struct svg_confusion *c, struct buf *out)
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
    svg_open(out, w, h, c->title[0] ? c->title : "Confusion matrix", true);
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
