/*
 * init.h - initial weights as Keras draws them (the distribution, not the bits)
 *
 * Every draw comes from the caller's stream, in order of the weights: the same
 * stream gives the same weights.
 */
#ifndef NN_INIT_H
#define NN_INIT_H

#include "base/rng.h"

#include <stddef.h>

enum init {
    INIT_GLOROT_UNIFORM, /* Keras' own for kernels */
    INIT_HE_NORMAL,      /* for layers with a rectifier behind */
};

/* How many inputs reach one output, and the reverse. */
struct fans {
    double in, out;
};

/*
 * Glorot uniform: w[0 .. n-1] in +-sqrt(6 / (fan_in + fan_out)).  Keras counts
 * the fans of a depthwise kernel (h, w, c, 1) as h*w*c and h*w.
 * Source: Glorot and Bengio 2010, eq. 16.
 */
void init_glorot(struct rng *rng, double fan_in, double fan_out, float *w,
                 size_t n);

/*
 * He normal: a normal distribution cut off at two of its standard deviations
 * (what is beyond is drawn again) and scaled so that the standard deviation of
 * what is left is sqrt(2 / fan_in).
 * Source: He et al. 2015 (arXiv:1502.01852), eq. 10; the scale as in Keras'
 * VarianceScaling.
 */
void init_he_normal(struct rng *rng, double fan_in, float *w, size_t n);

/* By name: one of the above. */
void init_kernel(enum init init, struct rng *rng, struct fans fans, float *w,
                 size_t n);

#endif
