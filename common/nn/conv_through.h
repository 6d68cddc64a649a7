/*
 * conv_through.h - a 1x1 convolution that normalises what it reads
 *
 *     y = act(clip(x scale + shift) W + b)
 *
 * In training a batch normalisation whose value a 1x1 convolution alone reads
 * stores no value: the convolution makes it tile by tile while it multiplies,
 * in both directions, and adds up the normalisation's gradient from tiles that
 * are in the cache.
 */
#ifndef NN_CONV_THROUGH_H
#define NN_CONV_THROUGH_H

#include "nn/bn_rows.h"
#include "nn/conv.h"

#include <stdbool.h>

/* Can it do this convolution? */
bool conv_through_fits(const struct conv *c);

/* Floats of scratch that it wants at most. */
size_t conv_through_scratch(const struct conv *c);

/*
 * Both passes use c->scratch.
 *   x    [in] n h w rows of ci channels, a pixel each
 *   w    [in] (ci, co)
 *   bias [in] (co); NULL: none
 *   y    [out] (n h w, co) numbers of bf16.h if c->y_bf16, else floats
 */
void conv_through_forward(const struct conv *c, const struct bn_rows *x,
                          const float *w, const float *bias, void *y);

/*
 * As conv_provider's, but b->x is not read, and b->dx (n h w, ci), the gradient
 * of what the normalisation made, has to be there and is overwritten.
 *   sum [out] (2, ci) bn_rows_sum() of it over all rows
 */
void conv_through_backward(const struct conv *c, const struct bn_rows *x,
                           const struct conv_back *b, double *sum);

#endif
