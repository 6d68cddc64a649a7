/*
 * report_html.h - the small pieces of the page
 *
 * Text from files goes through report_html_text() and report_html_put() alone.
 */
#ifndef STAGES_REPORT_REPORT_HTML_H
#define STAGES_REPORT_REPORT_HTML_H

#include "stages/report/report_data.h"

#include "base/buf.h"
#include "stats/metrics_table.h"

/* Append 's' escaped; bytes that are no text become '?'. */
void report_html_text(struct buf *b, const char *s);

/*
 * Append 'fmt', in which %s stands for a text, escaped, %f for a share as by
 * report_html_percent(), %d and %zu for numbers, %% for a per cent sign.
 */
void report_html_put(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

/* The same line by line: line ends and tabs stay. */
void report_html_lines(struct buf *b, const char *s);

/* Append "93.1 %", or a dash if 'share' (0 .. 1) is not finite. */
void report_html_percent(struct buf *b, double share);

/* The same for a probability, which may be as good as 0 or 1 where a share of
 * counted cells that is not all of them is never written as all. */
void report_html_probability(struct buf *b, double p);

/* Append "<td class=num>" with a share, with a whole number. */
void report_html_cell_percent(struct buf *b, double share);
void report_html_cell_count(struct buf *b, double n);

/* Append a value of a metric as it is shown, or a dash; the same as a cell. */
void report_html_metric(struct buf *b, const struct metric *m, double v);
void report_html_cell_metric(struct buf *b, const struct metric *m, double v);

/* Append "<td class=num>90.1 % to 95.0 %". */
void report_html_cell_range(struct buf *b, const struct metric *m, double low,
                            double high);

/* Open a part that scrolls sideways in itself; 'label' names it. */
void report_html_scroll(struct buf *b, const char *label);

/* Open such a table and its first row, of heads.  Close that with
 * report_html_body(), the table with report_html_table_end(). */
void report_html_table(struct buf *b, const char *label);
void report_html_table_end(struct buf *b);

/* Append heads of columns, which '|' parts: '#' before a title says that the
 * column has numbers, '?' that it has data-pick. */
void report_html_heads(struct buf *b, const char *titles);

/* Close the heads, open the body. */
void report_html_body(struct buf *b);

/* Append the items in 'list', "<li>...</li>", as a list, and empty it; nothing
 * if there are none. */
void report_html_list(struct buf *b, struct buf *list);

/* "What is missing: why" as a muted paragraph; both are escaped. */
void report_html_missing(struct buf *b, const char *what, const char *why);

/* The same of a table that the script lets the reader sort and take as CSV,
 * and with 'filter' filter, by words and by each column with data-pick, whose
 * word is chosen at first. */
void report_html_table_sortable(struct buf *b, const char *label, bool filter);

/* "<p>Data: " ... "</p>" around links. */
void report_html_files(struct buf *b, const struct report_data *d,
                       const char *dir, const char *const *names);

#endif
