/*
 * report_gallery.c - each explained cell, beside it what speaks for the class
 * that it is called and, if that is wrong, for the one that it is
 *
 * The first method's maps are shown; the script chooses among all.
 */
#include "stages/report/report_gallery.h"

#include "page/page_glossary.h"
#include "stages/report/report_html.h"
#include "stages/report/report_matrix.h"
#include "stages/report/report_sections.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 4 * CONFIG_NAME_MAX };

/* Entries of e->maps.of that show one cell. */
struct gallery_cell {
    struct report_cell_at at; /* i: its first entry of the maps */
    size_t n;                 /* how many entries */
};

struct gallery {
    const struct report_data *d;
    const struct report_told_of *t;
    struct gallery_cell *cell; /* owned */
    size_t n, left_out;
    struct buf *b;
};

static const struct report_experiment *experiment_of(
    const struct gallery *g, const struct gallery_cell *c)
{
    return &g->d->experiment[c->at.experiment];
}

static const char *score_field(const struct report_experiment *e, size_t entry,
                               const char *name)
{
    return report_field(&e->scores, e->maps.of[entry].score, name);
}

/* --- one cell ------------------------------------------------------------- */

/* "METHOD:ID ..." of all maps, for the script. */
static void put_choices(const struct gallery_cell *c,
                        const struct report_experiment *e,
                        const struct report_explained *x, struct buf *b)
{
    const char *between = "";

    buf_puts(b, " data-maps=\"");
    for (size_t r = x->score; r < x->score + x->n; r++) {
        if (e->maps.map[r] == REPORT_MAP_NONE)
            continue;
        buf_puts(b, between);
        report_html_put(b, "%s:", report_field(&e->scores, r, "method"));
        report_maps_put_id(c->at.experiment, r, b);
        between = " ";
    }
    buf_puts(b, "\"");
}

/* The cell with the first method's map over it. */
static void put_map(const struct gallery *g, const struct gallery_cell *c,
                    size_t entry)
{
    const struct report_experiment *e = experiment_of(g, c);
    const struct report_explained *x = &e->maps.of[entry];
    const struct report_pictures *p = &g->d->pictures;
    char label[LABEL];

    snprintf(label, sizeof(label), "What speaks for %s",
             score_field(e, entry, "target"));
    report_pictures_open(p, label, g->b);
    put_choices(c, e, x, g->b);
    buf_puts(g->b, ">");
    report_pictures_use(p, x->row, g->b);
    if (e->maps.map[x->score] != REPORT_MAP_NONE) {
        buf_puts(g->b, "<use class=\"map\" filter=\"url(#heat)\" href=\"#");
        report_maps_put_id(c->at.experiment, x->score, g->b);
        buf_puts(g->b, "\"/>");
    }
    buf_puts(g->b, "</svg>\n");
}

/* What the evaluation calls a cell; 'otherwise' of one that it has not. */
static const char *called_class(const struct report_experiment *e,
                                const struct report_explained *x,
                                const char *otherwise)
{
    const struct predictions *p = &e->cells.told;

    return x->cell == REPORT_NO_ROW ? otherwise
                                    : p->class_name[p->o.predicted[x->cell]];
}

/* The probability of that, or the one that the maps are of. */
static double called_p(const struct report_experiment *e,
                       const struct report_explained *x)
{
    const struct report_cells *c = &e->cells;
    const double p =
        x->cell == REPORT_NO_ROW
            ? (double)NAN
            : report_cells_p(c, x->cell, c->told.o.predicted[x->cell]);

    return isfinite(p) ? p : report_number(&e->scores, x->score, "p");
}

static void put_seen_once(const struct gallery *g, const char *seen, double p)
{
    report_html_put(
        g->b, "<br><span class=\"mute\">seen once, as in the maps: %s, ", seen);
    report_html_probability(g->b, p);
    buf_puts(g->b, "</span>");
}

static void put_caption(const struct gallery *g, const struct gallery_cell *c)
{
    const struct report_experiment *e = experiment_of(g, c);
    const struct report_explained *x = &e->maps.of[c->at.i];
    const char *seen = score_field(e, c->at.i, "predicted");
    const char *called = called_class(e, x, seen);
    static const char *const lead[] = {"Missed: ", "Raised: ", "", ""};

    report_html_put(g->b, "<figcaption>%s%s", lead[c->at.verdict],
                    report_label(&e->scores, x->score));
    if (c->at.verdict == CELL_RIGHT)
        buf_puts(g->b, ", <span class=\"right\">right</span>");
    else
        report_html_put(g->b, ", <span class=\"wrong\">called %s</span>",
                        called);
    buf_puts(g->b, ", ");
    report_html_probability(g->b, called_p(e, x));
    if (g->d->config->evaluate.views != VIEWS_ONE || strcmp(called, seen) != 0)
        put_seen_once(g, seen, report_number(&e->scores, x->score, "p"));
    if (c->n > 1)
        report_html_put(g->b,
                        "<br><span class=\"mute\">maps: what speaks for %s, "
                        "then for %s</span>",
                        score_field(e, c->at.i, "target"),
                        score_field(e, c->at.i + 1, "target"));
    buf_puts(g->b, "</figcaption>\n");
}

static void put_cell(const struct gallery *g, const struct gallery_cell *c)
{
    const struct report_experiment *e = experiment_of(g, c);
    const struct report_explained *x = &e->maps.of[c->at.i];
    const char *is = report_label(&e->scores, x->score);
    char label[LABEL];

    snprintf(label, sizeof(label), "%s, called %s", is,
             called_class(e, x, score_field(e, c->at.i, "predicted")));
    report_html_put(g->b,
                    "<figure class=\"explained\" data-class=\"%s\" "
                    "data-verdict=\"%s\"",
                    is, report_cells_word(c->at.verdict));
    report_matrix_put_address(c->at.experiment, x->row, g->b);
    buf_puts(g->b, ">\n<div class=\"panels\">");
    report_pictures_put(&g->d->pictures, x->row, label, g->b);
    for (size_t k = c->at.i; k < c->at.i + c->n; k++)
        put_map(g, c, k);
    buf_puts(g->b, "</div>\n");
    put_caption(g, c);
    buf_puts(g->b, "</figure>\n");
}

/* --- all ------------------------------------------------------------------ */

/* What a cell without a line in predictions.csv is, by scores.csv alone. */
static enum cell_verdict verdict_of(const struct report_experiment *e,
                                    size_t entry)
{
    const struct report_explained *x = &e->maps.of[entry];

    if (x->cell != REPORT_NO_ROW)
        return report_cells_verdict(e, x->cell);
    return strcmp(report_label(&e->scores, x->score),
                  score_field(e, entry, "predicted")) == 0
               ? CELL_RIGHT
               : CELL_OTHER_WRONG;
}

/* Is the entry of the cell of the one before? */
static bool goes_on(const struct report_experiment *e, size_t entry)
{
    return entry > 0 && strcmp(score_field(e, entry, "file"),
                               score_field(e, entry - 1, "file")) == 0;
}

static void add_cells(struct gallery *g, int experiment)
{
    const struct report_experiment *e = &g->d->experiment[experiment];

    for (size_t k = 0; k < e->maps.n; k++) {
        if (!e->maps.of[k].shown)
            continue;
        if (goes_on(e, k) && g->n > 0 &&
            g->cell[g->n - 1].at.experiment == experiment &&
            g->cell[g->n - 1].at.i + g->cell[g->n - 1].n == k)
            g->cell[g->n - 1].n++;
        else
            g->cell[g->n++] = (struct gallery_cell){
                {experiment, k, verdict_of(e, k),
                 report_number(&e->scores, e->maps.of[k].score, "p")},
                1};
    }
    g->left_out += e->maps.left_out;
}

/* The methods, which the script lets choose. */
static void open_viewer(const struct gallery *g)
{
    const struct report_experiment *e = experiment_of(g, &g->cell[0]);
    const struct report_explained *x = &e->maps.of[g->cell[0].at.i];

    buf_puts(g->b, "<div class=\"viewer\" data-methods=\"");
    for (size_t r = x->score; r < x->score + x->n; r++)
        report_html_put(g->b, r > x->score ? " %s" : "%s",
                        report_field(&e->scores, r, "method"));
    buf_puts(g->b, "\">\n<div class=\"gallery\">\n");
}

static void put_legend(const struct gallery *g)
{
    const struct report_experiment *e = experiment_of(g, &g->cell[0]);

    buf_puts(g->b, "<p>On the left the stained cell as the network saw it; "
                   "beside it the same cell with a map of ");
    page_glossary_put_term(score_field(e, g->cell[0].at.i, "method"), g->b);
    buf_puts(g->b, " over it, what speaks for the class that it is called and, "
                   "where that is wrong, for the class that it is. ");
    report_maps_put_bar(g->d, g->b);
    buf_puts(g->b, "</p>\n<p class=\"mute\">A map shows where a network looks, "
                   "not whether that is a good reason. What was missed stands "
                   "first, then what was raised, then other mistakes; the "
                   "surest before others.</p>\n");
}

/* Cells of an experiment of which concepts.csv says what they are called seen
 * once; *other: how many of them another class than by several views. */
static size_t count_seen_once(const struct report_experiment *e, size_t *other)
{
    const struct report_cells *c = &e->cells;
    size_t n = 0;

    for (size_t i = 0; c->there && i < c->told.o.n; i++) {
        if (c->concept[i] == REPORT_NO_ROW)
            continue;
        n++;
        *other += strcmp(report_field(&e->concepts, c->concept[i], "predicted"),
                         c->told.class_name[c->told.o.predicted[i]]) != 0;
    }
    return n;
}

/* Maps are of one view of a cell, classes perhaps of the mean over several. */
static void put_views(const struct gallery *g)
{
    size_t n = 0, other = 0;

    if (g->d->config->evaluate.views == VIEWS_ONE)
        return;
    for (int k = 0; k < g->t->n; k++)
        n += count_seen_once(&g->d->experiment[g->t->list[k]], &other);
    buf_puts(g->b, "<p><strong>Maps, concepts and reactions are of each "
                   "picture as it stands</strong>; what a cell is called is "
                   "the mean over several views of it, turned or mirrored "
                   "(<code>evaluate.views</code>). ");
    if (n > 0)
        report_html_put(g->b,
                        "Seen once, %zu of %zu %s cells are called another "
                        "class; the",
                        other, n, report_told(g->d));
    else
        buf_puts(g->b, "Seen once, a cell may be called another class; the");
    buf_puts(g->b, " maps of such a cell need not show why it was missed or "
                   "raised, and say so.</p>\n");
}

static void put_all(struct gallery *g)
{
    qsort(g->cell, g->n, sizeof(*g->cell), report_cells_order);
    put_legend(g);
    put_views(g);
    open_viewer(g);
    for (size_t i = 0; i < g->n; i++)
        put_cell(g, &g->cell[i]);
    buf_puts(g->b, "</div>\n</div>\n");
}

void report_gallery_put(const struct report_data *d,
                        const struct report_told_of *t, struct buf *b)
{
    struct gallery g = {.d = d, .t = t, .b = b};
    size_t room = 1;

    for (int k = 0; k < t->n; k++)
        room += d->experiment[t->list[k]].maps.n;
    g.cell = calloc(room, sizeof(*g.cell));
    if (!g.cell) {
        b->failed = true;
        return;
    }
    for (int k = 0; k < t->n; k++)
        add_cells(&g, t->list[k]);
    if (g.n > 0)
        put_all(&g);
    else
        report_html_missing(b, "The explanation",
                            t->n > 0 ? d->experiment[t->list[0]].scores.why
                                     : "no experiment is evaluated yet");
    if (g.left_out)
        report_html_put(b,
                        "<p class=\"missing\">The maps of %zu more are left "
                        "out to keep the page under 20&nbsp;MB; they are in "
                        "<code>%s</code>.</p>\n",
                        g.left_out, d->experiment[t->list[0]].explain->dir);
    free(g.cell);
}

void report_gallery(const struct report_data *d, struct buf *b)
{
    struct report_told_of t;

    report_cells_headline(&t, d);
    if (t.n > 0)
        report_gallery_put(d, &t, b);
}
