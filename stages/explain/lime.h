/*
 * lime.h - LIME's masks and its weighted ridge regression
 *
 * Row i of a sample is a mask: z_is = 1 leaves segment s, 0 hides it.  Row 0
 * leaves all.  Weights of rows fall with the cosine distance to row 0:
 *     d_i = 1 - sqrt(m_i / D)   (m_i of D segments left; 1 if m_i = 0)
 *     k_i = sqrt(exp(-d_i^2 / width^2))
 * and the weights b of segments minimise
 *     sum_i k_i (y_i - a - z_i b)^2 + |b|^2
 * over b and the intercept a.
 * Source: Ribeiro et al. 2016 (arXiv:1602.04938); numbers as in the package
 * lime 0.2 (lime_image.py, lime_base.py) with scikit-learn's Ridge(alpha=1).
 */
#ifndef EXPLAIN_LIME_H
#define EXPLAIN_LIME_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct lime_sample {
    const uint8_t *z; /* (n, d) 0 or 1; borrowed */
    size_t n;         /* rows, 1 or more */
    int d;            /* segments, 1 or more */
    const float *y;   /* (n, k) probabilities; borrowed */
    int k;            /* classes */
    double width;     /* of the kernel, > 0 */
};

/*
 * Masks by fair coins: in row i > 0 segment s is bit s % 32 of draw s / 32 of
 * stream (seed, RNG_LIME, i).
 *   z [out] (n, d)
 */
void lime_masks(uint64_t seed, size_t n, int d, uint8_t *z);

/*
 * Weights of all segments for some classes.
 *   target [in]  (m) classes
 *   weight [out] (m, d)
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int lime_fit(const struct lime_sample *s, const int *target, int m,
                      double *weight, struct err *err);

#endif
