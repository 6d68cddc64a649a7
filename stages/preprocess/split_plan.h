/*
 * split_plan.h - splits, folds and families as the configuration wants them
 *
 * With split.near_duplicates "together" a split by group or by cell is one of
 * whole families (near_duplicates.h); one from a file stays as it is.  Intervals are
 * of families of groups in any case, as cells of a group are alike wherever
 * they are.
 */
#ifndef PREPROCESS_SPLIT_PLAN_H
#define PREPROCESS_SPLIT_PLAN_H

#include "config/config.h"
#include "stages/preprocess/near_duplicates.h"

struct choice {
    const struct config *config; /* borrowed, as the next two */
    const struct walk *walk;
    const struct cell *cell;  /* (walk->n) that choice_looks() wants */
    enum split *split;        /* borrowed: (walk->n) */
    int *fold;                /* owned: (walk->n); NULL without folds */
    uint32_t *family;         /* owned: (walk->n) of groups; NULL: near
                                duplicates are not looked for */
    struct families families; /* those that stay together */
};

/* Have hashes and looks of all cells to be known before? */
bool choice_looks(const struct config *c);

/*
 * Fill in split, fold and family; config, walk, cell and split are set.  Adds
 * to 'warnings' as families_count().
 * Errors: as split_from_csv(); ERR_SYSTEM.
 */
MUST_USE int choice_make(struct choice *c, struct buf *warnings,
                         struct err *err);

/* Has each class enough pictures?  As split_check() or folds_check(). */
MUST_USE int choice_check(const struct choice *c, struct buf *warnings,
                          struct err *err);

/* Picture i is set aside: it is in no split. */
void choice_drop(struct choice *c, size_t i);

void choice_release(struct choice *c);

#endif
