/* report_screening.c - from predictions, in sentences and a table */
#include "stages/report/report_screening.h"

#include "evaluation/about_cells.h"
#include "evaluation/test_accuracy.h"
#include "page/page_glossary.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"
#include "stages/report/report_matrix.h"
#include "stages/report/report_sections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRIP_MOST = 24 };

/* --- reading -------------------------------------------------------------- */

/* Of the predictions.csv of experiments list[0 .. n-1]; NULL: why is in
 * *err. */
static struct screening *screening_of(const struct report_data *d,
                                      const int *list, int n, struct err *err)
{
    char path[CONFIG_FOLDS_MAX][FILE_PATH_MAX];
    const char *of[CONFIG_FOLDS_MAX];
    struct screening *s = calloc(1, sizeof(*s));

    if (!s)
        err_set(err, ERR_SYSTEM, "no memory for predictions");
    for (int i = 0; i < n && s; i++) {
        of[i] = path[i];
        if (file_path(path[i], err, "%s/%s/predictions.csv", d->run_dir,
                      d->experiment[list[i]].evaluate->dir) < 0) {
            free(s);
            return NULL;
        }
    }
    if (s && screening_read(s, of, n, d->config, err) == 0)
        return s;
    free(s);
    return NULL;
}

/* List the folds of the experiment whose first one is 'i' that are evaluated,
 * or those of them alone that can be read by themselves. */
static int list_folds(const struct report_data *d, int i, bool alone, int *list)
{
    int n = 0;

    for (int k = 0; k < d->n_experiment && n < CONFIG_FOLDS_MAX; k++) {
        const struct report_experiment *e = &d->experiment[k];

        if (plan_same_experiment(e->train, d->experiment[i].train) &&
            e->metrics.root && e->evaluate && (e->screening || !alone))
            list[n++] = k;
    }
    return n;
}

/* All folds: a class that one of them does not name may be in others. */
static void read_pooled(struct report_data *d, int i)
{
    struct screening **pooled = &d->experiment[i].pooled;
    int list[CONFIG_FOLDS_MAX], n = list_folds(d, i, false, list);
    struct err err;

    if (n > 0)
        *pooled = screening_of(d, list, n, &err);
    if (*pooled)
        return;
    n = list_folds(d, i, true, list);
    if (n > 0)
        *pooled = screening_of(d, list, n, &err);
}

void report_screening_read(struct report_data *d)
{
    struct err err;

    for (int i = 0; i < d->n_experiment; i++) {
        struct report_experiment *e = &d->experiment[i];

        if (!e->metrics.root || !e->evaluate)
            continue;
        e->screening = screening_of(d, &i, 1, &err);
        if (!e->screening)
            snprintf(e->screening_why, sizeof(e->screening_why), "%.200s",
                     err.text);
    }
    for (int i = 0; i < d->n_experiment; i++)
        if (report_folds_first(d, i))
            read_pooled(d, i);
}

const struct screening *report_screening_of(const struct report_data *d, int i)
{
    return report_folds_first(d, i) ? d->experiment[i].pooled
                                    : d->experiment[i].screening;
}

struct grouped_share report_screening_accuracy(const struct report_data *d,
                                               int i)
{
    struct grouped_share s = {.n = 0};

    if (!report_folds_first(d, i))
        test_accuracy_read(&s, d->experiment[i].metrics.root,
                           d->experiment[i].screening);
    else if (d->experiment[i].pooled)
        s = d->experiment[i].pooled->accuracy;
    else
        grouped_share_choose(&s, NULL);
    return s;
}

/* --- sentences ------------------------------------------------------------ */

/* A paragraph of what 'put' says; none of nothing. */
static void put_sentence(const struct screening *s,
                         void (*put)(const struct screening *s,
                                     struct buf *out),
                         const char *open, const char *close, struct buf *b)
{
    struct buf text = {0};

    put(s, &text);
    if (text.len > 0) {
        buf_puts(b, open);
        report_html_text(b, text.data);
        buf_puts(b, close);
    }
    b->failed |= text.failed;
    buf_release(&text);
}

static void put_promises(const struct screening *s, struct buf *b)
{
    struct buf list = {0};

    put_sentence(s, screening_put_threshold, "<li>", "</li>\n", &list);
    put_sentence(s, screening_put_sets, "<li>", "</li>\n", &list);
    report_html_list(b, &list);
}

void report_screening_own(const struct report_experiment *e, struct buf *b)
{
    if (!e->screening) {
        report_html_missing(b, "What was missed", e->screening_why);
        return;
    }
    put_sentence(e->screening, screening_put_found, "<p>", "</p>\n", b);
    put_promises(e->screening, b);
}

/* The experiment that the headline is of; -1: none. */
static int best_head(const struct report_data *d)
{
    const int head = d->best < 0 ? -1 : report_folds_head(d, d->best);

    return head < 0 ? d->best : head;
}

void report_screening_lead(const struct report_data *d, struct buf *b)
{
    const int i = best_head(d);
    const struct screening *s = i < 0 ? NULL : report_screening_of(d, i);
    struct buf text = {0};

    about_cells(d->config, report_used(&d->counts.all), &text);
    buf_puts(b, "<p class=\"lead\">");
    report_html_text(b, text.data ? text.data : "");
    buf_puts(b, "</p>\n");
    b->failed |= text.failed;
    buf_release(&text);
    if (s)
        put_sentence(s, screening_put_found, "<p class=\"lead\">", "</p>\n", b);
}

/* --- the section ---------------------------------------------------------- */

/* "17 of 64, 26.6 %" and its interval, in two cells. */
static void share_cells(const struct grouped_share *s, bool there,
                        struct buf *b)
{
    if (!there || s->n == 0) {
        buf_puts(b, "<td class=\"num\">&ndash;</td><td></td>");
        return;
    }
    report_html_put(b, "<td class=\"num\">%f <span class=\"mute\">",
                    grouped_share_value(s));
    buf_printf(b, "%zu of %zu</span></td>", s->k, s->n);
    report_html_cell_range(b, &metrics_table[METRIC_ACCURACY], s->low, s->high);
}

static void experiment_row(const struct report_data *d, int i, struct buf *b)
{
    const struct screening *s = report_screening_of(d, i);
    char name[PLAN_NAME_MAX + 16];

    report_folds_name(d, i, name);
    report_html_put(b,
                    "<tr><th scope=\"row\"><a href=\"#experiment-%d\">%s</a>"
                    "</th>",
                    i + 1, name);
    share_cells(&s->missed, s->two, b);
    share_cells(&s->raised, s->two, b);
    share_cells(&s->above_found, s->two && s->sets && s->threshold, b);
    share_cells(&s->covered, s->sets, b);
    buf_puts(b, "</tr>\n");
}

void report_screening_table(const struct report_data *d, struct buf *b)
{
    buf_puts(b, "<h3>What each missed and raised</h3>\n");
    report_html_table_sortable(b, "What each experiment missed and raised",
                               false);
    report_html_heads(b, "experiment|#abnormal cells missed|#interval|"
                         "#other cells raised|#interval|"
                         "#abnormal cells found by the threshold|#interval|"
                         "#cells whose set holds their class|#interval");
    report_html_body(b);
    for (int i = 0; i < d->n_experiment; i++) {
        const bool head =
            d->experiment[i].train->folds < 2 || report_folds_first(d, i);

        if (head && report_screening_of(d, i))
            experiment_row(d, i, b);
    }
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
}

/* What stands under a cell, where there are probabilities. */
static void put_under(const struct report_data *d,
                      const struct report_told_of *t, struct buf *b)
{
    bool any = false, calibrated = false;

    for (int k = 0; k < t->n; k++) {
        const struct report_cells *c = &d->experiment[t->list[k]].cells;

        any = any || c->told.o.p;
        calibrated = calibrated || c->calibrated;
    }
    if (any)
        buf_puts(b, " Under a cell stands the probability of what it is "
                    "called, as the network gives it");
    if (calibrated) {
        buf_puts(b, "; opened, it has that ");
        page_glossary_put("temperature", "calibrated", b);
        buf_puts(b, ", too");
    }
    buf_puts(b, any ? "." : "");
}

/* Of all cells together, under the matrix. */
static void put_whose(const struct report_data *d,
                      const struct report_told_of *t, struct buf *b)
{
    struct headline h;

    headline_of(&h, d);
    report_html_put(b, "<p class=\"mute\">By %s%s: a cell is ", h.name,
                    h.chosen ? ", which does best on the validation split"
                             : "");
    page_glossary_put("missed", "missed", b);
    buf_puts(b, " or ");
    page_glossary_put("raised", "raised", b);
    buf_puts(b, " by the class that it is called. Cells of one cluster image, "
                "or of several that share cells, are one ");
    page_glossary_put("group", "group", b);
    buf_puts(b, ".");
    put_under(d, t, b);
    buf_puts(b, "</p>\n");
}

static void put_strips(const struct report_data *d,
                       const struct report_told_of *t, struct buf *b)
{
    static const struct report_strip strip[] = {
        {CELL_MISSED, "Missed: abnormal cells called another class",
         STRIP_MOST},
        {CELL_RAISED, "Raised: other cells called abnormal", STRIP_MOST}};

    for (size_t i = 0; i < sizeof(strip) / sizeof(strip[0]); i++)
        report_matrix_put_strip(d, t, &strip[i], b);
}

void report_screening(const struct report_data *d, struct buf *b)
{
    const int i = best_head(d);
    const struct screening *s = i < 0 ? NULL : report_screening_of(d, i);
    struct report_told_of t;

    if (i < 0)
        return;
    if (!s) {
        report_html_missing(b, "What was missed",
                            d->experiment[i].screening_why);
        return;
    }
    put_sentence(s, screening_put_classes, "<p>", "</p>\n", b);
    report_cells_headline(&t, d);
    report_matrix_put(d, &t, "Which class is taken for which", b);
    put_whose(d, &t, b);
    put_strips(d, &t, b);
}

void report_screening_promises(const struct report_data *d, struct buf *b)
{
    const int i = best_head(d);
    const struct screening *s = i < 0 ? NULL : report_screening_of(d, i);

    if (s)
        put_promises(s, b);
}
