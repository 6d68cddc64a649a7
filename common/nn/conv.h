/*
 * conv.h - the arithmetic of a convolution, and who provides it
 *
 * Images are NHWC, kernels HWIO: (size, size, ci, co).  A provider is one
 * table of functions; every one gives the same result up to rounding, and the
 * same bits for any number of threads.
 */
#ifndef NN_CONV_H
#define NN_CONV_H

#include <stdbool.h>
#include <stddef.h>

struct conv {
    int n;            /* images */
    int h, w, ci;     /* of x */
    int oh, ow, co;   /* of y */
    int size, stride; /* rows and columns of the kernel; step */
    int top, left;    /* zeros before the first row, column */
    int threads;
    float *scratch; /* [scratch] as many floats as scratch() says */
};

struct conv_provider {
    const char *name;

    /* Floats of scratch that the other three want at most. */
    size_t (*scratch)(const struct conv *c);

    /* y = x * W + bias; bias may be NULL. */
    void (*forward)(const struct conv *c, const float *x, const float *w,
                    const float *bias, float *y);

    /* dx = (add ? dx : 0) + the transpose of W applied to dy. */
    void (*backward_data)(const struct conv *c, const float *dy, const float *w,
                          bool add, float *dx);

    /* dW += the correlation of x with dy. */
    void (*backward_weights)(const struct conv *c, const float *x,
                             const float *dy, float *dw);
};

/* Matrix products: 1x1 at once, others through im2col of a few rows. */
extern const struct conv_provider conv_blas;

/*
 * Output size and zeros before the first sample of one axis of 'in' samples.
 *   pad  an enum pad of layers.h
 * Returns the output size; below 1 if the kernel does not fit.
 */
int conv_axis(int in, int size, int stride, int pad, int *before);

#endif
