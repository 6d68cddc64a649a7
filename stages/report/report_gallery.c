/*
 * report_gallery.c - explained cells, by class, right and wrong
 *
 * A cell's pictures are its strip, which shows all maps, and the overlay of
 * each method, between which the script's slider chooses.  They are encoded
 * anew as WebP, a fifth of the PNG's size.  When room ends, every class keeps
 * as many of its right and of its wrong cells as every other.
 */
#include "stages/report/report_html.h"
#include "stages/report/report_sections.h"

#include "base/file.h"
#include "img/decode.h"
#include "img/png.h"

#include <stdlib.h>
#include <string.h>

enum { PICTURE_MAX = 4 << 20 };

/* Rows of scores.csv that show the same cell and the same target. */
struct shown_cell {
    size_t row, n; /* the first, how many */
    size_t rank;   /* how many of its class and verdict come before */
    struct buf html;
};

struct gallery {
    const struct report_data *d;
    const struct report_experiment *e;
    struct buf *b;
    struct shown_cell *cell; /* owned, (n) */
    size_t n;
    size_t room; /* bytes left for pictures */
    size_t left_out;
};

static const char *row_field(const struct gallery *g, size_t row,
                             const char *name)
{
    return report_field(&g->e->scores, row, name);
}

static const char *row_label(const struct gallery *g, size_t row)
{
    return report_label(&g->e->scores, row);
}

static bool is_right(const struct gallery *g, size_t row)
{
    return strcmp(row_label(g, row), row_field(g, row, "predicted")) == 0;
}

/* Has the row before the same strip?  Older runs have none: a row a cell. */
static bool repeats_strip(const struct gallery *g, size_t i)
{
    return i > 0 && *row_field(g, i, "strip") &&
           strcmp(row_field(g, i, "strip"), row_field(g, i - 1, "strip")) == 0;
}

static bool same_group(const struct gallery *g, size_t row, size_t other)
{
    return strcmp(row_label(g, row), row_label(g, other)) == 0 &&
           is_right(g, row) == is_right(g, other);
}

/* --- one picture ---------------------------------------------------------- */

/* Append 'png' as WebP, or as it is if that cannot be made of it. */
static void put_picture(struct buf *b, const char *png, size_t size)
{
    struct image im = {0};
    struct err err;
    char *webp = NULL;
    size_t n = 0;

    if (decode_bytes(&im, png, size, &err) == 0 &&
        png_encode_webp(&im, &webp, &n, &err) == 0)
        report_html_data(b, "image/webp", webp, n);
    else
        report_html_data(b, "image/png", png, size);
    free(webp);
    image_release(&im);
}

/* What a picture shows, and where it is. */
struct view {
    const char *stop, *file; /* of the slider; below the experiment's folder */
    bool hidden;             /* until the script shows it */
};

static void describe_view(const struct gallery *g, size_t row,
                          const struct view *v, struct buf *b)
{
    report_html_put(b, "Cell of class %s, ", row_label(g, row));
    if (v->hidden)
        report_html_put(b, "map of %s over it, the map, of", v->stop);
    else
        buf_puts(b, "then maps of");
    report_html_put(b, " what speaks for %s", row_field(g, row, "target"));
}

/* Errors: there is no such picture. */
static int add_picture(const struct gallery *g, size_t row,
                       const struct view *v, struct buf *b, struct err *why)
{
    char path[FILE_PATH_MAX], *png = NULL;
    size_t size = 0;

    if (strstr(v->file, ".."))
        return err_set(why, ERR_INPUT, "not in its folder");
    if (file_path(path, why, "%s/%s/%s", g->d->run_dir, g->e->explain->dir,
                  v->file) < 0 ||
        file_read(path, PICTURE_MAX, &png, &size, why) < 0)
        return -1;
    buf_puts(b, "<img loading=\"lazy\" alt=\"");
    describe_view(g, row, v, b);
    report_html_put(b, "\" data-stop=\"%s\"%s src=\"", v->stop,
                    v->hidden ? " hidden" : "");
    put_picture(b, png, size);
    buf_puts(b, "\">\n");
    free(png);
    return 0;
}

/* --- one cell ------------------------------------------------------------- */

/* The numbers behind a picture lie beside the page. */
static void data_link(const struct gallery *g, const char *stop,
                      const char *file, bool hidden, struct buf *b)
{
    const char *slash = strrchr(file, '/');

    report_html_put(b, "<a data-stop=\"%s\"%s href=\"../%s/%s\">%s</a>\n", stop,
                    hidden ? " hidden" : "", g->e->explain->dir, file,
                    slash ? slash + 1 : file);
}

static void write_caption(const struct gallery *g, const struct shown_cell *c,
                          struct buf *b)
{
    const size_t i = c->row;
    const bool right = is_right(g, i);
    const double p = report_number(&g->e->scores, i, "p");

    buf_puts(b, "<figcaption>");
    if (right)
        report_html_put(b, "<span class=\"right\">right</span>, %f sure", p);
    else
        report_html_put(
            b, "<span class=\"wrong\">called %s</span>, %f; map for %s",
            row_field(g, i, "predicted"), p, row_field(g, i, "target"));
    report_html_put(b, " <span class=\"mute\">%s</span>\n",
                    row_field(g, i, "file"));
    for (size_t r = i; r < i + c->n; r++)
        if (*row_field(g, r, "method") && *row_field(g, r, "map"))
            data_link(g, row_field(g, r, "method"), row_field(g, r, "map"),
                      true, b);
    data_link(g, "all", "scores.csv", false, b);
    buf_puts(b, "</figcaption>\n");
}

static void write_cell(const struct gallery *g, struct shown_cell *c)
{
    const char *strip = row_field(g, c->row, "strip");
    /* what is shown where no script runs; older runs have no strip */
    const struct view all = {
        "all", *strip ? strip : row_field(g, c->row, "overlay"), false};
    struct buf *b = &c->html;
    struct err why = {0};

    report_html_put(b, "<figure data-class=\"%s\" data-verdict=\"%s\">\n",
                    row_label(g, c->row),
                    is_right(g, c->row) ? "right" : "wrong");
    for (size_t r = c->row; r < c->row + c->n; r++) {
        const struct view v = {row_field(g, r, "method"),
                               row_field(g, r, "overlay"), true};

        /* without its overlay a method is still on the strip */
        if (*v.stop)
            (void)add_picture(g, r, &v, b, &why);
    }
    if (add_picture(g, c->row, &all, b, &why) == 0)
        write_caption(g, c, b);
    else
        report_html_missing(b, all.file, why.text);
    buf_puts(b, "</figure>\n");
}

/* --- all cells ------------------------------------------------------------ */

static void list_cells(struct gallery *g)
{
    const size_t rows = g->e->scores.csv.n_row;

    g->cell = calloc(rows + 1, sizeof(*g->cell));
    g->b->failed = g->b->failed || !g->cell;
    for (size_t i = 0; g->cell && i < rows; i++) {
        if (repeats_strip(g, i)) {
            g->cell[g->n - 1].n++;
            continue;
        }
        g->cell[g->n] = (struct shown_cell){.row = i, .n = 1};
        for (size_t j = 0; j < g->n; j++)
            g->cell[g->n].rank += same_group(g, g->cell[j].row, i);
        g->n++;
    }
}

/* The first of each class and verdict, then the second of each, while there is
 * room. */
static void compose_cells(struct gallery *g)
{
    bool full = false;

    for (size_t rank = 0, done = 0; done < g->n; rank++)
        for (size_t i = 0; i < g->n; i++) {
            struct shown_cell *c = &g->cell[i];

            if (c->rank != rank)
                continue;
            done++;
            if (!full)
                write_cell(g, c);
            g->b->failed = g->b->failed || c->html.failed;
            full = full || c->html.len > g->room;
            if (full) {
                buf_release(&c->html);
                g->left_out++;
            } else {
                g->room -= c->html.len;
            }
        }
}

/* The cells like that of 'row': its class, and right or wrong as it is. */
static void write_part(struct gallery *g, size_t row, bool right)
{
    const char *name = row_label(g, row);
    size_t n = 0;

    for (size_t i = 0; i < g->n; i++) {
        struct shown_cell *c = &g->cell[i];

        if (!c->html.len || strcmp(row_label(g, c->row), name) != 0 ||
            is_right(g, c->row) != right)
            continue;
        if (n++ == 0)
            buf_printf(g->b,
                       "<div data-group=\"\">\n<h4>%s</h4>\n"
                       "<div class=\"gallery\">\n",
                       right ? "Classified right" : "Classified wrong");
        buf_take(g->b, &c->html);
    }
    buf_puts(g->b, n ? "</div>\n</div>\n" : "");
}

/* Has class of cell 'i' come before? */
static bool class_seen(const struct gallery *g, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(row_label(g, g->cell[j].row),
                   row_label(g, g->cell[i].row)) == 0)
            return true;
    return false;
}

/* What the panels of a strip are, from the left. */
static void write_legend(const struct gallery *g)
{
    const struct report_csv *c = &g->e->scores;

    buf_printf(g->b,
               "<p class=\"mute\">Cells of the %s split, the surest first. "
               "From the left the cell",
               report_told(g->d));
    for (size_t i = 0; i < c->csv.n_row && (i == 0 || repeats_strip(g, i));
         i++) {
        const char *method = row_field(g, i, "method");

        buf_puts(g->b, *method ? ", " : ", the map over it, the map");
        report_html_text(g->b, method);
        if (strcmp(method, "lime") == 0)
            buf_puts(g->b, ", the parts that speak most for the class, parts "
                           "for (green) and against it (red)");
    }
    buf_puts(g->b, ". With the slider: the cell, one map over it, the map. "
                   "Bright is what speaks for the class named, over the "
                   "cell in grey. A map shows where a network looks, not "
                   "whether that is a good reason.</p>\n");
}

/* The slider's stops: the methods of the first cell, then all of them. */
static void write_stops(const struct gallery *g)
{
    buf_puts(g->b, "<div class=\"viewer\" data-stops=\"");
    for (size_t r = 0; g->n && r < g->cell[0].n; r++)
        if (*row_field(g, r, "method"))
            report_html_put(g->b, "%s ", row_field(g, r, "method"));
    buf_puts(g->b, "all\">\n");
}

static void put_cells(struct gallery *g)
{
    write_stops(g);
    for (size_t i = 0; i < g->n; i++) {
        if (class_seen(g, i))
            continue;
        report_html_put(g->b,
                        "<details open data-group=\"\">\n"
                        "<summary>%s</summary>\n",
                        row_label(g, g->cell[i].row));
        write_part(g, g->cell[i].row, true);
        write_part(g, g->cell[i].row, false);
        buf_puts(g->b, "</details>\n");
    }
    buf_puts(g->b, "</div>\n");
    if (g->left_out)
        report_html_put(
            g->b,
            "<p class=\"missing\">%zu more %s left out to keep the page under "
            "20&nbsp;MB; the pictures are in <code>%s</code>.</p>\n",
            g->left_out, g->left_out == 1 ? "cell is" : "cells are",
            g->e->explain->dir);
}

void report_gallery(const struct report_data *d,
                    const struct report_experiment *e, size_t room,
                    struct buf *b)
{
    static const char *const files[] = {"scores.csv",
#define MAP_TABLE(kind, word) #word ".csv",
#include "config/map_tables.def"
#undef MAP_TABLE
                                        NULL};
    struct gallery g = {.d = d, .e = e, .b = b, .room = room};

    buf_puts(b, "<h3>Where it looked</h3>\n");
    if (!e->scores.there) {
        report_html_missing(b, "The explanation", e->scores.why);
        return;
    }
    write_legend(&g);
    report_faithfulness(&e->figures[TABLE_FAITHFULNESS], b);
    report_html_files(b, d, e->explain->dir, files);
    if (e->scores.csv.n_row == 0)
        buf_puts(b, "<p class=\"missing\">No cell was explained.</p>\n");
    list_cells(&g);
    compose_cells(&g);
    put_cells(&g);
    free(g.cell);
}
