/* conv_bf16_private.h - what conv_bf16.c and conv_bf16_gradient.c share */
#ifndef NN_CONV_BF16_PRIVATE_H
#define NN_CONV_BF16_PRIVATE_H

#include "nn/conv.h"

/*
 * dw += the gradient of the kernel.
 *   scratch of c [scratch] conv_bf16_gradient_scratch() floats
 */
void conv_bf16_gradient(const struct conv *c, const float *x, const float *dy,
                        float *dw);
size_t conv_bf16_gradient_scratch(const struct conv *c);

/* Rows of a block, and where they belong. */
struct bf16_rows {
    int n;
    size_t columns;             /* of a row that are wanted */
    const float *block;         /* (n, BF16_BLOCK) */
    const struct gemm_after *f; /* done to them; NULL: nothing */
    bool add;                   /* to what is there, and not f */
    float **to;                 /* (n); NULL: this row is left out */
};
void bf16_put_rows(const struct bf16_rows *r);

/* to[i] = x[i] in bf16. */
void bf16_round_numbers(size_t n, const float *x, uint16_t *to);

/* to[2 i] = a[i], to[2 i + 1] = b[i], in bf16. */
void bf16_interleave(size_t n, const float *a, const float *b, uint16_t *to);

#endif
