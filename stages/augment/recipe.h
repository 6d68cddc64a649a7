/*
 * recipe.h - which augmentations are drawn, how often and how strong
 *
 * light      flips, any rotation, scale .9 to 1.1, translation 5 %,
 *            brightness and contrast .8 to 1.2; reflected at the border
 * geometric  two of: rotation +-90, scale .5 to .9, translation +-15 %,
 *            shear +-2 degrees, flips, in random order; black at the border
 * notebook   what the authors' code does: variant i is the i-th of six, which
 *            are two of geometric, two of CLAHE and gamma, edges, Canny, a
 *            change of colours, contrast or brightness.  Their colours are
 *            BGR where imgaug expects RGB, and so they are here
 * paper      what the paper's text names: geometry with zoom and padding,
 *            noise, contrast, brightness, sums to channels
 * strong     for cytology: flips, any rotation, mild scale and elastic
 *            deformation, stains, light, a little blur and noise
 */
#ifndef AUGMENT_RECIPE_H
#define AUGMENT_RECIPE_H

#include "augment.h"

/* Of a parameter with words or whole numbers each one from lo to hi is as
 * likely; of others, numbers from lo up to hi. */
struct recipe_range {
    float lo, hi;
};

enum recipe_kind {
    RECIPE_EACH, /* each step, in this order, with its probability */
    RECIPE_SOME, /* 'some' of the steps, in random order */
    RECIPE_ONE,  /* one step; probabilities are shares */
    RECIPE_TURN, /* variant v: step v % n_step */
};

struct recipe_group {
    enum recipe_kind kind;
    int some;
    int n_step; /* 1 .. AUGMENT_MAX_OPS */
    const struct recipe_step *step;
};

/* An operation, or a group of further steps. */
struct recipe_step {
    const struct augment *op; /* NULL: the group */
    float probability;
    struct recipe_range range[AUGMENT_MAX_PARAMS]; /* as op->param */
    const struct recipe_group *group;
};

struct recipe {
    const char *name;
    const char *summary; /* one line */
    struct recipe_group all;
};

/* Every recipe; the last has no name. */
extern const struct recipe recipes[];

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
