/*
 * binary.h - normal against abnormal, when there are more classes than two
 *
 * A map says which classes are abnormal.  A cell's score is the sum of its
 * probabilities of those; it is called abnormal if it was said to be of such a
 * class, or, with a threshold, if its score is at least that.
 *     sensitivity = abnormal cells called so / abnormal cells
 *     specificity = normal cells called so / normal cells
 */
#ifndef STATS_BINARY_H
#define STATS_BINARY_H

#include "base/err.h"
#include "stats/outcomes.h"

#include <stdbool.h>

struct binary {
    size_t hits, misses;  /* abnormal cells: called so, not called so */
    size_t clear, alarms; /* normal cells: called so, called abnormal */
    double sensitivity, specificity; /* NaN without such cells */
};

/* By what was said.  abnormal [in] (k). */
void binary_predicted(struct binary *b, const struct outcomes *o,
                      const bool *abnormal);

/* By score >= threshold; score [in] (n). */
void binary_at(struct binary *b, const struct outcomes *o, const bool *abnormal,
               const double *score, double threshold);

/* score [out] (n): the sum of the abnormal classes' probabilities. */
void binary_scores(const struct outcomes *o, const bool *abnormal,
                   double *score);

/*
 * The highest threshold at which the sensitivity is at least 'wanted': the
 * score of the abnormal cell that must just be called so; NaN without abnormal
 * cells.  To be chosen on validation cells.  Weights count.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int binary_threshold(const struct outcomes *o, const bool *abnormal,
                              const double *score, double wanted,
                              double *threshold, struct err *err);

#endif
