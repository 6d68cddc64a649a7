/*
 * init.h - initial weights as Keras draws them (the distribution, not the bits)
 */
#ifndef NN_INIT_H
#define NN_INIT_H

#include "base/rng.h"

#include <stddef.h>

/*
 * Glorot uniform: w[0 .. n-1] in +-sqrt(6 / (fan_in + fan_out)).  Keras counts
 * the fans of a depthwise kernel (h, w, c, 1) as h*w*c and h*w.
 * Source: Glorot and Bengio 2010, eq. 16.
 */
void init_glorot(struct rng *rng, double fan_in, double fan_out, float *w,
                 size_t n);

#endif
