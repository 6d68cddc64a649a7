/*
 * report_experiment.c - one experiment: its classes, charts and figures
 */
#include "stages/report/report.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"
#include "stages/report/report_sections.h"

#include "charts/svg.h"
#include "evaluation/test_accuracy.h"

#include <math.h>
#include <string.h>

enum { RELIABILITY_ROWS = 100 };

static void score_row(const json_t *s, const char *name, struct buf *b)
{
    report_html_put(b, "<tr><th scope=\"row\">%s</th>", name);
    report_html_cell_percent(b, report_json_number(s, "precision"));
    report_html_cell_percent(b, report_json_number(s, "recall"));
    report_html_cell_percent(b, report_json_number(s, "f1"));
    report_html_cell_count(b, report_json_number(s, "support"));
    buf_puts(b, "</tr>\n");
}

static void class_table(const struct report_data *d, const json_t *test,
                        struct buf *b)
{
    const json_t *list = json_object_get(test, "per_class");

    buf_printf(b, "<h3>Each class of the %s split</h3>\n", report_told(d));
    report_html_table_sortable(b, "Scores of each class", false);
    report_html_heads(b, "class|#precision|#recall|#F1|#cells");
    report_html_body(b);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(s, "class"));

        score_row(s, name ? name : "?", b);
    }
    buf_puts(b, "</tbody>\n<tfoot>\n");
    score_row(json_object_get(test, "weighted"), "weighted mean", b);
    score_row(json_object_get(test, "macro"), "plain mean", b);
    buf_puts(b, "</tfoot>\n");
    report_html_table_end(b);
}

/* The matrix of metrics.json, if it is whole. */
static bool read_confusion(const json_t *metrics, size_t *count,
                           const char **name, int *k)
{
    const json_t *classes = json_object_get(metrics, "classes");
    const json_t *rows =
        json_object_get(test_accuracy_part(metrics), "confusion");
    const size_t n = json_array_size(classes);

    if (n < 1 || n > CONFIG_CLASSES_MAX || json_array_size(rows) != n)
        return false;
    *k = (int)n;
    for (size_t i = 0; i < n; i++) {
        const json_t *row = json_array_get(rows, i);

        name[i] = json_string_value(json_array_get(classes, i));
        if (!name[i] || json_array_size(row) != n)
            return false;
        for (size_t j = 0; j < n; j++) {
            const json_int_t v = json_integer_value(json_array_get(row, j));

            count[i * n + j] = v > 0 ? (size_t)v : 0;
        }
    }
    return true;
}

static void write_confusion(const struct report_experiment *e, struct buf *b)
{
    size_t count[CONFIG_CLASSES_MAX * CONFIG_CLASSES_MAX];
    const char *name[CONFIG_CLASSES_MAX];
    struct svg_confusion c = {"", 0, name, count};

    buf_puts(b, "<h3>Which class is taken for which</h3>\n");
    if (!read_confusion(e->metrics.root, count, name, &c.k)) {
        report_html_missing(b, "The confusion matrix", "metrics.json has none");
        return;
    }
    report_html_scroll(b, "Confusion matrix");
    svg_confusion(&c, false, b);
    buf_puts(b, "</div>\n");
}

/* --- reliability ---------------------------------------------------------- */

/* Bins of reliability.csv, before and after temperature. */
struct bins {
    size_t count[RELIABILITY_ROWS];
    double accuracy[RELIABILITY_ROWS], confidence[RELIABILITY_ROWS];
    int n;
};

static void read_bins(struct bins *r, const struct report_csv *c,
                      const char *which)
{
    r->n = 0;
    for (size_t i = 0; i < c->csv.n_row && r->n < RELIABILITY_ROWS; i++) {
        const double cells = report_number(c, i, "cells");

        if (strcmp(report_field(c, i, "temperature"), which) != 0)
            continue;
        r->count[r->n] = cells >= 0 && cells < 1e9 ? (size_t)cells : 0;
        r->accuracy[r->n] = report_number(c, i, "accuracy");
        r->confidence[r->n++] = report_number(c, i, "confidence");
    }
}

static void write_reliability(const struct report_experiment *e, struct buf *b)
{
    const json_t *m = e->metrics.root;
    struct bins as, after;
    struct svg_reliability r = {
        .title = "",
        .count = as.count,
        .accuracy = as.accuracy,
        .confidence = as.confidence,
        .ece = report_json_number(test_accuracy_part(m), "ece"),
        .after_accuracy = after.accuracy,
        .after_confidence = after.confidence,
        .after_ece = report_json_number(m, "temperature.test.ece"),
        .temperature = report_json_number(m, "temperature.value"),
    };

    buf_puts(b, "<h3>How far to believe its confidence</h3>\n");
    read_bins(&as, &e->reliability, "before");
    read_bins(&after, &e->reliability, "after");
    r.n = as.n;
    r.after_count = after.n == as.n ? after.count : NULL;
    if (r.n < 1) {
        report_html_missing(b, "The reliability",
                            e->reliability.there ? "reliability.csv has no bins"
                                                 : e->reliability.why);
        return;
    }
    report_html_scroll(b, "Reliability");
    svg_reliability(&r, false, b);
    buf_puts(b, "</div>\n");
}

/* --- further figures ------------------------------------------------------ */

/* NaN where nothing was drawn, or always the same. */
static void figure_range(const struct report_experiment *e,
                         const struct metric *m, double *low, double *high)
{
    const json_t *drawn =
        json_object_get(test_accuracy_part(e->metrics.root), "bootstrap");
    const json_t *r = json_object_get(drawn, m->name);
    struct grouped_share accuracy;

    *low = *high = (double)NAN;
    if (m == &metrics_table[METRIC_ACCURACY]) {
        test_accuracy_read(&accuracy, e->metrics.root, e->screening);
        *low = accuracy.low;
        *high = accuracy.high;
    } else if (json_is_number(json_array_get(r, 0))) {
        *low = json_number_value(json_array_get(r, 0));
        *high = json_number_value(json_array_get(r, 1));
    }
    if (!(*low < *high))
        *low = *high = (double)NAN;
}

static void figure_row(const struct report_experiment *e,
                       const struct metric *m, struct buf *b)
{
    double low, high;

    figure_range(e, m, &low, &high);
    buf_printf(b, "<tr><th scope=\"row\">%s%s</th>", m->title,
               m->low ? " (low is good)" : "");
    report_html_cell_metric(b, m, report_metric(e->metrics.root, m));
    if (isfinite(low))
        report_html_cell_range(b, m, low, high);
    else
        buf_puts(b, "<td></td>");
    buf_puts(b, "</tr>\n");
}

static void write_figures(const struct report_data *d,
                          const struct report_experiment *e, struct buf *b)
{
    buf_puts(b, "<h3>Further figures</h3>\n");
    report_html_table_sortable(b, "Further figures", false);
    report_html_heads(b, d->counts.untested
                             ? "figure|#validation split|#95&nbsp;% interval"
                             : "figure|#test split|#95&nbsp;% interval");
    report_html_body(b);
    for (const struct metric *m = metrics_table; m->name; m++)
        if (isfinite(report_metric(e->metrics.root, m)))
            figure_row(e, m, b);
    buf_puts(b, "</tbody>\n");
    report_html_table_end(b);
}

static void write_evaluation(const struct report_data *d,
                             const struct report_experiment *e, struct buf *b)
{
    static const char *const files[] = {
        "predictions.csv", "metrics.json", "confusion.csv", "reliability.csv",
        "errors.csv",      "groups.csv",   "mistakes.csv",  NULL};

    buf_puts(b, "<div class=\"pair\">\n<div>\n");
    class_table(d, test_accuracy_part(e->metrics.root), b);
    write_confusion(e, b);
    buf_puts(b, "</div>\n<div>\n");
    write_figures(d, e, b);
    if (!d->counts.untested) /* it has none */
        write_reliability(e, b);
    buf_puts(b, "</div>\n</div>\n");
    report_html_files(b, d, e->evaluate->dir, files);
}

/* --- all ------------------------------------------------------------------ */

static void write_curves(const struct report_data *d,
                         const struct report_experiment *e, struct buf *b)
{
    static const char *const files[] = {"history.csv", "average.csv",
                                        "steps.csv", "timing.csv", NULL};

    buf_puts(b, "<h3>How it learnt</h3>\n");
    if (!e->history.there) {
        report_html_missing(b, "The history of training", e->history.why);
        return;
    }
    report_html_scroll(b, "Training curves");
    svg_history("", &e->history.csv, false, b);
    buf_puts(b, "</div>\n");
    report_html_files(b, d, e->train->dir, files);
}

void report_experiment(const struct report_data *d, int i, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[i];
    size_t room = REPORT_PICTURE_BYTES / (size_t)d->n_experiment;
    const char *model =
        json_string_value(report_json_at(e->metrics.root, "model"));
    char way[PLAN_NAME_MAX];

    plan_step_way(way, e->train);
    report_html_put(b, "<p class=\"mute\">%s, %s", e->train->network, way);
    buf_printf(b, ", seed %lld", (long long)e->train->seed);
    if (model)
        report_html_put(b, ", weights: %s", model);
    buf_puts(b, "</p>\n");
    if (e->metrics.root) {
        report_screening_own(e, b);
        write_evaluation(d, e, b);
        report_errors(d, e, &room, b);
    } else {
        report_html_missing(b, "The evaluation", e->metrics.why);
    }
    if (report_is_ensemble(e))
        return;
    write_curves(d, e, b);
    report_gallery(d, e, room, b);
}
