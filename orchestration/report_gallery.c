/*
 * report_gallery.c - explained cells, by class, right and wrong, and how
 * faithful their maps are
 */
#include "orchestration/report_html.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURE_MAX = 4 << 20 };

struct gallery {
    const struct report_data *d;
    const struct report_experiment *e;
    struct buf *b;
    size_t room; /* bytes left for pictures */
    size_t left_out;
};

static const char *field(const struct gallery *g, size_t row, const char *name)
{
    return report_field(&g->e->scores, row, name);
}

static bool is_right(const struct gallery *g, size_t row)
{
    return strcmp(field(g, row, "class"), field(g, row, "predicted")) == 0;
}

/* The picture of a row: that of all methods, which its rows share, or in older
 * runs its own. */
static const char *picture_of(const struct gallery *g, size_t row)
{
    const char *strip = field(g, row, "strip");

    return *strip ? strip : field(g, row, "overlay");
}

/* Has a row before shown the same picture? */
static bool repeats(const struct gallery *g, size_t i)
{
    return i > 0 && *field(g, i, "strip") &&
           strcmp(picture_of(g, i), picture_of(g, i - 1)) == 0;
}

static void caption(struct gallery *g, size_t i)
{
    const bool right = is_right(g, i);

    buf_puts(g->b, "<figcaption>");
    if (right) {
        buf_puts(g->b, "<span class=\"right\">right</span>, ");
    } else {
        buf_puts(g->b, "<span class=\"wrong\">called ");
        html_text(g->b, field(g, i, "predicted"));
        buf_puts(g->b, "</span>, ");
    }
    html_percent(g->b, report_number(&g->e->scores, i, "p"));
    buf_puts(g->b, right ? " sure" : "; map for ");
    if (!right)
        html_text(g->b, field(g, i, "target"));
    buf_puts(g->b, " <span class=\"mute\">");
    html_text(g->b, field(g, i, "file"));
    buf_puts(g->b, "</span></figcaption>\n");
}

static int picture(struct gallery *g, size_t i, struct err *err)
{
    const char *name = picture_of(g, i);
    char path[FILE_PATH_MAX], *png = NULL;
    size_t size = 0;
    struct err why = {0};
    int rc = 0;

    if (file_path(path, &why, "%s/%s/%s", g->d->run_dir, g->e->explain->dir,
                  name) < 0 ||
        strstr(name, "..") ||
        file_read(path, PICTURE_MAX, &png, &size, &why) < 0) {
        html_missing(g->b, name, why.text[0] ? why.text : "not in its folder");
        return 0;
    }
    if (size / 3 * 4 + 4 > g->room) {
        g->left_out++;
        free(png);
        return 0;
    }
    g->room -= size / 3 * 4 + 4;
    buf_puts(g->b, "<figure>\n<img loading=\"lazy\" alt=\"Cell of class ");
    html_text(g->b, field(g, i, "class"));
    buf_puts(g->b, ", then maps of what speaks for ");
    html_text(g->b, field(g, i, "target"));
    buf_puts(g->b, "\" src=\"");
    rc = html_png(g->b, png, size, err);
    buf_puts(g->b, "\">\n");
    caption(g, i);
    buf_puts(g->b, "</figure>\n");
    free(png);
    return rc;
}

/* The pictures of class 'name' that are right, or those that are wrong. */
static int part(struct gallery *g, const char *name, bool right,
                struct err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < g->e->scores.csv.n_row; i++) {
        if (strcmp(field(g, i, "class"), name) != 0 ||
            is_right(g, i) != right || repeats(g, i))
            continue;
        if (n++ == 0)
            buf_printf(g->b, "<h4>%s</h4>\n<div class=\"gallery\">\n",
                       right ? "Classified right" : "Classified wrong");
        if (picture(g, i, err) < 0)
            return -1;
    }
    buf_puts(g->b, n ? "</div>\n" : "");
    return 0;
}

/* Has class of row 'i' come before? */
static bool seen(const struct gallery *g, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(field(g, j, "class"), field(g, i, "class")) == 0)
            return true;
    return false;
}

/* What the panels of a strip are, from the left. */
static void legend(struct gallery *g)
{
    const struct report_csv *c = &g->e->scores;

    buf_puts(g->b, "<p class=\"mute\">Cells of the test split, the surest "
                   "first. From the left the cell");
    for (size_t i = 0; i < c->csv.n_row && (i == 0 || repeats(g, i)); i++) {
        const char *method = field(g, i, "method");

        buf_puts(g->b, *method ? ", " : ", the map over it, the map");
        html_text(g->b, method);
        if (strcmp(method, "lime") == 0)
            buf_puts(g->b, ", the parts that speak most for the class, parts "
                           "for (green) and against it (red)");
    }
    buf_puts(g->b, ". Bright is what speaks for the class named, over the "
                   "cell in grey. A map shows where a network looks, not "
                   "whether that is a good reason.</p>\n");
}

/* A mean with its interval. */
static void faith_cell(struct buf *b, const struct report_csv *c, size_t row)
{
    const double mean = report_number(c, row, "mean");
    const double low = report_number(c, row, "low");

    buf_puts(b, "<td class=\"num\">");
    if (isfinite(mean))
        buf_printf(b, "%.3f", mean);
    if (isfinite(low))
        buf_printf(b, " <span class=\"mute\">%.3f to %.3f</span>", low,
                   report_number(c, row, "high"));
    buf_puts(b, "</td>");
}

static bool is_all(const struct report_csv *c, size_t row)
{
    return strcmp(report_field(c, row, "class"), "all") == 0;
}

/* Rows of one method follow each other, figures in the same order. */
static void faithfulness(const struct report_csv *c, struct buf *b)
{
    const char *last = "";

    if (!c->there || c->csv.n_row == 0)
        return;
    buf_puts(b, "<h4>Which map to trust</h4>\n");
    html_table(b, "faithfulness of explanations");
    buf_puts(b, "<thead><tr><th scope=\"col\">method</th>");
    for (size_t i = 0; i < c->csv.n_row && is_all(c, i); i++) {
        if (i > 0 && strcmp(report_field(c, i, "method"),
                            report_field(c, 0, "method")) != 0)
            break;
        buf_puts(b, "<th scope=\"col\" class=\"num\">");
        html_text(b, report_field(c, i, "figure"));
        buf_puts(b, "</th>");
    }
    buf_puts(b, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->csv.n_row; i++) {
        const char *method = report_field(c, i, "method");

        if (!is_all(c, i))
            continue;
        if (strcmp(method, last) != 0) {
            buf_puts(b, *last ? "</tr>\n<tr><th scope=\"row\">"
                              : "<tr><th scope=\"row\">");
            html_text(b, method);
            buf_puts(b, "</th>");
        }
        faith_cell(b, c, i);
        last = method;
    }
    buf_puts(b, "</tr>\n</tbody>\n");
    html_table_end(b);
    buf_puts(b, "<p class=\"mute\">Means over maps of the predicted class, "
                "with 95&nbsp;% intervals. Probability is lost when what a map "
                "marks is removed: low is good in deletion, drop and "
                "road_morf, high in insertion, increase, road_lerf and "
                "road.</p>\n");
}

int report_gallery(const struct report_data *d,
                   const struct report_experiment *e, size_t room,
                   struct buf *b, struct err *err)
{
    struct gallery g = {.d = d, .e = e, .b = b, .room = room};

    buf_puts(b, "<h3>Where it looked</h3>\n");
    if (!e->scores.there) {
        html_missing(b, "The explanation", e->scores.why);
        return 0;
    }
    legend(&g);
    faithfulness(&e->faithfulness, b);
    if (e->scores.csv.n_row == 0)
        buf_puts(b, "<p class=\"missing\">No cell was explained.</p>\n");
    for (size_t i = 0; i < e->scores.csv.n_row; i++) {
        if (seen(&g, i))
            continue;
        buf_puts(b, "<details open>\n<summary>");
        html_text(b, field(&g, i, "class"));
        buf_puts(b, "</summary>\n");
        if (part(&g, field(&g, i, "class"), true, err) < 0 ||
            part(&g, field(&g, i, "class"), false, err) < 0)
            return -1;
        buf_puts(b, "</details>\n");
    }
    if (g.left_out) {
        buf_printf(b,
                   "<p class=\"missing\">%zu more pictures are left out to "
                   "keep the page small; they are in <code>",
                   g.left_out);
        html_text(b, e->explain->dir);
        buf_puts(b, "</code>.</p>\n");
    }
    return 0;
}
