/*
 * grouped_means.h - means of figures of cells, and their intervals
 *
 * A cell that lacks a figure is left out of its mean.  Intervals are those of
 * stats/bootstrap.h at 95 %, groups of cells drawn again; one group has none.
 */
#ifndef EXPLAIN_GROUPED_MEANS_H
#define EXPLAIN_GROUPED_MEANS_H

#include "base/buf.h"

#include <stdint.h>

struct grouped_values {
    size_t n, n_value;   /* cells; figures, 1 .. BOOTSTRAP_VALUES_MAX */
    const double *value; /* (n, n_value) NaN: there is none; borrowed */
    const char *const
        *group;    /* (n) names, "" is a group of its own; borrowed */
    int resamples; /* 0: no intervals */
    uint64_t seed;
};

struct grouped_mean {
    size_t cells, groups; /* that have the figure */
    double mean;          /* NaN without cells */
    double low, high;     /* NaN: no interval */
};

/*
 *   out [out] (n_value)
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int grouped_means(const struct grouped_values *v,
                           struct grouped_mean *out, struct err *err);

/* Append ",cells,groups,mean,low,high" and the line end; what is no number is
 * an empty field. */
void grouped_means_text(const struct grouped_mean *m, struct buf *out);

#endif
