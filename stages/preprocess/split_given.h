/*
 * split_given.h - a split that folders or a table's column give
 */
#ifndef PREPROCESS_SPLIT_GIVEN_H
#define PREPROCESS_SPLIT_GIVEN_H

#include "stages/preprocess/split.h"

/*
 * The split of each picture as find_images_init() found it.  Where none
 * validates, whole groups of those that train do, by the share a->validation.
 *   split    [out] (images->n)
 *   warnings [out] says where the split is from, and what was drawn
 * Deterministic: as split_groups().
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int split_given(const struct split_args *a, enum split *split,
                         struct buf *warnings, struct err *err);

/*
 * Settle split.method before anything runs: a split that is given is used
 * where the configuration does not name a method, and refused where it names
 * another.  Reads layout.csv whole, looks at the folders of the dataset.
 *   said [out] lines on what was found and chosen
 * Errors: ERR_USAGE as layout_init(), split_folders_look(); of layout.csv as
 * find_images_init(), none of its pictures is there, or a class has none to
 * train on; of split.csv as split_from_csv(), fold_table_take().
 */
MUST_USE int split_given_choose(struct config *c, struct buf *said,
                                struct err *err);

#endif
