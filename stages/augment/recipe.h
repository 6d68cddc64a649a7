/*
 * recipe.h - which augmentations are drawn, how often and how strong
 *
 * light      flips, any rotation, scale .9 to 1.1, translation 5 %,
 *            brightness and contrast .8 to 1.2; reflected at the border
 * geometric  two of: rotation +-90, scale .5 to .9, translation +-15 %,
 *            shear +-2 degrees, flips, in random order; black at the border
 */
#ifndef AUGMENT_RECIPE_H
#define AUGMENT_RECIPE_H

#include "augment.h"

struct recipe_range {
    float lo, hi; /* of a parameter with words: both the same index */
};

struct recipe_step {
    const struct augment *op;
    float probability; /* unused where 'some' of the steps are drawn */
    struct recipe_range range[AUGMENT_MAX_PARAMS]; /* as op->param */
};

struct recipe {
    const char *name;
    const char *summary; /* one line */
    int some; /* > 0: exactly so many steps, in random order; 0: each step, in
                 this order, with its probability */
    int n_step;
    struct recipe_step step[AUGMENT_MAX_OPS];
};

/* Recipe called 'name'.  Errors: ERR_USAGE unknown; names those there are. */
MUST_USE const struct recipe *recipe_find(const char *name, struct err *err);

/* Which variant of which picture.  The draws depend on this alone. */
struct recipe_key {
    uint64_t seed;
    const void *content; /* borrowed: hash of the source's pixels */
    size_t content_size; /* bytes */
    uint32_t variant, epoch;
};

/*
 * Draw the operations of one variant.  Stream RNG_AUGMENT.
 *   ops [out]  returns how many, 0 or more
 */
int recipe_draw(const struct recipe *r, const struct recipe_key *key,
                struct augment_op ops[AUGMENT_MAX_OPS]);

/*
 * Make one variant: draw, run, and append to 'text' (may be NULL) the
 * operations with their numbers, separated by ';'; "identity" if none.
 * Same key, recipe and pixels: same bytes, on whatever worker.
 */
void recipe_apply(const struct recipe *r, const struct recipe_key *key,
                  const struct augment_picture *p, struct buf *text);

#endif
