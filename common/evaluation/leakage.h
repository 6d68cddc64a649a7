/*
 * leakage.h - cells of a picture that was also trained on
 *
 * Cells of one group (cluster image, in SIPaKMeD) look alike: stain, light and
 * focus are the same.  A cell whose group has a training cell is easier than a
 * cell of a laboratory's next picture, and figures that count it flatter.
 */
#ifndef EVALUATION_LEAKAGE_H
#define EVALUATION_LEAKAGE_H

#include "evaluation/predictions.h"

/*
 * Which rows of a data/index.csv are usable, and in the group of a usable row
 * that trains?  (A group that folders name has its class in its name.)
 *   fold, folds [in]  whose splits, as of store_use_fold(); folds 1: the column
 *                     "split" counts
 *   mark        [out] (index->n_row)
 * Errors: ERR_INPUT a column lacks; ERR_SYSTEM no memory.
 */
MUST_USE int leakage_mark(const struct csv *index, int fold, int folds,
                          bool *mark, struct err *err);

/*
 * The same for test cells of all folds together: each row as in the fold that
 * tests it, whose network was trained on the other folds but the next.  So of
 * pooled cells as many are marked as in the single folds, added up.  Where no
 * fold tests, validation cells take their place.  With folds 1 it is
 * leakage_mark().  Errors: as there.
 */
MUST_USE int leakage_tested(const struct csv *index, int folds, bool *mark,
                            struct err *err);

/*
 * The rows of a data/index.csv that a table is of, which has them in order;
 * with folds above 1 those of fold 0, then of fold 1, and so on (none of some).
 *   row [out] (p->o.n)
 * Errors: ERR_INPUT a column lacks, or a cell of the table is not there.
 */
MUST_USE int leakage_rows(const struct csv *index, const struct predictions *p,
                          enum split split, int folds, size_t *row,
                          struct err *err);

#endif
