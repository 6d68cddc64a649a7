/*
 * recipe.h - which augmentations are drawn, how often and how strong
 *
 * A recipe is a mapping with 'summary' (a line) and a group; a group is one of
 *
 *     each: [STEP, ...]              every step, in this order, with its
 *                                    'probability' (1)
 *     some_of: [STEP, ...] count: N  N different ones, in random order
 *     one_of: [STEP, ...]            one; its chance is its 'share' (1)
 *     in_turn: [STEP, ...]           variant v: step v modulo their number; of
 *                                    fresh variants one further each epoch
 *
 * and a step is an operation of augments.def with its numbers, or again a
 * group.  'probability' and 'share' stand beside a step's operation or group:
 *
 *     - affine: {rotate: [-90, 90], sx: 0.8, fill: reflect}
 *       probability: 0.5
 *
 * A number is fixed, or drawn from [low, high]; whole numbers are drawn with
 * both ends.  A word is fixed, or 'any'.  What is not said is neutral, but a
 * seed is drawn.  aug_X.c says which numbers X has and their limits.
 */
#ifndef AUGMENT_RECIPE_H
#define AUGMENT_RECIPE_H

#include "augment.h"
#include "config/recipe_text.h"

/* Of a parameter with words or whole numbers each one from lo to hi is as
 * likely; of others, numbers from lo up to hi. */
struct recipe_range {
    float lo, hi;
};

enum recipe_kind {
    RECIPE_EACH, /* each step, in this order, with its probability */
    RECIPE_SOME, /* 'some' of the steps, in random order */
    RECIPE_ONE,  /* one step; probabilities are shares */
    RECIPE_TURN, /* variant v: step v % n_step; in epoch e of fresh ones
                    (v + e - 1) % n_step */
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

enum {
    RECIPE_MAX_GROUPS = 32,
    RECIPE_MAX_DEPTH = 8, /* groups inside groups */
    RECIPE_SUMMARY = 128,
    RECIPE_STEPS = (1 + RECIPE_MAX_GROUPS) * AUGMENT_MAX_OPS, /* in all */
};

struct recipe {
    char summary[RECIPE_SUMMARY]; /* one line */
    struct recipe_group all;
    struct recipe_group *group; /* owned: those inside others */
    struct recipe_step *step;   /* owned: (RECIPE_STEPS) */
};

/*
 * What a text means.  The whole of it is checked: unknown words are refused
 * with line and nearest spelling, numbers out of range with their limits, and
 * no variant may get more than AUGMENT_MAX_OPS operations.
 * Errors: ERR_USAGE "file:line: key: what", the first fault and how many more
 * there are; ERR_SYSTEM.  'r' is empty then.
 */
MUST_USE int recipe_init(struct recipe *r, const struct recipe_text *text,
                         struct err *err);

/* The recipe that a user calls 'word'.  Errors: as recipe_text_read() and
 * recipe_init(). */
MUST_USE int recipe_find(struct recipe *r, const char *word, struct err *err);

void recipe_release(struct recipe *r);

/* Which variant of which picture.  The draws depend on this alone. */
struct recipe_stream {
    uint64_t seed;
    const void *content;     /* borrowed: hash of the source's pixels */
    size_t content_size;     /* bytes */
    uint32_t variant, epoch; /* 0: stored; fresh ones' epochs are 1 .. */
};

/*
 * Draw the operations of one variant.  Stream RNG_AUGMENT.
 *   ops [out]  returns how many, 0 or more
 */
int recipe_draw(const struct recipe *r, const struct recipe_stream *stream,
                struct augment_op ops[AUGMENT_MAX_OPS]);

/*
 * Make one variant: draw, run, and append to 'text' (may be NULL) the
 * operations with their numbers, separated by ';'; "identity" if none.
 * Same stream, recipe and pixels: same bytes, on whatever worker.
 */
void recipe_apply(const struct recipe *r, const struct recipe_stream *stream,
                  const struct augment_picture *p, struct buf *text);

/* The same; the stream's content is the hash of the picture's own pixels. */
void recipe_vary(const struct recipe *r, struct recipe_stream stream,
                 const struct augment_picture *p, struct buf *text);

#endif
