/*
 * warp.h - pixels from anywhere in a picture, interpolated
 */
#ifndef AUGMENT_WARP_H
#define AUGMENT_WARP_H

#include "augment.h"

/* Coordinates count 2^-24 pixels, weights 2^-11: integers, so that a picture
 * is the same on every machine. */
enum { WARP_POINT_BITS = 24, WARP_WEIGHT_BITS = 11 };

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
    i %= 2 * (n - 1);
    i = i < 0 ? -i : i;
    return i < n ? i : 2 * (n - 1) - i;
}

/* x in points, rounded to nearest; beyond +-limit it is the limit. */
int64_t warp_point(double x, double limit);

/*
 * The pixel of p->src at (u, v) points, bilinear, rounded to nearest.
 *   out [out] (3)
 */
void warp_sample(const struct augment_picture *p, int64_t u, int64_t v,
                 enum augment_fill fill, uint8_t out[3]);

/*
 * p->src into p->dst: output pixel (x, y) is the input at (u / q, v / q),
 * (u, v, q) = m (x, y, 1).
 */
void warp(const struct augment_picture *p, const double m[9],
          enum augment_fill fill);

#endif
