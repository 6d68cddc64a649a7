/*
 * block_product.h - C = A B in blocks of 32 x 32
 *
 * In float32, or with A and B in bf16 and sums in float32.  Of the latter AMX
 * does a block in its tiles, AVX512_BF16 in vectors; without either, plain
 * loops multiply the same rounded numbers.  Each sum runs over k in order,
 * whatever the block and the threads: the same bits on one kind of processor.
 * Numbers below the least normal one count as 0 with AMX and AVX512_BF16.
 */
#ifndef NN_BLOCK_PRODUCT_H
#define NN_BLOCK_PRODUCT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BLOCK_SIDE = 32,  /* rows and columns of a block */
    BLOCK_DEPTH = 32, /* k of bf16 comes in multiples of it */
    BLOCK_KERNELS = 3,
};

struct block_product {
    const void *a;     /* BLOCK_SIDE rows; those past 'rows' may be anything,
                          and are not read in float32 */
    size_t lda;        /* numbers from row to row */
    const size_t *tap; /* (n_tap) what a tap's rows begin behind a: the taps of
                          a convolution, whose products are added */
    int n_tap;
    size_t k;      /* of each tap */
    const void *b; /* a panel: n_tap k of BLOCK_SIDE columns, where a
                          kernel's at() says */
    int rows;      /* of C that are wanted, 1 .. BLOCK_SIDE */
};

struct block_kernel {
    const char *name; /* "amx"; static */
    size_t bytes;     /* of a number: 4 in float32, 2 in bf16 */
    size_t depth;     /* k is a multiple of it */
    bool tiles;       /* a block is one instruction's, not some vectors' */

    /* In each thread before its first block and after its last. */
    void (*begin)(void);
    void (*end)(void);

    /* c (BLOCK_SIDE, BLOCK_SIDE) is overwritten; rows past b->rows with
     * anything. */
    void (*multiply)(const struct block_product *b, float *c);
};

/* All that can be used here, the fastest first; their number. */
int block_kernels_bf16(const struct block_kernel *can[BLOCK_KERNELS]);
int block_kernels_float32(const struct block_kernel *can[BLOCK_KERNELS]);

/* The fastest. */
const struct block_kernel *block_kernel_bf16(void);
const struct block_kernel *block_kernel_float32(void);

/* Does a user's word, "float32" or "bf16", ask for it?  NULL does not.
 * Errors: ERR_USAGE another word. */
MUST_USE int block_asks_bf16(const char *precision, bool *asked,
                             struct err *err);

/* Where column 'j' of row 'k' of a panel lies in bf16: pairs of rows lie
 * together, as the instructions read them, 16 columns at a time. */
static inline size_t block_pair_at(size_t k, size_t j)
{
    enum { HALF = BLOCK_SIDE / 2, STEP = BLOCK_DEPTH * BLOCK_SIDE };

    return k / BLOCK_DEPTH * STEP + j / HALF * (STEP / 2) +
           k % BLOCK_DEPTH / 2 * BLOCK_SIDE + j % HALF * 2 + k % 2;
}

/* The same in float32. */
static inline size_t block_row_at(size_t k, size_t j)
{
    return k * BLOCK_SIDE + j;
}

#endif
