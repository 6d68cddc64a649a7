/*
 * fold_table.h - folds as a table gives them
 *
 * split.csv with columns "file" and "fold" (0 .. split.folds - 1), read with
 * split.method csv and split.folds above 1.  Pictures that it does not name are
 * left out of the data, so that a table may be of a part of a dataset.
 */
#ifndef PREPROCESS_FOLD_TABLE_H
#define PREPROCESS_FOLD_TABLE_H

#include "stages/preprocess/find_images.h"

bool fold_table_wanted(const struct config *c);

/*
 * Give each picture its fold, and leave out those without one; w->n_unnamed of
 * them, which is a line of w->notes.  w: may be NULL, for what can be said of
 * the table without the data.
 * Errors: ERR_USAGE with file and line: no such columns, a fold that is none, a
 * fold without a file, a file that is no picture of the dataset, or that is
 * named twice; ERR_SYSTEM.
 */
MUST_USE int fold_table_take(struct find_images *w, const struct config *c,
                             struct err *err);

#endif
