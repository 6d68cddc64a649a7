/*
 * folds.h - pictures assigned to k folds: each is once the test split
 *
 * In fold f of an experiment, pictures of fold f test, those of fold (f + 1)
 * mod k validate, and the others train (store/store.h, store_use_fold()).  With
 * FOLDS_VALIDATE fold f validates and none tests.
 * Whole groups are assigned, class by class: in random order, then the largest
 * first, each to the fold that has the fewest cells of the class; of equal ones
 * to that with the fewest of all, then to the first.  So no group is in two
 * folds, and classes are spread as evenly as their groups allow; where each
 * picture is assigned by itself, to one picture.  Decided by names and seed
 * alone, and by families if there are some: without them a damaged file does
 * not move others.  A family of several classes is assigned with the first of
 * them, and counts before the others of the next are assigned.
 * Source: StratifiedGroupKFold of scikit-learn 1.2, for groups of one class.
 */
#ifndef PREPROCESS_FOLDS_H
#define PREPROCESS_FOLDS_H

#include "stages/preprocess/find_images.h"

struct folds_args {
    const struct find_images *images; /* borrowed */
    int folds;                        /* 2 .. CONFIG_FOLDS_MAX */
    bool groups; /* assign whole groups; else each picture alone */
    uint64_t seed;
    const uint32_t
        *family; /* borrowed: near_duplicates.h; those of one family go to
                                one fold; NULL: there are none */
};

/*
 *   fold [out] (images->n) 0 .. folds - 1
 * Deterministic: stream RNG_SPLIT of 'seed', a = class.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int folds_assign(const struct folds_args *a, int *fold,
                          struct err *err);

/* Folds as they were assigned or given. */
struct folds {
    const struct find_images *images; /* borrowed, as the next */
    const int *fold;                  /* (images->n) -1: set aside */
    int folds;
    enum fold_use use;
};

/*
 * Has each class pictures in each fold?  Adds to 'warnings' a line for each
 * that lacks some.
 * Errors: ERR_USAGE a class has none to train on in some fold.
 */
MUST_USE int folds_check(const struct folds *f, struct buf *warnings,
                         struct err *err);

#endif
