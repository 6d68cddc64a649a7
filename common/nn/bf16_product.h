/*
 * bf16_product.h - C = A B with A and B in bf16, sums in float32
 *
 * C is made in blocks of 32 x 32.  AMX does a block in its tiles, AVX512_BF16
 * in vectors; without either, plain loops multiply the same rounded numbers.
 * Each sum runs over k in order, whatever the block and the threads: the same
 * bits on one kind of processor.  Numbers below the least normal one count as 0
 * with the first two.
 */
#ifndef NN_BF16_PRODUCT_H
#define NN_BF16_PRODUCT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BF16_BLOCK = 32, /* rows and columns of a block */
    BF16_DEPTH = 32, /* k comes in multiples of it */
    BF16_KERNELS = 3,
};

struct bf16_block {
    const uint16_t *a; /* BF16_BLOCK rows, of which those past 'rows' may be
                           anything */
    size_t lda;        /* from row to row */
    const size_t *tap; /* (n_tap) what a tap's rows begin behind a: the taps of
                           a convolution, whose products are added */
    int n_tap;
    size_t k;          /* of each tap */
    const uint16_t *b; /* a panel: n_tap k of BF16_BLOCK columns, as
                           bf16_panel_at() says */
    int rows;          /* of C that are wanted, 1 .. BF16_BLOCK */
};

struct bf16_kernel {
    const char *name; /* "amx"; static */

    /* In each thread before its first block and after its last. */
    void (*begin)(void);
    void (*end)(void);

    /* c (BF16_BLOCK, BF16_BLOCK) is overwritten; rows past b->rows with
     * anything. */
    void (*multiply)(const struct bf16_block *b, float *c);
};

/* All that can be used here, the fastest first; their number. */
int bf16_kernels(const struct bf16_kernel *can[BF16_KERNELS]);

/* The fastest. */
const struct bf16_kernel *bf16_fastest(void);

/* Does a user's word, "float32" or "bf16", ask for it?  NULL does not.
 * Errors: ERR_USAGE another word. */
MUST_USE int bf16_asked(const char *precision, bool *asked, struct err *err);

/* Where column 'j' of row 'k' of a panel lies: pairs of rows lie together, as
 * the instructions read them, 16 columns at a time. */
static inline size_t bf16_panel_at(size_t k, size_t j)
{
    enum { HALF = BF16_BLOCK / 2, STEP = BF16_DEPTH * BF16_BLOCK };

    return k / BF16_DEPTH * STEP + j / HALF * (STEP / 2) +
           k % BF16_DEPTH / 2 * BF16_BLOCK + j % HALF * 2 + k % 2;
}

#endif
