/*
 * warp.h - pixels from anywhere in a picture, interpolated
 */
#ifndef AUGMENT_WARP_H
#define AUGMENT_WARP_H

#include "augment.h"

/* Coordinates count 2^-24 pixels, weights 2^-11: integers, so that a picture
 * is the same on every machine. */
enum { WARP_POINT_BITS = 24, WARP_WEIGHT_BITS = 11, WARP_RUN = 64 };

/*
 * Index of the pixel that stands for i beyond a row of n, |i| < 2^30; -1 for
 * black.
 */
static inline int warp_beyond(int i, int n, enum augment_fill fill)
{
    if (i >= 0 && i < n)
        return i;
    if (fill == FILL_CONSTANT)
        return -1;
    if (fill == FILL_REPLICATE || n == 1)
        return i < 0 ? 0 : n - 1;
    if (i < 0 && i > -n)
        return -i;
    if (i >= n && i < 2 * n - 1)
        return 2 * (n - 1) - i;
    i %= 2 * (n - 1);
    i = i < 0 ? -i : i;
    return i < n ? i : 2 * (n - 1) - i;
}

/* x in points, rounded to nearest; beyond +-limit (below 2^38) the limit. */
static inline int64_t warp_point(double x, double limit)
{
    const double c = x > -limit ? (x < limit ? x : limit) : -limit;
    const double y = c * (1 << WARP_POINT_BITS) + 0.5;
    const int64_t t = (int64_t)y;

    return t - ((double)t > y); /* floor(), without a call */
}

/*
 * The pixels of p->src at (u[i], v[i]) points, bilinear, rounded to nearest.
 *   n    1 .. WARP_RUN
 *   out  [out] (n, 3)
 */
void warp_run(const struct augment_picture *p, const int64_t *u,
              const int64_t *v, int n, enum augment_fill fill, uint8_t *out);

/*
 * p->src into p->dst: output pixel (x, y) is the input at (u / q, v / q),
 * (u, v, q) = m (x, y, 1).
 */
void warp(const struct augment_picture *p, const double m[9],
          enum augment_fill fill);

#endif
