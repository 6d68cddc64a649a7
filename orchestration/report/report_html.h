/*
 * report_html.h - the small pieces of the page, and its sections
 *
 * Text from files goes through html_text() alone.
 */
#ifndef ORCHESTRATION_REPORT_REPORT_HTML_H
#define ORCHESTRATION_REPORT_REPORT_HTML_H

#include "orchestration/report/report_data.h"

#include "base/buf.h"

/* Append 's' escaped; bytes that are no text become '?'. */
void html_text(struct buf *b, const char *s);

/* The same line by line: line ends and tabs stay. */
void html_lines(struct buf *b, const char *s);

/* Append "93.1 %", or a dash if 'share' (0 .. 1) is not finite. */
void html_percent(struct buf *b, double share);

/* Append "<td class=num>" with a share, with a whole number. */
void html_cell_percent(struct buf *b, double share);
void html_cell_count(struct buf *b, double n);

/* The same with three digits behind the point. */
void html_cell_number(struct buf *b, double v);

/* Append a value of a metric as it is shown, or a dash; the same as a cell. */
void html_metric(struct buf *b, const struct metric *m, double v);
void html_cell_metric(struct buf *b, const struct metric *m, double v);

/* Append "<td class=num>90.1 % to 95.0 %". */
void html_cell_range(struct buf *b, const struct metric *m, double low,
                     double high);

/* Open a table that scrolls sideways in itself; 'label' names it.  Close with
 * html_table_end(). */
void html_table(struct buf *b, const char *label);
void html_table_end(struct buf *b);

/* "What is missing: why" as a muted paragraph; both are escaped. */
void html_missing(struct buf *b, const char *what, const char *why);

/* The same of a table that the script lets the reader sort and take as CSV,
 * and with 'filter' filter, by words and by each column with data-pick, whose
 * word is chosen at first. */
void html_table_sortable(struct buf *b, const char *label, bool filter);

/* Append "data:TYPE;base64,...". */
void html_data(struct buf *b, const char *type, const void *bytes, size_t size);

/* A link to RUN/dir/name: the file itself in the page if it is small, else its
 * place beside the page; nothing if it is not there.  'n' experiments share the
 * room that there is for such files. */
void html_file(struct buf *b, const struct report_data *d, const char *dir,
               const char *name);

/* "<p>Data: " ... "</p>" around links. */
void html_files(struct buf *b, const struct report_data *d, const char *dir,
                const char *const *names);

/* The style sheet with the charts', the policy of what may be loaded or run,
 * and the script, as elements. */
void report_style(struct buf *b);
void report_policy(struct buf *b);
void report_script(struct buf *b);

/* --- sections, in the order of the page --- */
void report_headline(const struct report_data *d, struct buf *b);
void report_warnings(const struct report_data *d, struct buf *b);
void report_troubles(const struct report_data *d, struct buf *b); /* in them */
void report_results(const struct report_data *d, struct buf *b);
MUST_USE int report_experiments(const struct report_data *d, struct buf *b,
                                struct err *err);
void report_samples(const struct report_data *d, struct buf *b);
void report_provenance(const struct report_data *d, struct buf *b);
void report_journal(const struct report_data *d, struct buf *b); /* in it */

/* Accuracy by size, brightness and picture, and the most confident mistakes;
 * *room is what is left for pictures.  Nothing if there is no errors.csv. */
void report_errors(const struct report_data *d,
                   const struct report_experiment *e, size_t *room,
                   struct buf *b);

/* The paper's tables, this run beside it. */
void report_paper(const struct report_data *d, struct buf *b);

/* How faithful the maps are: faithfulness.csv. */
void report_faith(const struct report_csv *c, struct buf *b);

/* Explained cells of one experiment; pictures take at most 'room' bytes. */
MUST_USE int report_gallery(const struct report_data *d,
                            const struct report_experiment *e, size_t room,
                            struct buf *b, struct err *err);

#endif
