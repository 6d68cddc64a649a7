/*
 * report_pooled_errors.h - errors.csv over the folds of an experiment
 *
 * The same columns and rows as stages/evaluate/mistakes.h has them, of all
 * tested cells together: quarters are those of all sizes, not of each fold's.
 * Whether a cluster image was trained on is asked in each fold.
 */
#ifndef STAGES_REPORT_REPORT_POOLED_ERRORS_H
#define STAGES_REPORT_REPORT_POOLED_ERRORS_H

#include "stages/report/report_data.h"

/*
 *   c [out] is to be released by csv_release(&c->csv); without cells or memory
 *           c->there is false
 */
void report_pooled_errors(struct report_csv *c, const struct report_data *d,
                          const struct report_told_of *t);

#endif
