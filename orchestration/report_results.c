/*
 * report_results.c - the figures: headline, all experiments, one experiment
 */
#include "orchestration/report.h"
#include "orchestration/report_folds.h"
#include "orchestration/report_html.h"

#include "run/svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Accuracy and interval of a split in metrics.json; NaN where missing. */
struct result {
    double n, correct, accuracy, low, high;
};

static struct result result_of(const json_t *metrics, const char *split)
{
    const json_t *s = report_json_at(metrics, split);
    const json_t *range = json_object_get(s, "interval");
    struct result r = {
        report_json_number(s, "n"), report_json_number(s, "correct"),
        report_json_number(s, "accuracy"), (double)NAN, (double)NAN};

    if (json_array_size(range) == 2) {
        r.low = json_number_value(json_array_get(range, 0));
        r.high = json_number_value(json_array_get(range, 1));
    }
    if (!(r.n > 0))
        r.accuracy = r.low = r.high = (double)NAN;
    return r;
}

/* --- headline -------------------------------------------------------------- */

/* A scale of 0 to 100 %: the interval as a band, accuracy and baseline as
 * marks. */
static void draw_scale(const struct result *r, double base, struct buf *b)
{
    buf_puts(b, "<div class=\"scale\" role=\"img\" aria-label=\"The accuracy "
                "with its interval and the baseline on a scale from 0 to 100 "
                "percent\">\n");
    buf_printf(b,
               "<span class=\"band\" style=\"left:%.2f%%;width:%.2f%%\">"
               "</span>\n",
               100 * r->low, fmax(0.4, 100 * (r->high - r->low)));
    if (isfinite(base))
        buf_printf(b, "<span class=\"base\" style=\"left:%.2f%%\"></span>\n",
                   100 * base);
    buf_printf(b,
               "<span style=\"left:%.2f%%\"></span>\n</div>\n"
               "<p class=\"ticks\" aria-hidden=\"true\">",
               100 * r->accuracy);
    for (int i = 0; i <= 100; i += 25)
        buf_printf(b, "<span>%d&nbsp;%%</span>", i);
    buf_puts(b, "</p>\n");
}

/* One fold says less than all of them. */
static void all_folds(const struct report_data *d, struct buf *b)
{
    const int head = fold_head(d, d->best);
    struct fold_summary s;

    if (head < 0)
        return;
    fold_summary(&s, d, head);
    buf_printf(b, "; all %d folds together: ", s.evaluated);
    html_percent(b, s.pooled.accuracy);
}

/* The baseline beside the best experiment, on the same cells. */
static void headline_baseline(const struct report_data *d, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[d->best];
    const json_t *base = report_baseline(d, e);

    buf_puts(b, "<div class=\"figure base\">");
    html_percent(b, report_json_number(base, "test"));
    buf_puts(b, "</div>\n<p>is what a classifier reaches that knows a cell's "
                "mean colour and size alone.</p>\n");
    if (!base) {
        html_missing(b, "The baseline", d->baseline.why);
        return;
    }
    buf_puts(b, "<p class=\"mute\">Colour alone ");
    html_percent(b, report_json_number(base, "colour_only_test"));
    buf_puts(b, ", size alone ");
    html_percent(b, report_json_number(base, "size_only_test"));
    buf_puts(b, ", on the same test cells");
    if (base != d->baseline.root) {
        buf_puts(b, "; all folds together: ");
        html_percent(b, report_json_number(d->baseline.root, "test"));
    }
    buf_puts(b, ".</p>\n");
}

static void headline_best(const struct report_data *d, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[d->best];
    const struct result r = result_of(e->metrics.root, "test");
    const double base = report_json_number(report_baseline(d, e), "test");

    buf_puts(b, "<div class=\"headline\">\n<div>\n<div class=\"figure\">");
    html_percent(b, r.accuracy);
    buf_puts(b, "</div>\n<p>");
    if (r.n > 0) {
        buf_printf(b, "of the test cells are classified right: %.0f of %.0f; ",
                   r.correct, r.n);
        buf_puts(b, "95&nbsp;% interval ");
        html_percent(b, r.low);
        buf_puts(b, " to ");
        html_percent(b, r.high);
    } else {
        buf_puts(b, "there is no test cell");
    }
    buf_puts(b, ".</p>\n<p class=\"mute\">");
    html_text(b, e->name);
    if (d->n_experiment > 1)
        buf_puts(b, ", the experiment that does best on the validation split");
    all_folds(d, b);
    buf_puts(b, "</p>\n</div>\n<div>\n");
    headline_baseline(d, b);
    buf_puts(b, "</div>\n</div>\n");
    if (r.n > 0)
        draw_scale(&r, base, b);
}

void report_headline(const struct report_data *d, struct buf *b)
{
    buf_puts(b, "<section class=\"card\" aria-labelledby=\"h-headline\">\n"
                "<h2 id=\"h-headline\">Accuracy</h2>\n");
    if (d->best >= 0)
        headline_best(d, b);
    else
        html_missing(b, "The accuracy", "no experiment is evaluated yet");
    buf_puts(b, "</section>\n");
}

/* --- all experiments ------------------------------------------------------- */

/* Of metrics.json, behind what the paper tells. */
static const char *const figure[] = {"test.kappa", "test.mcc", "test.roc_auc",
                                     "test.ece"};

enum { N_FIGURE = sizeof(figure) / sizeof(figure[0]) };

static void result_row(const struct report_data *d, int i, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[i];
    const json_t *mean = report_json_at(e->metrics.root, "test.weighted");
    const struct result test = result_of(e->metrics.root, "test");
    const struct result check = result_of(e->metrics.root, "validation");

    buf_printf(b, "<tr><th scope=\"row\"><a href=\"#experiment-%d\">", i + 1);
    html_text(b, e->name);
    buf_puts(b, "</a></th><td>");
    html_text(b, e->train->network);
    buf_puts(b, "</td><td>");
    html_text(b, e->train->regime);
    buf_printf(b, "</td><td class=\"num\">%lld</td>",
               (long long)e->train->seed);
    if (!e->metrics.root) {
        buf_puts(b, "<td colspan=\"12\" class=\"missing\">missing: ");
        html_text(b, e->metrics.why);
        buf_puts(b, "</td></tr>\n");
        return;
    }
    html_cell_percent(b, test.accuracy);
    buf_puts(b, "<td class=\"num\">");
    html_percent(b, test.low);
    buf_puts(b, " to ");
    html_percent(b, test.high);
    buf_puts(b, "</td>");
    html_cell_percent(b, report_json_number(mean, "precision"));
    html_cell_percent(b, report_json_number(mean, "recall"));
    html_cell_percent(b, report_json_number(mean, "f1"));
    html_cell_percent(
        b, report_json_number(e->metrics.root, "test.balanced_accuracy"));
    for (size_t k = 0; k < N_FIGURE; k++)
        html_cell_number(b, report_json_number(e->metrics.root, figure[k]));
    html_cell_count(b, test.n);
    html_cell_percent(b, check.accuracy);
    buf_puts(b, "</tr>\n");
}

void report_results(const struct report_data *d, struct buf *b)
{
    buf_puts(b, "<section class=\"card\" id=\"results\" "
                "aria-labelledby=\"h-results\">\n"
                "<h2 id=\"h-results\">All experiments</h2>\n");
    buf_puts(
        b,
        "<p class=\"mute\">On the test split; precision, recall and F1 "
        "weighted by class size; Wilson 95&nbsp;% interval; balanced: mean recall; "
        "ECE: mean gap between confidence and accuracy.</p>\n");
    html_table_sortable(b, "Results of all experiments", true);
    buf_puts(b, "<thead><tr><th scope=\"col\">experiment</th>"
                "<th scope=\"col\" data-pick=\"\">network</th>"
                "<th scope=\"col\" data-pick=\"\">regime</th>"
                "<th scope=\"col\" class=\"num\">seed</th>"
                "<th scope=\"col\" class=\"num\">accuracy</th>"
                "<th scope=\"col\" class=\"num\">interval</th>"
                "<th scope=\"col\" class=\"num\">precision</th>"
                "<th scope=\"col\" class=\"num\">recall</th>"
                "<th scope=\"col\" class=\"num\">F1</th>"
                "<th scope=\"col\" class=\"num\">balanced</th>"
                "<th scope=\"col\" class=\"num\">kappa</th>"
                "<th scope=\"col\" class=\"num\">MCC</th>"
                "<th scope=\"col\" class=\"num\">ROC AUC</th>"
                "<th scope=\"col\" class=\"num\">ECE</th>"
                "<th scope=\"col\" class=\"num\">test cells</th>"
                "<th scope=\"col\" class=\"num\">validation accuracy</th></tr>"
                "</thead>\n<tbody>\n");
    for (int i = 0; i < d->n_experiment; i++)
        result_row(d, i, b);
    if (d->n_experiment == 0)
        buf_puts(b, "<tr><td colspan=\"16\" class=\"missing\">the plan has no "
                    "experiment</td></tr>\n");
    buf_puts(b, "</tbody>\n<tfoot>\n<tr><th scope=\"row\">colour and size "
                "alone</th><td colspan=\"3\">baseline");
    buf_puts(b, json_object_get(d->baseline.root, "folds")
                    ? ", all folds together</td>"
                    : "</td>");
    html_cell_percent(b, report_json_number(d->baseline.root, "test"));
    buf_puts(b, "<td colspan=\"11\"></td></tr>\n</tfoot>\n");
    html_table_end(b);
    report_folds(d, b);
    buf_puts(b, "</section>\n");
}
