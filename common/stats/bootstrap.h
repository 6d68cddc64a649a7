/*
 * bootstrap.h - intervals of any figure, by drawing groups of cells again
 *
 * Cells of one picture are alike, so pictures are drawn, with replacement, not
 * cells: as many as there are.  A resample is a count for each cell; figures
 * that take counts (outcomes.h) need nothing else.  The interval is that of
 * the 2.5th and 97.5th percentile, linear between neighbours.
 * Source: Efron 1979; Field and Welsh 2007 (clusters).
 */
#ifndef STATS_BOOTSTRAP_H
#define STATS_BOOTSTRAP_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { BOOTSTRAP_MAX = 100000, BOOTSTRAP_VALUES_MAX = 512 };

struct bootstrap {
    size_t n, n_group;
    const uint32_t *group; /* (n) of each cell, 0 .. n_group-1; borrowed */
    int resamples;         /* 1 .. BOOTSTRAP_MAX */
    uint64_t seed;
    size_t n_value; /* figures, 1 .. BOOTSTRAP_VALUES_MAX */

    /* Work out the figures of a resample; one without a value is NaN. */
    void (*each)(void *self, const uint32_t *w, double *value);
    void *self;
};

struct interval {
    double low, high; /* NaN if fewer than two resamples have a value */
    int defined;      /* resamples that have one */
};

/*
 * Draw and work out.  Resample r is stream (seed, RNG_BOOTSTRAP, r): draws of
 * groups, in order.
 *   out [out] (n_value)
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int bootstrap_run(const struct bootstrap *b, struct interval *out,
                           struct err *err);

/* The counts of resample 'r' alone: w[out] (n), count[scratch] (n_group). */
void bootstrap_draw(const struct bootstrap *b, uint32_t r, uint32_t *count,
                    uint32_t *w);

/*
 * Number groups by their names: equal names, equal numbers, in order of first
 * appearance; an empty name is a group of its own.
 *   name [in] (n)   id [out] (n)
 * Errors: ERR_SYSTEM no memory; ERR_INPUT more than 2^30 cells.
 */
MUST_USE int bootstrap_groups(const char *const *name, size_t n, uint32_t *id,
                              size_t *n_group, struct err *err);

/*
 * Percentile 'share' (0 .. 1) of v[0 .. n-1] in rising order, n >= 1, linear
 * between neighbours as in numpy.percentile.
 */
double bootstrap_percentile(const double *v, size_t n, double share);

#endif
