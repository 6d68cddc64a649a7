#include "stages/report/report_matrix.h"

#include "page/page_glossary.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 3 * CONFIG_NAME_MAX };

struct matrix {
    int k, n_abnormal; /* classes; those that stand first */
    bool two;          /* are there abnormal classes and others? */
    const char *name[STATS_CLASSES_MAX]; /* borrowed, in the table's order */
    size_t count[STATS_CLASSES_MAX][STATS_CLASSES_MAX];
};

/* --- counting ------------------------------------------------------------- */

static int find_class(const struct matrix *m, const char *name)
{
    int c = 0;

    while (c < m->k && strcmp(m->name[c], name) != 0)
        c++;
    return c;
}

static void add_class(struct matrix *m, const char *name)
{
    if (find_class(m, name) == m->k && m->k < STATS_CLASSES_MAX)
        m->name[m->k++] = name;
}

/* What is known of all the cells together. */
static const struct screening *screening_of(const struct report_data *d,
                                            const struct report_told_of *t)
{
    const int head = report_folds_head(d, t->list[0]);

    return t->n > 1 && head >= 0 ? report_screening_of(d, head)
                                 : d->experiment[t->list[0]].screening;
}

/* Abnormal classes, then the others; a fold without probabilities has those
 * alone that it names. */
static void add_classes(struct matrix *m, const struct report_data *d,
                        const struct report_told_of *t)
{
    const struct screening *s = screening_of(d, t);

    m->two = s && s->two;
    for (int c = 0; m->two && c < s->k; c++)
        if (s->abnormal[c])
            add_class(m, s->class_name[c]);
    m->n_abnormal = m->k;
    for (int c = 0; s && c < s->k; c++)
        add_class(m, s->class_name[c]);
    for (int k = 0; k < t->n; k++) {
        const struct predictions *p = &d->experiment[t->list[k]].cells.told;

        for (int c = 0; c < p->o.k; c++)
            add_class(m, p->class_name[c]);
    }
}

static void add_cells(struct matrix *m, const struct report_cells *c)
{
    const struct predictions *p = &c->told;

    for (size_t i = 0; i < p->o.n; i++) {
        const int is = find_class(m, p->class_name[p->o.label[i]]);
        const int called = find_class(m, p->class_name[p->o.predicted[i]]);

        if (is < m->k && called < m->k)
            m->count[is][called]++;
    }
}

static size_t row_sum(const struct matrix *m, int row)
{
    size_t sum = 0;

    for (int c = 0; c < m->k; c++)
        sum += m->count[row][c];
    return sum;
}

/* --- the table ------------------------------------------------------------ */

static bool is_abnormal(const struct matrix *m, int c)
{
    return c < m->n_abnormal;
}

/* "Abnormal" and "other" above their columns. */
static void put_sides(const struct matrix *m, struct buf *b)
{
    if (!m->two)
        return;
    buf_printf(b,
               "<tr><td></td><th scope=\"colgroup\" colspan=\"%d\">called "
               "abnormal</th><th scope=\"colgroup\" colspan=\"%d\" "
               "class=\"edge\">called other</th></tr>\n",
               m->n_abnormal, m->k - m->n_abnormal);
}

static void put_columns(const struct matrix *m, struct buf *b)
{
    buf_puts(b, "<tr><th scope=\"col\">is, of cells</th>");
    for (int c = 0; c < m->k; c++) {
        buf_printf(b, "<th scope=\"col\" class=\"called%s\"><span>",
                   m->two && c == m->n_abnormal ? " edge" : "");
        report_html_text(b, m->name[c]);
        buf_puts(b, "</span></th>");
    }
    buf_puts(b, "</tr>\n");
}

/* What a number means to a laboratory. */
static const char *square_class(const struct matrix *m, int is, int called)
{
    if (is == called)
        return " hit";
    if (!m->two || is_abnormal(m, is) == is_abnormal(m, called))
        return "";
    return is_abnormal(m, is) ? " missed" : " raised";
}

/*
 * The one colour at the opacity of the share of the row.  Beyond these the
 * number on it is of the other ink, black or white, which keeps a contrast of
 * 4.5 (WCAG 2.1) on either side.
 */
static const double LIGHT_FLIP = 0.845, DARK_FLIP = 0.555;

static void put_square(const struct matrix *m, int is, int called,
                       struct buf *b)
{
    const size_t n = m->count[is][called], of = row_sum(m, is);
    const double share = of ? (double)n / (double)of : 0;
    const double opacity = n ? 0.06 + 0.94 * share : 0;

    buf_printf(b, "<td class=\"square%s%s%s\" style=\"--share:%.1f%%\"",
               square_class(m, is, called),
               m->two && called == m->n_abnormal ? " edge" : "",
               opacity > LIGHT_FLIP  ? " full"
               : opacity > DARK_FLIP ? " half"
                                     : "",
               100 * opacity);
    buf_printf(b, " data-n=\"%zu\" data-is=\"", n);
    report_html_text(b, m->name[is]);
    buf_puts(b, "\" data-called=\"");
    report_html_text(b, m->name[called]);
    buf_printf(b, "\"><span class=\"count\">%zu</span>", n);
    if (n)
        buf_printf(b, "<span class=\"share\">%.1f&nbsp;%%</span>", 100 * share);
    buf_puts(b, "</td>");
}

static void put_row(const struct matrix *m, int is, struct buf *b)
{
    buf_printf(b, "<tr%s><th scope=\"row\">",
               m->two && is == m->n_abnormal ? " class=\"edge\"" : "");
    page_glossary_put_class(m->name[is], b);
    buf_printf(b, " <span class=\"mute\">%zu</span></th>", row_sum(m, is));
    for (int c = 0; c < m->k; c++)
        put_square(m, is, c, b);
    buf_puts(b, "</tr>\n");
}

/* The numbers of the experiments, for the script. */
static void put_numbers(const struct report_told_of *t, struct buf *b)
{
    buf_puts(b, " data-experiments=\"");
    for (int k = 0; k < t->n; k++)
        buf_printf(b, "%s%d", k ? " " : "", t->list[k]);
    buf_puts(b, "\"");
}

static void put_table(const struct matrix *m, const struct report_told_of *t,
                      const char *label, struct buf *b)
{
    report_html_scroll(b, label);
    buf_puts(b, "<table class=\"matrix\"");
    put_numbers(t, b);
    buf_puts(b, ">\n<caption>");
    report_html_text(b, label);
    buf_puts(b, "</caption>\n<thead>\n");
    put_sides(m, b);
    put_columns(m, b);
    buf_puts(b, "</thead>\n<tbody>\n");
    for (int c = 0; c < m->k; c++)
        put_row(m, c, b);
    buf_puts(b, "</tbody>\n</table>\n</div>\n");
}

void report_matrix_put(const struct report_data *d,
                       const struct report_told_of *t, const char *label,
                       struct buf *b)
{
    struct matrix *m = calloc(1, sizeof(*m));

    if (!m) {
        b->failed = true;
        return;
    }
    if (t->n > 0)
        add_classes(m, d, t);
    for (int k = 0; k < t->n; k++)
        add_cells(m, &d->experiment[t->list[k]].cells);
    if (m->k > 0)
        put_table(m, t, label, b);
    free(m);
}

/* --- pictures of cells ---------------------------------------------------- */

void report_matrix_put_address(int experiment, size_t row, struct buf *b)
{
    if (row != REPORT_NO_ROW)
        buf_printf(b, " data-cell=\"%d/%zu\"", experiment, row);
}

static void put_figure(const struct report_data *d,
                       const struct report_cell_at *at, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[at->experiment];
    const struct predictions *p = &e->cells.told;
    const char *is = p->class_name[p->o.label[at->i]];
    const char *called = p->class_name[p->o.predicted[at->i]];
    char label[LABEL];

    snprintf(label, sizeof(label), "%s, called %s", is, called);
    buf_puts(b, "<figure class=\"cell\"");
    report_matrix_put_address(at->experiment, e->cells.row[at->i], b);
    buf_puts(b, ">\n");
    report_pictures_put(&d->pictures, e->cells.row[at->i], label, b);
    report_html_put(b,
                    "<figcaption>%s<br><span class=\"wrong\">called %s"
                    "</span>",
                    is, called);
    if (isfinite(at->p)) {
        buf_puts(b, " ");
        report_html_probability(b, at->p);
    }
    buf_puts(b, "</figcaption>\n</figure>\n");
}

void report_matrix_put_strip(const struct report_data *d,
                             const struct report_told_of *t,
                             const struct report_strip *strip, struct buf *b)
{
    struct report_cell_at *list;
    size_t n, of = 0, shown = 0;
    struct err err;

    if (report_cells_list(&list, &n, d, t, &err) < 0) {
        b->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        of += list[i].verdict == strip->verdict;
    if (of > 0)
        report_html_put(b, "<h3>%s: %zu</h3>\n<div class=\"strip\">\n",
                        strip->title, of);
    for (size_t i = 0; i < n && shown < strip->most; i++)
        if (list[i].verdict == strip->verdict) {
            put_figure(d, &list[i], b);
            shown++;
        }
    buf_puts(b, of > 0 ? "</div>\n" : "");
    if (of > shown)
        buf_printf(b,
                   "<p class=\"mute\">%zu more, less sure; the numbers of the "
                   "matrix open them.</p>\n",
                   of - shown);
    free(list);
}
