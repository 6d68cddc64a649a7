/*
 * depthwise_rows.h - a row of outputs of a 3x3 depthwise convolution
 *
 * A few channels at a time go along the row, so that the kernel, or its
 * gradient, stays in registers.
 */
#ifndef NN_DEPTHWISE_ROWS_H
#define NN_DEPTHWISE_ROWS_H

#include <stddef.h>

enum { DEPTHWISE_SIDE = 3, DEPTHWISE_TAPS = 9 };

/* Output i of 'n' reads columns i stride - left + 0, 1, 2 of three rows of 'w'
 * pixels of 'c' channels; those beside them count as 0. */
struct depthwise_rows {
    int n, stride, left;
    int w, c;
    const float *row[DEPTHWISE_SIDE]; /* borrowed */
};

/*
 * y = base + the sum over taps of x k
 *   k [in] (3, 3, c)
 *   base [in] (c); NULL: y itself
 *   y [out] (n, c)
 */
void depthwise_rows_sum(const struct depthwise_rows *d, const float *k,
                        const float *base, float *y);

/* dk (3, 3, c) += what the outputs read times dy (n, c). */
void depthwise_rows_gradient(const struct depthwise_rows *d, const float *dy,
                             float *dk);

/*
 * The other way round, with stride 2: a row of inputs of which two rows of
 * outputs have read, with two rows of the kernel.
 *   y = base + the sum over both of what each output spreads over its three
 * columns
 */
struct depthwise_spread {
    int n, left;         /* inputs of the row; zeros before it */
    int w, c;            /* outputs of a row */
    const float *row[2]; /* (w, c) of outputs, borrowed */
    const float *k[2];   /* (3, c), borrowed */
};
void depthwise_rows_spread(const struct depthwise_spread *d, const float *base,
                           float *y);

#endif
