/*
 * compare_ranking.h - experiments in the order of their validation accuracy
 *
 * A row an experiment, the best first: its accuracy with interval, and the
 * difference from one of them (compare.h, 'reference') with its interval,
 * McNemar's p and Holm's adjustment over all rows; and its negative
 * log-likelihood (NLL) at the temperature that fits the same cells best
 * (stats/calibration.h), nothing without probabilities.  Whoever chooses the best of
 * many has chosen its luck, too: its accuracy here is too high.
 */
#ifndef ORCHESTRATION_TOOLS_COMPARE_RANKING_H
#define ORCHESTRATION_TOOLS_COMPARE_RANKING_H

#include "orchestration/tools/compare.h"

#include <stdio.h>

/* For people; names of any length. */
void compare_ranking_print(const struct compare *c, FILE *out);

/*
 *     rank,experiment,cells,correct,accuracy,low,high,nll,against,difference,
 *     difference_low,difference_high,alone,against_alone,p,p_holm
 * Of that which the others are compared with, what is behind 'nll' is empty.
 */
void compare_ranking_csv(const struct compare *c, struct buf *out);

/* The same, fewer digits, as a table of Markdown. */
void compare_ranking_markdown(const struct compare *c, struct buf *out);

/*
 * May the table be written there, as the ending says: .csv or .md?  And do so.
 * Errors: ERR_USAGE another ending; as buf_check(), file_write().
 */
MUST_USE int compare_ranking_check(const char *path, struct err *err);
MUST_USE int compare_ranking_write(const struct compare *c, const char *path,
                                   struct err *err);

#endif
