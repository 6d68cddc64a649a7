#include "stages/report/report_folds.h"

#include "evaluation/predictions_folds.h"
#include "page/page_glossary.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- from files ----------------------------------------------------------- */

static struct fold_figure figure_of_folds(const double *x, int n)
{
    struct fold_figure f = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    double sum = 0, squares = 0;

    for (int i = 0; i < n; i++) {
        sum += x[i];
        f.least = fmin(f.least, x[i]);
        f.most = fmax(f.most, x[i]);
    }
    if (n > 0)
        f.mean = sum / n;
    for (int i = 0; i < n; i++)
        squares += (x[i] - f.mean) * (x[i] - f.mean);
    if (n > 1)
        f.sd = sqrt(squares / (n - 1));
    return f;
}

/* Add the test predictions, or those told, of one fold to 'all'; *n: how many
 * there are. */
static int add_predictions(struct predictions *all, const struct report_data *d,
                           const struct plan_step *evaluate, size_t *n)
{
    struct predictions p;
    enum split split;
    struct err err;
    int rc;

    if (report_cells_predictions(&p, &split, d, evaluate, &err) < 0)
        return -1;
    *n = p.o.n;
    rc = predictions_folds_add(all, &p, &err);
    predictions_release(&p);
    return rc;
}

bool report_folds_first(const struct report_data *d, int i)
{
    const struct plan_step *n = d->experiment[i].train;

    return n->folds > 1 && n->fold == 0;
}

int report_folds_head(const struct report_data *d, int i)
{
    for (int k = 0; k < d->n_experiment; k++)
        if (report_folds_first(d, k) &&
            plan_same_experiment(d->experiment[k].train,
                                 d->experiment[i].train))
            return k;
    return -1;
}

static bool any_folds(const struct report_data *d)
{
    for (int i = 0; i < d->n_experiment; i++)
        if (report_folds_first(d, i))
            return true;
    return false;
}

void report_folds_summary(struct fold_summary *s, const struct report_data *d,
                          int i)
{
    const struct plan_step *first = d->experiment[i].train;
    double value[METRICS_MAX][CONFIG_FOLDS_MAX];
    struct predictions all = {.o = {.n = 0}};
    int n = 0; /* folds in which cells are told */

    *s = (struct fold_summary){.folds = first->folds};
    experiment_name_pooled(s->name, first->experiment);
    for (int k = 0; k < d->n_experiment; k++) {
        const struct report_experiment *e = &d->experiment[k];
        const json_t *m = e->metrics.root;
        size_t cells = 0;

        if (!plan_same_experiment(e->train, first) || !m || !e->evaluate ||
            s->evaluated == CONFIG_FOLDS_MAX ||
            add_predictions(&all, d, e->evaluate, &cells) < 0)
            continue;
        s->evaluated++;
        for (int j = 0; cells > 0 && metrics_table[j].name; j++)
            value[j][n] = report_metric(m, &metrics_table[j]);
        n += cells > 0;
    }
    for (int j = 0; metrics_table[j].name; j++)
        s->metric[j] = figure_of_folds(value[j], n);
    s->accuracy = report_screening_accuracy(d, i);
    if (s->evaluated > 0) {
        metrics_of(&s->pooled, &all.o);
        memcpy(s->class_name, all.class_name,
               (size_t)all.o.k * sizeof(*all.class_name));
    }
    predictions_release(&all);
}

static const struct metric *const accuracy = &metrics_table[METRIC_ACCURACY];

/* --- what is written ------------------------------------------------------ */

/* Column heads; returns how many. */
static int put_heads(struct buf *b)
{
    int n = 0;

    for (const struct metric *m = metrics_table; m->name; m++)
        if (m->shown & SHOWN_OVER_FOLDS) {
            page_glossary_put_head(m->name, m->title, b);
            n++;
        }
    return n;
}

static void put_figure(const struct metric *m, const struct fold_figure *f,
                       struct buf *b)
{
    buf_puts(b, "<td class=\"num\">");
    report_html_metric(b, m, f->mean);
    buf_puts(b, " &plusmn; ");
    report_html_metric(b, m, f->sd);
    buf_puts(b, "</td>");
}

/* Metrics have 'n' columns. */
static void put_row(const struct fold_summary *s, int n, struct buf *b)
{
    const struct metrics *m = &s->pooled;

    report_html_put(
        b, "<tr><th scope=\"row\">%s</th><td class=\"num\">%d of %d</td>",
        s->name, s->evaluated, s->folds);
    if (s->evaluated == 0) {
        buf_printf(b,
                   "<td colspan=\"%d\" class=\"missing\">no fold is evaluated "
                   "yet</td></tr>\n",
                   n + 3);
        return;
    }
    for (int i = 0; metrics_table[i].name; i++)
        if (metrics_table[i].shown & SHOWN_OVER_FOLDS)
            put_figure(&metrics_table[i], &s->metric[i], b);
    report_html_cell_metric(b, accuracy, m->accuracy);
    report_html_cell_range(b, accuracy, s->accuracy.low, s->accuracy.high);
    buf_printf(b, "<td class=\"num\">%zu of %zu</td></tr>\n", m->correct, m->n);
}

/* Size and colour alone, likewise; of accuracy, which is the first column. */
static void put_baseline(const struct report_data *d, int columns,
                         struct buf *b)
{
    const json_t *root = d->baseline.root;
    const json_t *list = report_json_at(root, "folds");
    const bool tested = !d->counts.untested;
    const double all = report_json_number(root, report_told(d));
    const double cells =
        report_json_number(root, tested ? "n_test" : "n_validation");
    double right[CONFIG_FOLDS_MAX];
    struct fold_figure f;
    int n = 0;

    for (size_t i = 0; i < json_array_size(list) && n < CONFIG_FOLDS_MAX; i++) {
        right[n] = report_json_number(json_array_get(list, i), report_told(d));
        n += isfinite(right[n]);
    }
    if (n == 0 || !isfinite(all) || !(cells > 0))
        return;
    f = figure_of_folds(right, n);
    buf_printf(b,
               "<tfoot>\n<tr><th scope=\"row\">colour and size alone</th>"
               "<td class=\"num\">%d of %zu</td>",
               n, json_array_size(list));
    put_figure(accuracy, &f, b);
    buf_printf(b, "<td colspan=\"%d\"></td>", columns - 1);
    report_html_cell_metric(b, accuracy, all);
    buf_printf(b,
               "<td></td><td class=\"num\">%ld of %.0f</td></tr>\n</tfoot>\n",
               lround(all * cells), cells);
}

void report_folds(const struct report_data *d, struct buf *b)
{
    struct fold_summary s;
    int n;

    if (!any_folds(d))
        return;
    buf_printf(b,
               "<h3>Over all folds</h3>\n<p class=\"mute\">Each cell is %s "
               "once. Mean and standard deviation over folds; pooled: all %s "
               "predictions together, with their 95&nbsp;%% interval.</p>\n",
               d->counts.untested ? "validated" : "tested", report_told(d));
    if (report_has_variants(d)) /* many rows */
        report_html_table_sortable(b, "Results over all folds", false);
    else
        report_html_table(b, "Results over all folds");
    report_html_heads(b, "experiment|#folds");
    n = put_heads(b);
    report_html_heads(b, "#pooled accuracy|#interval|#cells right");
    report_html_body(b);
    for (int i = 0; i < d->n_experiment; i++)
        if (report_folds_first(d, i)) {
            report_folds_summary(&s, d, i);
            put_row(&s, n, b);
        }
    buf_puts(b, "</tbody>\n");
    put_baseline(d, n, b);
    report_html_table_end(b);
}

/* ",first,second", empty where undefined. */
static void put_numbers(double first, double second, struct buf *b)
{
    const double x[2] = {first, second};

    for (int i = 0; i < 2; i++) {
        buf_puts(b, ",");
        if (isfinite(x[i]))
            buf_printf(b, "%.6f", x[i]);
    }
}

static void put_line(const struct fold_summary *s, struct buf *b)
{
    const struct metrics *m = &s->pooled;

    buf_csv(b, s->name);
    buf_printf(b, ",%d,%d", s->folds, s->evaluated);
    for (int i = 0; metrics_table[i].name; i++)
        if (metrics_table[i].shown & SHOWN_OVER_FOLDS)
            put_numbers(s->metric[i].mean, s->metric[i].sd, b);
    if (s->evaluated == 0) {
        buf_puts(b, ",0,0,,,,\n");
        return;
    }
    buf_printf(b, ",%zu,%zu,%.6f", m->n, m->correct, m->accuracy);
    put_numbers(s->accuracy.low, s->accuracy.high, b);
    buf_printf(b, ",%.6f\n", m->macro.f1);
}

int report_folds_write(const struct report_data *d, const char *out,
                       struct err *err)
{
    struct fold_summary s;
    struct buf b = {0};

    if (!any_folds(d))
        return 0;
    buf_puts(&b, "experiment,folds,evaluated");
    for (const struct metric *m = metrics_table; m->name; m++)
        if (m->shown & SHOWN_OVER_FOLDS)
            buf_printf(&b, ",%s,%s_sd", m->name, m->name);
    buf_puts(&b, ",pooled_cells,pooled_correct,pooled_accuracy,pooled_low,"
                 "pooled_high,pooled_macro_f1\n");
    for (int i = 0; i < d->n_experiment; i++)
        if (report_folds_first(d, i)) {
            report_folds_summary(&s, d, i);
            put_line(&s, &b);
        }
    return buf_save(&b, out, "folds.csv", err);
}

void report_folds_name(const struct report_data *d, int i,
                       char name[PLAN_NAME_MAX + 16])
{
    const struct report_experiment *e = &d->experiment[i];
    char all[PLAN_NAME_MAX];

    experiment_name_pooled(all, e->name);
    snprintf(name, PLAN_NAME_MAX + 16, "%s%s", all,
             e->train->folds > 1 ? ", all folds" : "");
}
