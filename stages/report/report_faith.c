/*
 * report_faith.c - which map to trust: faithfulness.csv as a table
 */
#include "page/page_glossary.h"
#include "stages/report/report_html.h"
#include "stages/report/report_sections.h"

#include <math.h>
#include <string.h>

/* A mean with its interval. */
static void faithfulness_cell(struct buf *b, const struct report_csv *c,
                              size_t row)
{
    const double mean = report_number(c, row, "mean");
    const double low = report_number(c, row, "low");

    buf_puts(b, "<td class=\"num\">");
    if (isfinite(mean))
        buf_printf(b, "%.3f", mean);
    if (isfinite(low))
        buf_printf(b, " <span class=\"mute\">%.3f to %.3f</span>", low,
                   report_number(c, row, "high"));
    buf_puts(b, "</td>");
}

static bool is_all(const struct report_csv *c, size_t row)
{
    return strcmp(report_label(c, row), "all") == 0;
}

/* Rows of one method follow each other, figures in the same order. */
static void put_figures(const struct report_csv *c, const char *caption,
                        struct buf *b)
{
    const char *last = NULL; /* method of the row that is open */

    report_html_table_sortable(b, caption, false);
    report_html_heads(b, "method");
    for (size_t i = 0; i < c->csv.n_row && is_all(c, i); i++) {
        if (i > 0 && strcmp(report_field(c, i, "method"),
                            report_field(c, 0, "method")) != 0)
            break;
        page_glossary_put_head(report_field(c, i, "figure"),
                               report_field(c, i, "figure"), b);
    }
    report_html_body(b);
    for (size_t i = 0; i < c->csv.n_row; i++) {
        const char *method = report_field(c, i, "method");

        if (!is_all(c, i))
            continue;
        if (!last || strcmp(method, last) != 0) {
            buf_puts(b, last ? "</tr>\n" : "");
            buf_puts(b, "<tr><th scope=\"row\">");
            page_glossary_put_term(method, b);
            buf_puts(b, "</th>");
        }
        faithfulness_cell(b, c, i);
        last = method;
    }
    buf_puts(b, last ? "</tr>\n</tbody>\n" : "</tbody>\n");
    report_html_table_end(b);
}

void report_faithfulness(const struct report_csv *c, struct buf *b)
{
    if (!c->there || c->csv.n_row == 0)
        return;
    buf_puts(b, "<h4>Which map to trust</h4>\n");
    put_figures(c, "faithfulness of explanations", b);
    buf_puts(b, "<p class=\"mute\">Means over maps of the predicted class, "
                "with 95&nbsp;% intervals. Probability is lost when what a map "
                "marks is removed: low is good in deletion, drop and "
                "road_morf, high in insertion, increase, road_lerf and "
                "road.</p>\n");
}

void report_f_fidelity(const struct report_csv *c, struct buf *b)
{
    if (!c->there || c->csv.n_row == 0)
        return;
    buf_puts(b, "<h4>F-Fidelity</h4>\n");
    put_figures(c, "F-Fidelity of explanations", b);
    buf_puts(b, "<p class=\"mute\">Means and intervals as above, of a copy of "
                "the network that was tuned on training cells with random "
                "patches hidden, to which a hidden patch is nothing new. "
                "f_fidelity is f_fidelity_plus less "
                "f_fidelity_minus: high is good, and a map that knows nothing "
                "has 0.</p>\n");
}
