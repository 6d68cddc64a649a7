/*
 * bn_rows.h - the rows of a batch normalisation: what they become, and what
 * their gradient sums to
 *
 * For the layer itself (op_bn.c) and for convolutions that normalise what they
 * read (conv_through.c, op_depthwise.c).
 */
#ifndef NN_BN_ROWS_H
#define NN_BN_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* y = clip(x scale + shift), per channel.  All pointers are borrowed. */
struct bn_rows {
    size_t c, pitch; /* channels; numbers from one row of x to the next */
    bool bf16;       /* numbers of x are of bf16.h, not floats */
    const void *x;   /* rows of c numbers */
    const float *mean, *scale, *shift; /* (c) each */
    float lo, hi;                      /* of the activation */
};

/*
 * Make rows [from, from + rows).
 *   y [out] (rows, c), the first of them at y[0]
 */
void bn_rows_make(const struct bn_rows *b, size_t from, size_t rows, float *y);

/* The same, rounded to bf16. */
void bn_rows_make_bf16(const struct bn_rows *b, size_t from, size_t rows,
                       uint16_t *y);

/*
 * Add up g and g (x - mean) over these rows, where g is dy where y is not
 * clipped, else 0.
 *   dy   [in] (rows, c) floats, or numbers of bf16.h if 'bf16', the first of
 *        them at dy[0]
 *   part [in,out] (2, c)
 */
void bn_rows_sum(const struct bn_rows *b, size_t from, size_t rows,
                 const void *dy, bool bf16, float *part);

/*
 * Of pieces of rows that were summed so, all in their order.
 *   part [in] (pieces, 2, c)
 *   sum [out] (2, c)
 */
void bn_rows_add(int pieces, size_t c, const float *part, double *sum);

#endif
