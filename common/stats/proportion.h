/*
 * proportion.h - how sure a share is, and whether two classifiers differ
 */
#ifndef STATS_PROPORTION_H
#define STATS_PROPORTION_H

#include "stats/outcomes.h"

/*
 * Wilson score interval at 95 % for 'k' of 'n'; [0, 1] if n is 0.
 * Source: Wilson 1927, "Probable inference"; z = 1.959964.
 */
void proportion_wilson(size_t k, size_t n, double *low, double *high);

/* Of cells that two classifiers were both asked about. */
struct mcnemar {
    size_t both, neither; /* right */
    size_t first, second; /* that one alone right */
    double p;             /* two-sided; 1 if they never disagree */
};

/*
 * McNemar's exact test: if both are equally good, who alone is right is a fair
 * coin; p = min(1, 2 P(X <= min(first, second))), X binomial(first + second,
 * 1/2).  Cells count as independent, which cells of one picture are not.
 *   a, b [in] the same cells in the same order; their 'p' and 'w' are unused
 * Source: McNemar 1947; Liddell 1983 (the exact form), as in statsmodels.
 */
void proportion_mcnemar(struct mcnemar *m, const struct outcomes *a,
                        const struct outcomes *b);

/* The p-value alone, from the two counts. */
double proportion_mcnemar_p(size_t first, size_t second);

/*
 * Holm's step-down adjustment of a family of 'n' p-values: an adjusted one
 * below alpha is significant with the family's error at most alpha.
 *   adjusted [out] (n), must not be p; p-values that are no number stay so and
 *                  are no part of the family
 * Source: Holm 1979.
 */
void proportion_holm(const double *p, size_t n, double *adjusted);

#endif
