/*
 * predictions_folds.h - predictions of several folds as one table
 *
 * Each cell is tested in one fold, so the test cells of all folds are the whole
 * dataset, each once, by a network that saw nothing of it.  Networks of folds
 * share most of what they were trained on: what is said of the pooled cells is
 * said of the way to train, not of one network.
 */
#ifndef EVALUATION_PREDICTIONS_FOLDS_H
#define EVALUATION_PREDICTIONS_FOLDS_H

#include "evaluation/predictions.h"

/* How many of the folds of an experiment have predictions; a fold that has none
 * is put into *missing. */
int predictions_folds_count(const char *run_dir, const char *name, int folds,
                            int *missing);

/*
 * Add the rows of 'more' behind those of 'p', which may be empty; 'more' is left
 * empty, what it owned is p's.  Classes are matched by name, those that p lacks come behind.
 * Probabilities are kept where both have them of the same classes in the same
 * order, else dropped.
 * Errors: ERR_INPUT too many classes; ERR_SYSTEM.  Both are as they were then.
 */
MUST_USE int predictions_folds_add(struct predictions *p,
                                   struct predictions *more, struct err *err);

/* Errors: ERR_USAGE a cell of 'name' is there twice; ERR_SYSTEM no memory. */
MUST_USE int predictions_folds_check(const struct predictions *p,
                                     const char *name, struct err *err);

/*
 * The cells of a split in all folds: RUN/evaluate/NAME-f0/predictions.csv and so
 * on, fold after fold.
 *   split [in]  SPLIT_TEST: each cell once; SPLIT_VALIDATION: each as often as
 *               it validates
 * Errors: as predictions_read() and predictions_folds_add(); ERR_USAGE a cell
 * is tested in two of them.  *p is empty then.
 */
MUST_USE int predictions_folds_read(struct predictions *p, const char *run_dir,
                                    const char *name, int folds,
                                    enum split split, struct err *err);

#endif
