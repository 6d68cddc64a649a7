/*
 * augment.h - what an augmentation is, and running a row of them
 *
 * An augmentation has named numbers (drawn by recipe.c, one uniform draw each)
 * and does one of two things: it moves pixels (a 3 x 3 matrix from output to
 * input coordinates) or it changes values (a table for each channel).
 * augment_run() multiplies neighbouring matrices and composes neighbouring
 * tables, so a row of operations costs one interpolation, and what one moves
 * out of the frame the next may bring back.
 *
 * To add one: aug_X.c with 'const struct augment augment_X', a line in
 * augments.def, a line in tests/unit/test_augment.c.
 */
#ifndef AUGMENT_AUGMENT_H
#define AUGMENT_AUGMENT_H

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    AUGMENT_MAX_PARAMS = 10,
    AUGMENT_MAX_OPS = 16,     /* in a row */
    AUGMENT_MAX_SIDE = 16384, /* pixels: exact in a float's arithmetic */
};

/* What is beyond the border. */
enum augment_fill {
    FILL_CONSTANT,  /* black, interpolated against the border */
    FILL_REFLECT,   /* d c b | a b c d | c b a, the border pixel once */
    FILL_REPLICATE, /* a a a | a b c d | d d d */
};

extern const char *const augment_fill_word[]; /* ends in NULL */

struct augment_param {
    const char *name;         /* NULL ends the list */
    float neutral;            /* at which it does nothing */
    const char *const *words; /* the value is an index of these, or NULL */
};

struct augment {
    const char *name;
    struct augment_param param[AUGMENT_MAX_PARAMS + 1];

    /*
     * Geometric: input coordinates of output pixel (x, y), pixel centres at
     * whole numbers: (u, v, q) = m (x, y, 1), input at (u / q, v / q).
     * m is in rows.  Returns the fill.  NULL: not geometric.
     */
    enum augment_fill (*matrix)(const float *param, int w, int h, double m[9]);

    /* Pointwise: the new value of each value.  NULL: not pointwise. */
    void (*table)(const float *param, uint8_t table[3][256]);
};

#define AUGMENT(x) extern const struct augment augment_##x;
#include "augments.def"
#undef AUGMENT

/* Augmentation called 'name', or NULL. */
const struct augment *augment_find(const char *name);

/* One operation with its numbers, in the order of op->param. */
struct augment_op {
    const struct augment *op; /* borrowed */
    float param[AUGMENT_MAX_PARAMS];
};

/*
 * Run a row of operations on a picture of (h, w, 3) bytes.
 *   w, h      1 .. AUGMENT_MAX_SIDE
 *   src       [in]
 *   dst       [out] as large; not src, not scratch
 *   scratch   [scratch] as large
 * Bilinear, rounded to nearest.  Deterministic.  With neutral numbers dst is
 * src, byte for byte.
 */
struct augment_picture {
    int w, h;
    const uint8_t *src;
    uint8_t *dst, *scratch;
};
void augment_run(const struct augment_op *ops, int n,
                 const struct augment_picture *p);

/* Append "affine(rotate=12.5,tx=-0.031)": what differs from neutral. */
void augment_describe(const struct augment_op *op, struct buf *text);

#endif
