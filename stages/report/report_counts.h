/*
 * report_counts.h - what data/index.csv shows on a second look
 *
 * A part is a fold where c->folds is above 1, else a split; rows that were set
 * aside are in none.
 */
#ifndef STAGES_REPORT_REPORT_COUNTS_H
#define STAGES_REPORT_REPORT_COUNTS_H

#include "stages/report/report_data.h"

/* Add why samples of 'c' were set aside, the most frequent reason first; each
 * with an example of what column 'name_column' says.  *r borrows from 'c'. */
void report_counts_reasons(struct report_reasons *r, const struct report_csv *c,
                           const char *name_column);

/* Count the cells of each class and part, and which test.  n->folds and
 * n->fold_use are known; *n borrows from 'c'. */
void report_counts_classes(struct report_counts *n, const struct report_csv *c);

/* Count copies and groups that are in several parts, behind
 * report_counts_classes().  Errors: ERR_SYSTEM no memory. */
MUST_USE int report_counts_shared(struct report_counts *c,
                                  const struct report_csv *index,
                                  struct err *err);

#endif
