/*
 * report_experiment.c - one experiment: its classes, charts and figures
 */
#include "page/page_glossary.h"
#include "stages/report/report_chosen.h"
#include "stages/report/report_class_shares.h"
#include "stages/report/report_gallery.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"
#include "stages/report/report_matrix.h"
#include "stages/report/report_screening.h"
#include "stages/report/report_sections.h"
#include "stages/report/report_sure.h"

#include "charts/svg.h"
#include "evaluation/test_accuracy.h"

#include <math.h>
#include <string.h>

enum { FEW = 8 }; /* experiments: more are shown more briefly */

/* A share, and its interval below where it has one. */
static void score_cell(double v, const struct grouped_share *s, struct buf *b)
{
    buf_puts(b, "<td class=\"num\">");
    report_html_percent(b, v);
    if (s && isfinite(s->low))
        buf_printf(b, " <br><span class=\"mute\">%.1f to %.1f</span>",
                   100 * s->low, 100 * s->high);
    buf_puts(b, "</td>");
}

static void score_row(const json_t *s, const char *name,
                      const struct report_class_share *of, struct buf *b)
{
    buf_puts(b, "<tr><th scope=\"row\">");
    page_glossary_put_class(name, b);
    buf_puts(b, "</th>");
    score_cell(report_json_number(s, "precision"), of ? &of->precision : NULL,
               b);
    score_cell(report_json_number(s, "recall"), of ? &of->recall : NULL, b);
    report_html_cell_percent(b, report_json_number(s, "f1"));
    report_html_cell_count(b, report_json_number(s, "support"));
    buf_puts(b, "</tr>\n");
}

/* The shares of the class of that name; NULL: there are none. */
static const struct report_class_share *share_of(
    const struct report_experiment *e, const struct report_class_share *share,
    const char *name)
{
    for (int c = 0; share && c < e->cells.told.o.k; c++)
        if (strcmp(e->cells.told.class_name[c], name) == 0)
            return &share[c];
    return NULL;
}

/* How the intervals of 'k' classes are worked out; nothing of none. */
static void put_intervals(const struct report_class_share *of, int k,
                          struct buf *b)
{
    struct buf words = {0};
    unsigned seen = 0;

    for (int c = 0; c < k; c++)
        seen |= 1u << of[c].precision.basis | 1u << of[c].recall.basis;
    grouped_share_bases(seen, &words);
    if (words.data)
        report_html_put(b,
                        "<p class=\"mute\">Below each figure its 95&nbsp;%% "
                        "interval, %s.</p>\n",
                        words.data);
    b->failed |= words.failed;
    buf_release(&words);
}

static void class_table(const struct report_data *d,
                        const struct report_experiment *e, struct buf *b)
{
    const json_t *test = test_accuracy_part(e->metrics.root);
    const json_t *list = json_object_get(test, "per_class");
    struct report_class_share of[STATS_CLASSES_MAX];
    struct err err;
    const bool any = e->cells.there && report_class_shares(d, e, of, &err) == 0;

    buf_printf(b, "<h3>Each class of the %s split</h3>\n", report_told(d));
    report_html_table_sortable(b, "Scores of each class", false);
    report_html_heads(b, "class");
    page_glossary_put_head("precision", "precision", b);
    page_glossary_put_head("recall", "recall", b);
    page_glossary_put_head("f1", "F1", b);
    report_html_heads(b, "#cells");
    report_html_body(b);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *s = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(s, "class"));

        score_row(s, name ? name : "?",
                  share_of(e, any ? of : NULL, name ? name : ""), b);
    }
    buf_puts(b, "</tbody>\n<tfoot>\n");
    score_row(json_object_get(test, "weighted"), "weighted mean", NULL, b);
    score_row(json_object_get(test, "macro"), "plain mean", NULL, b);
    buf_puts(b, "</tfoot>\n");
    report_html_table_end(b);
    if (any)
        put_intervals(of, e->cells.told.o.k, b);
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
    buf_puts(b, "<tr><th scope=\"row\">");
    page_glossary_put(m->name, m->title, b);
    buf_puts(b, m->low ? " (low is good)</th>" : "</th>");
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
    class_table(d, e, b);
    buf_puts(b, "</div>\n<div>\n");
    write_figures(d, e, b);
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
    buf_puts(b, "<div class=\"charts\">\n");
    svg_history("", &e->history.csv, false, b);
    buf_puts(b, "</div>\n");
    report_html_files(b, d, e->train->dir, files);
}

static void write_explanation(const struct report_data *d,
                              const struct report_experiment *e,
                              const struct report_told_of *t, bool shown,
                              struct buf *b)
{
    static const char *const files[] = {"scores.csv",
#define MAP_TABLE(kind, word) #word ".csv",
#include "config/map_tables.def"
#undef MAP_TABLE
                                        NULL};

    buf_puts(b, "<h3>Where it looked</h3>\n");
    if (!e->scores.there) {
        report_html_missing(b, "The explanation", e->scores.why);
        return;
    }
    if (!shown)
        report_gallery_put(d, t, b);
    report_faithfulness(&e->figures[TABLE_FAITHFULNESS], b);
    report_f_fidelity(&e->figures[TABLE_F_FIDELITY], b);
    report_html_files(b, d, e->explain->dir, files);
}

/* What the first sections show of the experiment of the headline. */
static void write_cells(const struct report_data *d, int i,
                        const struct report_told_of *t, struct buf *b)
{
    report_screening_own(&d->experiment[i], b);
    if (d->experiment[i].cells.there)
        report_matrix_put(d, t, "Which class is taken for which", b);
    else
        report_html_missing(b, "The confusion matrix",
                            d->experiment[i].cells.why);
    report_sure_charts(d, t, d->n_experiment <= FEW, b);
    report_errors_own(d, i, b);
}

/* Network, regime, seed, weights. */
static void write_way(const struct report_data *d,
                      const struct report_experiment *e, struct buf *b)
{
    char way[PLAN_NAME_MAX];

    plan_step_way(way, e->train);
    report_html_put(b, "<p class=\"mute\">%s, %s", e->train->network, way);
    buf_printf(b, ", seed %lld", (long long)e->train->seed);
    if (e->metrics.root && !report_is_ensemble(e)) {
        buf_puts(b, "; weights: ");
        report_chosen_weights(d, e, b);
    }
    buf_puts(b, "</p>\n");
}

/* Is it alone in the first sections? */
static bool is_shown(const struct report_data *d, int i)
{
    struct report_told_of t;

    report_cells_headline(&t, d);
    return t.n == 1 && t.list[0] == i;
}

void report_experiment(const struct report_data *d, int i, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[i];
    const struct report_told_of alone = {1, {i}};
    const bool shown = is_shown(d, i);

    write_way(d, e, b);
    buf_printf(b, "<details%s>\n<summary>%s</summary>\n",
               d->n_experiment == 1 ? " open" : "",
               shown ? "Classes, figures, training"
                     : "Matrix, classes, figures, training, maps");
    if (e->metrics.root) {
        if (!shown)
            write_cells(d, i, &alone, b);
        write_evaluation(d, e, b);
    } else {
        report_html_missing(b, "The evaluation", e->metrics.why);
    }
    if (!report_is_ensemble(e)) {
        write_curves(d, e, b);
        write_explanation(d, e, &alone, shown, b);
    }
    buf_puts(b, "</details>\n");
}
