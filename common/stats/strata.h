/*
 * strata.h - is a classifier as good on small cells, on dark ones, on each
 * picture?
 */
#ifndef STATS_STRATA_H
#define STATS_STRATA_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { STRATA = 4, SPREAD_QUARTILES = 5 };

/* The cells whose figure is in a range. */
struct stratum {
    double from, to; /* the first holds 'from', none of the others does */
    size_t n, correct;
};

/*
 * Cut cells into four by the quartiles of a figure.  Equal figures stay
 * together, so that parts may differ in size, or be empty.
 *   v     [in] (n) the figure; a cell whose figure is no number is left out
 *   right [in] (n) 1 where the classifier is, else 0
 *   s     [out] quarters, rising; all ends NaN without cells
 * Quartiles are linear between neighbours, as numpy.percentile.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int strata_quarter(const double *v, const int *right, size_t n,
                            struct stratum s[STRATA], struct err *err);

/* Accuracy of each group, over groups; each counts the same, however large. */
struct spread {
    size_t n_group;
    double mean, deviation;            /* sample's, n - 1; NaN with one group */
    double quartile[SPREAD_QUARTILES]; /* least, three quartiles, most */
};

/*
 *   group [in] (n) of each cell, 0 .. n_group-1, each of which has cells
 *   share [out] (n_group) accuracy of each
 * NaN without groups.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int strata_spread(const uint32_t *group, size_t n_group,
                           const int *right, size_t n, double *share,
                           struct spread *s, struct err *err);

#endif
