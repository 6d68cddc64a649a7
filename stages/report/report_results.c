/*
 * report_results.c - all experiments, a row each
 */
#include "stages/report/report.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"

#include "charts/svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- all experiments ------------------------------------------------------- */

/* Of metrics.json, behind what the paper tells. */
static const char *const figure[] = {"test.kappa", "test.mcc", "test.roc_auc",
                                     "test.ece"};

enum { N_FIGURE = sizeof(figure) / sizeof(figure[0]) };

static void result_row(const struct report_data *d, int i, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[i];
    const json_t *mean = report_json_at(e->metrics.root, "test.weighted");
    const struct report_result test = report_result_of(e->metrics.root, "test");
    const struct report_result check =
        report_result_of(e->metrics.root, "validation");

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
