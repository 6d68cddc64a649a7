/*
 * split_plan.h - splits, folds and families as the configuration wants them
 *
 * With split.near_duplicates "together" a split by group or by cell is one of
 * whole families (near_duplicates.h); one that is given stays as it is.
 * Intervals are of families of groups in any case, as cells of a group are
 * alike wherever they are.
 */
#ifndef PREPROCESS_SPLIT_PLAN_H
#define PREPROCESS_SPLIT_PLAN_H

#include "config/config.h"
#include "stages/preprocess/near_duplicates.h"

struct split_plan {
    const struct config *config; /* borrowed, as the next two */
    const struct find_images *images;
    const struct read_image
        *cell;         /* (images->n) that split_plan_compares() wants */
    enum split *split; /* borrowed: (images->n) */
    int *fold;         /* owned: (images->n); NULL without folds */
    enum fold_use fold_use;
    uint32_t *family; /* owned: (images->n) of groups, and of what is
                                alike if split_plan_compares(); NULL: it does
                                not, and no table names groups */
    struct near_duplicates families; /* those that stay together */
};

/* Have content and perceptual hashes of all cells to be known before? */
bool split_plan_compares(const struct config *c);

/*
 * Fill in split, fold, fold_use and family; config, images, cell and split are
 * set.  Adds to 'warnings' as near_duplicates_count() and _parted(), and as
 * group_check() where groups are split.
 * Errors: as split_from_csv(), group_check(); ERR_SYSTEM.
 */
MUST_USE int split_plan_make(struct split_plan *c, struct buf *warnings,
                             struct err *err);

/* Has each class enough pictures?  As split_check() or folds_check(). */
MUST_USE int split_plan_check(const struct split_plan *c, struct buf *warnings,
                              struct err *err);

/* Picture i is set aside: it is in no split. */
void split_plan_drop(struct split_plan *c, size_t i);

void split_plan_release(struct split_plan *c);

#endif
