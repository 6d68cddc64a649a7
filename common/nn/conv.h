/*
 * conv.h - the arithmetic of a convolution, and who provides it
 *
 * Images are NHWC, kernels HWIO: (size, size, ci, co).  A provider is one
 * table of functions; every one gives the same result up to rounding, and the
 * same bits for any number of threads.
 */
#ifndef NN_CONV_H
#define NN_CONV_H

#include "nn/block_product.h"
#include "nn/gemm.h"

#include <stdbool.h>
#include <stddef.h>

struct conv {
    int n;                 /* images */
    int h, w, ci;          /* of x */
    int oh, ow, co;        /* of y */
    int size, stride;      /* rows and columns of the kernel; step */
    int top, left;         /* zeros before the first row, column */
    int act;               /* enum act of layers.h, applied to y */
    bool x_bf16, y_bf16;   /* numbers of x, of y, are of bf16.h, not floats; */
    bool dx_bf16, dy_bf16; /* of their gradients */
    const struct block_kernel *kernel; /* products may be made of its blocks;
                                         NULL: of none */
    bool infers; /* no backward follows: an image alone may go another way than
                    many do */
    int threads;
    float *ready;   /* what the prepare of the pass made of W; n_ready() */
    float *scratch; /* [scratch] as many floats as scratch() says */
};

/* Arguments of backward. */
struct conv_back {
    const void *x;  /* [in] what forward read */
    const void *dy; /* [in] gradient of y before the activation */
    const float *w; /* [in] */
    float *dw;      /* [in,out] W's gradient is added; NULL: not wanted */
    void *dx;       /* [out] NULL: not wanted */
    bool add;       /* to dx, which is floats, instead of overwriting it */
};

struct conv_provider {
    const char *name;
    bool reads_bf16; /* x and dy may be bf16; y may of all */
    bool gives_bf16; /* dx may be bf16 */

    /* Floats of scratch that forward and backward want at most, for c->n images
     * or fewer. */
    size_t (*scratch)(const struct conv *c);

    /* Floats that are made of W, by prepare() for forward, in the same place by
     * prepare_back() for backward's dx; NULL: 0.  Those calls may then be given
     * no W. */
    size_t (*n_ready)(const struct conv *c);
    void (*prepare)(const struct conv *c, const float *w);
    void (*prepare_back)(const struct conv *c, const float *w);

    /* y = act(x * W + bias); bias may be NULL. */
    void (*forward)(const struct conv *c, const void *x, const float *w,
                    const float *bias, void *y);

    /* dW += the correlation of x with dy; dx (+)= W transposed times dy. */
    void (*backward)(const struct conv *c, const struct conv_back *b);
};

/* What follows the products of 'c': its activation, and 'bias', which may be
 * NULL. */
struct gemm_after conv_after(const struct conv *c, const float *bias);

/* Matrix products: 1x1 at once, others through im2col of a few rows. */
extern const struct conv_provider conv_blas;

/* 3x3 of stride 1 with a quarter of the products; which convolutions it can
 * do. */
extern const struct conv_provider conv_winograd;
bool conv_winograd_fits(const struct conv *c);
enum { CONV_WINOGRAD_MAX = 2048 }; /* channels */

/*
 * Blocks of products of one list of pixels and panels of the kernel: those of
 * many channels, of stride 1 or one tap.  In bf16 all passes, in float32 forward
 * alone.  Which convolutions it can do.
 */
extern const struct conv_provider conv_bf16, conv_panels;
bool conv_panels_fit(const struct conv *c);

/* The faster one for this shape and kernel.  It depends on these alone, so that
 * all ranks and a resumed run take the same. */
const struct conv_provider *conv_choose(const struct conv *c);

/*
 * Output size and zeros before the first sample of one axis of 'in' samples.
 *   pad  an enum pad of layers.h
 * Returns the output size; below 1 if the kernel does not fit.
 */
int conv_axis(int in, int size, int stride, int pad, int *before);

#endif
