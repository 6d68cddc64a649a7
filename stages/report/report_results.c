/*
 * report_results.c - all experiments, a row each
 */
#include "page/page_glossary.h"
#include "stages/report/report_folds.h"
#include "stages/report/report_headline.h"
#include "stages/report/report_html.h"
#include "stages/report/report_screening.h"
#include "stages/report/report_sections.h"

#include "evaluation/test_accuracy.h"

#include <math.h>
#include <string.h>

/* Heads of the metrics, of accuracy with its interval; returns how many. */
static int put_heads(struct buf *b)
{
    int n = 0;

    for (const struct metric *m = metrics_table; m->name; m++) {
        if (!(m->shown & SHOWN_IN_RESULTS))
            continue;
        page_glossary_put_head(m->name, m->label, b);
        n++;
        if (m->interval != INTERVAL_WILSON)
            continue;
        report_html_heads(b, "#interval");
        n++;
    }
    return n;
}

static void put_values(const json_t *metrics, const struct grouped_share *test,
                       struct buf *b)
{
    for (const struct metric *m = metrics_table; m->name; m++) {
        if (!(m->shown & SHOWN_IN_RESULTS))
            continue;
        report_html_cell_metric(b, m, report_metric(metrics, m));
        if (m->interval == INTERVAL_WILSON)
            report_html_cell_range(b, m, test->low, test->high);
    }
}

/* Are two metrics worked out alike? */
static bool is_alike(const struct metric *m, const struct metric *other)
{
    return m->how && other->how && strcmp(m->how, other->how) == 0;
}

/* How the intervals in the table are worked out; nothing of none. */
static void put_intervals(const struct report_data *d, struct buf *b)
{
    struct buf words = {0};
    unsigned seen = 0;

    for (int i = 0; i < d->n_experiment; i++) {
        const struct report_experiment *e = &d->experiment[i];
        struct grouped_share s;

        test_accuracy_read(&s, e->metrics.root, e->screening);
        seen |= 1u << s.basis;
    }
    grouped_share_bases(seen, &words);
    if (words.data)
        report_html_put(b, "; 95&nbsp;%% intervals are %s", words.data);
    b->failed |= words.failed;
    buf_release(&words);
}

/* How metrics are worked out, those together that are alike. */
static void put_legend(const struct report_data *d, struct buf *b)
{
    buf_printf(b, "<p class=\"mute\">On the %s split", report_told(d));
    put_intervals(d, b);
    for (const struct metric *m = metrics_table; m->name; m++) {
        const bool more = m != metrics_table && is_alike(m, m - 1);

        if (!(m->shown & SHOWN_IN_RESULTS) || !m->how)
            continue;
        buf_printf(b, "%s%s", more ? ", " : "; ", m->label);
        if (!is_alike(m, m + 1))
            buf_printf(b, ": %s", m->how);
    }
    buf_puts(b, ".</p>\n");
}

/* Metrics have 'n' columns. */
static void result_row(const struct report_data *d, int i, int n, struct buf *b)
{
    const struct report_experiment *e = &d->experiment[i];
    const double checked =
        report_json_number(e->metrics.root, "validation.n") > 0
            ? report_json_number(e->metrics.root, "validation.accuracy")
            : (double)NAN;
    struct grouped_share test;

    test_accuracy_read(&test, e->metrics.root, e->screening);

    report_html_put(b,
                    "<tr><th scope=\"row\"><a href=\"#experiment-%d\">%s</a>"
                    "</th><td>%s</td><td>%s</td>",
                    i + 1, e->name, e->train->network, e->train->regime);
    if (report_has_variants(d))
        report_html_put(b, "<td>%s</td>", e->train->variant);
    buf_printf(b, "<td class=\"num\">%lld</td>", (long long)e->train->seed);
    if (!e->metrics.root) {
        report_html_put(b,
                        "<td colspan=\"%d\" class=\"missing\">missing: %s"
                        "</td></tr>\n",
                        n + 2, e->metrics.why);
        return;
    }
    put_values(e->metrics.root, &test, b);
    report_html_cell_count(b, (double)test.n);
    report_html_cell_percent(b, checked);
    buf_puts(b, "</tr>\n");
}

void report_results(const struct report_data *d, struct buf *b)
{
    const bool variants = report_has_variants(d);
    int n;

    put_legend(d, b);
    report_html_table_sortable(b, "Results of all experiments", true);
    report_html_heads(b, variants ? "experiment|?network|?regime|?variant|#seed"
                                  : "experiment|?network|?regime|#seed");
    n = put_heads(b);
    report_html_heads(b, d->counts.untested
                             ? "#validation cells|#validation accuracy"
                             : "#test cells|#validation accuracy");
    report_html_body(b);
    for (int i = 0; i < d->n_experiment; i++)
        result_row(d, i, n, b);
    if (d->n_experiment == 0)
        buf_printf(b,
                   "<tr><td colspan=\"%d\" class=\"missing\">the plan has no "
                   "experiment</td></tr>\n",
                   n + 6 + variants);
    buf_printf(b,
               "</tbody>\n<tfoot>\n<tr><th scope=\"row\">colour and size "
               "alone</th><td colspan=\"%d\">baseline",
               variants ? 4 : 3);
    buf_puts(b, json_object_get(d->baseline.root, "folds")
                    ? ", all folds together</td>"
                    : "</td>");
    report_html_cell_percent(
        b, report_json_number(d->baseline.root, report_told(d)));
    buf_printf(b, "<td colspan=\"%d\"></td></tr>\n</tfoot>\n", n + 1);
    report_html_table_end(b);
    report_folds(d, b);
    if (d->best >= 0)
        report_screening_table(d, b);
}
