/*
 * slide_stains.h - how the training slides are stained, and another slide's
 * stain for a picture
 *
 * A slide is the usable training pictures of one group (a cluster image) and
 * class.  Its stain is the mean, over its pictures, of the mean optical density
 * of each channel and of its standard deviation.  A picture's are in data/'s
 * index.csv: preprocessing measures the whole crop before it is resized.  Crops
 * of cells are mostly cell, a threshold for the foreground would itself depend
 * on the stain, and what surrounds a picture in the store does not count.  So
 * nobody reads pixels for it.
 *
 * A picture is given stains of its own part of the data alone: the training
 * split, or with folds its own fold, which trains, validates or tests as a whole.
 * So no stain comes from slides that test a network to those that train it.
 */
#ifndef AUGMENT_SLIDE_STAINS_H
#define AUGMENT_SLIDE_STAINS_H

#include "img/optical_density.h"
#include "recipe.h"
#include "store/store.h"

/* Numbers of slide_stain: what a recipe says, then, without names, what
 * slide_stains_take() finds: D' = gain D + shift of each channel. */
enum {
    SLIDE_STAIN_AMOUNT,
    SLIDE_STAIN_SLIDE, /* drawn; then the slide's number, 1 .., 0: none */
    SLIDE_STAIN_MATCH, /* 0: the picture's stain to the slide's; 1: its slide's
                          to the other's, so that it stays darker or paler than
                          the others of its slide */
    SLIDE_STAIN_CLASSES, /* 0: slides of all classes; 1: of its own, unless it
                            has one alone */
    SLIDE_STAIN_GAIN,
    SLIDE_STAIN_SHIFT = SLIDE_STAIN_GAIN + 3,
};

enum { SLIDE_STAIN_MOST = 4 }; /* of a gain; the least is its inverse */

/* A picture that slides are made of. */
struct slide_picture {
    int part;          /* whose slides it may be given; -1: it is not used */
    int label;         /* class */
    const char *group; /* borrowed */
    float density[OPTICAL_DENSITY_NUMBERS];
    uint32_t slide; /* set by slide_stains_make() */
};

/* Slides lie in order of part, class, group. */
struct slide {
    uint32_t part[2], label[2]; /* first slide of its part, of its class in
                                   that part, and behind the last */
    float density[OPTICAL_DENSITY_NUMBERS];
};

struct slide_stains {
    struct slide_picture *picture; /* owned: (n) */
    size_t n;
    struct slide *slide; /* owned: (n_slide) */
    uint32_t n_slide;
};

/*
 * The slides of a store's training pictures; none if the recipe does not take
 * their stains.  'data' must stay open.  Deterministic, on whatever machine.
 * Errors: ERR_USAGE pictures of one slide only, in a fold, or index.csv does not tell
 * optical densities; ERR_INPUT it tells what is none; ERR_SYSTEM.  's' is empty then.
 */
MUST_USE int slide_stains_open(struct slide_stains *s,
                               const struct recipe *recipe,
                               const struct store *data, struct err *err);

/* The same of any pictures, which are copied.  Errors: ERR_SYSTEM. */
MUST_USE int slide_stains_make(struct slide_stains *s,
                               const struct slide_picture *picture, size_t n,
                               struct err *err);

void slide_stains_release(struct slide_stains *s);

/* NULL if there are none, as struct recipe_stream has it. */
static inline const struct slide_stains *slide_stains_any(
    const struct slide_stains *s)
{
    return s && s->n > 0 ? s : NULL;
}

/* Put another slide into those of the operations that take one; a picture that
 * does not train is left as it is. */
void slide_stains_take(const struct slide_stains *s, size_t row,
                       struct augment_op *ops, int n);

/* What brings stain 'own' to stain 'other': gain and shift of 'param'. */
void slide_stains_between(const float own[OPTICAL_DENSITY_NUMBERS],
                          const float other[OPTICAL_DENSITY_NUMBERS],
                          float param[AUGMENT_MAX_PARAMS]);

#endif
