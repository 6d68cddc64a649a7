/*
 * augment.h - what an augmentation is, and running a row of them
 *
 * An augmentation has named numbers (drawn by recipe.c, one uniform draw each)
 * and does one of three things: it moves pixels (a 3 x 3 matrix from output to
 * input coordinates), it changes values (a table for each channel), or it
 * looks at the whole picture (a filter).  augment_run() multiplies
 * neighbouring matrices and composes neighbouring tables, so a row of
 * operations costs one interpolation, and what one moves out of the frame the
 * next may bring back.
 *
 * To add one: aug_X.c with 'const struct augment augment_X', a line in
 * augments.def, a golden case in tests/golden/augment*.py.
 *
 * The same bytes on every machine: what is done to a pixel is integer
 * arithmetic, or + - * / and square root of floats, which -std=c17 leaves as
 * they are written.  Functions of libm may differ in the last bit between two
 * processors, so they only make constants that are then rounded coarsely.
 */
#ifndef AUGMENT_AUGMENT_H
#define AUGMENT_AUGMENT_H

#include "base/buf.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    AUGMENT_MAX_PARAMS = 10,
    AUGMENT_MAX_OPS = 16,        /* in a row */
    AUGMENT_MAX_SIDE = 16384,    /* pixels: exact in a float's arithmetic */
    AUGMENT_ALIGN = 64,          /* bytes, of a filter's scratch */
    AUGMENT_SEED_MAX = 16777215, /* exact in a float */
};

/* What is beyond the border. */
enum augment_fill {
    FILL_CONSTANT,  /* black, interpolated against the border */
    FILL_REFLECT,   /* d c b | a b c d | c b a, the border pixel once */
    FILL_REPLICATE, /* a a a | a b c d | d d d */
};

/* Words of a parameter end in NULL.  The order says which channel an operation
 * takes for red: the authors ran imgaug, which expects RGB, on BGR. */
extern const char *const augment_fill_word[];
extern const char *const augment_order_word[];
extern const char *const augment_whole[]; /* no words: a whole number */
extern const char *const augment_seed[];  /* likewise; any, if not said */

struct augment_param {
    const char *name;         /* NULL ends the list */
    float neutral;            /* at which it does nothing */
    const char *const *words; /* NULL: any number; augment_whole, _seed: a whole
                                 number; else the value is an index of these */
    float min, max;           /* that a recipe may ask for; not of words */
};

/* Words of a parameter that has some, else NULL; *n counts them. */
const char *const *augment_words(const struct augment_param *p, size_t *n);

/*
 * A picture of (h, w, 3) bytes on its way through an operation.
 *   w, h      1 .. AUGMENT_MAX_SIDE
 *   src       [in]
 *   dst       [out] as large; not src, not scratch
 *   scratch   [scratch] of augment_run(): augment_scratch() bytes; of a
 *             filter: what its work says, AUGMENT_ALIGN-aligned
 */
struct augment_picture {
    int w, h;
    const uint8_t *src;
    uint8_t *dst, *scratch;
};

static inline size_t augment_bytes(const struct augment_picture *p)
{
    return (size_t)p->w * (size_t)p->h * 3;
}

/* x rounded to the nearest byte. */
static inline uint8_t augment_byte(float x)
{
    const float r = floorf(x + 0.5f);

    return (uint8_t)(r < 0.0f ? 0.0f : r > 255.0f ? 255.0f : r);
}

/* Bytes of scratch of a filter: whatever the picture, and for each. */
struct augment_work {
    size_t fixed, column, row, pixel;
};

struct augment {
    const char *name;
    struct augment_param param[AUGMENT_MAX_PARAMS + 1];
    float weak[AUGMENT_MAX_PARAMS]; /* for a sheet of examples */
    float strong[AUGMENT_MAX_PARAMS];

    /*
     * One of the three is not NULL.
     *
     * Geometric: input coordinates of output pixel (x, y), pixel centres at
     * whole numbers: (u, v, q) = m (x, y, 1), input at (u / q, v / q).
     * m is in rows.  Returns the fill.
     */
    enum augment_fill (*matrix)(const float *param, int w, int h, double m[9]);

    /* Pointwise: the new value of each value. */
    void (*table)(const float *param, uint8_t table[3][256]);

    /* Anything else: p->src into p->dst. */
    void (*filter)(const float *param, const struct augment_picture *p);
    struct augment_work work;
};

#define AUGMENT(x) extern const struct augment augment_##x;
#include "augments.def"
#undef AUGMENT

/* Augmentation called 'name', or NULL. */
const struct augment *augment_find(const char *name);

/* Augmentation number i, 0 ..; NULL behind the last. */
const struct augment *augment_at(int i);

/* One operation with its numbers, in the order of op->param. */
struct augment_op {
    const struct augment *op; /* borrowed */
    float param[AUGMENT_MAX_PARAMS];
};

/* Bytes of scratch that any row of operations on a w x h picture needs. */
size_t augment_scratch(int w, int h);

/*
 * Run a row of operations on a picture.  Geometry is bilinear, values are
 * rounded to nearest.  Deterministic.  With neutral numbers dst is src, byte
 * for byte.
 */
void augment_run(const struct augment_op *ops, int n,
                 const struct augment_picture *p);

/* Append "affine(rotate=12.5,tx=-0.031)": what differs from neutral. */
void augment_describe(const struct augment_op *op, struct buf *text);

#endif
