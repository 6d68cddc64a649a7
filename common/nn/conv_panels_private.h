/* conv_panels_private.h - what conv_panels.c and conv_panels_gradient.c share */
#ifndef NN_CONV_PANELS_PRIVATE_H
#define NN_CONV_PANELS_PRIVATE_H

#include "nn/conv.h"

/*
 * dw += the gradient of the kernel.
 *   scratch of c [scratch] conv_panels_gradient_scratch() floats
 */
void conv_panels_gradient(const struct conv *c, const void *x, const void *dy,
                          float *dw);
size_t conv_panels_gradient_scratch(const struct conv *c);

/* Rows of a block, and where they belong. */
struct block_rows {
    int n;
    size_t columns;             /* of a row that are wanted */
    const float *block;         /* (n, BLOCK_SIDE) */
    const struct gemm_after *f; /* done to them; NULL: nothing */
    bool add;                   /* to what is there, and not f */
    bool bf16;                  /* rounded to it, instead of 'add' */
    void **to;                  /* (n); NULL: this row is left out */
};
void conv_panels_put(const struct block_rows *r);

#endif
