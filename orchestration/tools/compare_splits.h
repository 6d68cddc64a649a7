/*
 * compare_splits.h - the same experiments under two ways of splitting
 *
 * How much does a random split flatter beside one by cluster images?  Each
 * run's accuracy has an interval over its own groups (compare.h); the
 * difference has that of Zou and Donner, if both have one:
 *     low  = d - sqrt((a - a.low)^2 + (b.high - b)^2)
 *     high = d + sqrt((a.high - a)^2 + (b - b.low)^2),  d = a - b
 * which takes both as independent.  Cells that are in both test splits make
 * the true interval a little narrower; with folds in both, where every cell is
 * tested in either, it may be much narrower.
 *
 * Of a run with folds an experiment is all of them, pooled
 * (evaluation/predictions_folds.h).
 *
 * Source: Zou and Donner 2008, Stat. Med. 27:1693.
 */
#ifndef ORCHESTRATION_TOOLS_COMPARE_SPLITS_H
#define ORCHESTRATION_TOOLS_COMPARE_SPLITS_H

#include "stats/bootstrap.h"

#include "base/buf.h"

/* One experiment in one run, on its test split or those of all its folds. */
struct split_side {
    int folds; /* that are pooled; 1: none */
    size_t cells, correct, groups;
    struct interval interval; /* of the accuracy; NaN: none */

    /* cells of groups that were also trained on; of folds each cell as in the
     * fold that tests it, so those of all folds added up; see leakage.h */
    size_t leaked, leaked_right;
};

struct compare_splits_args {
    const char *run_dir; /* borrowed, as all here */
    int folds;           /* of the run: see struct compare_request */
    int resamples;
    uint64_t seed;
};

/*
 * Of experiment 'name'; deterministic: stream (seed, RNG_BOOTSTRAP, resample).
 * Errors: ERR_INPUT no such predictions, damaged, not of RUN/data; ERR_SYSTEM.
 */
MUST_USE int compare_splits_read(struct split_side *s,
                                 const struct compare_splits_args *a,
                                 const char *name, struct err *err);

/* Accuracy of a less that of b. */
double compare_splits_difference(const struct split_side *a,
                                 const struct split_side *b,
                                 struct interval *out);

/* NaN without cells. */
double compare_splits_accuracy(const struct split_side *s);

/*
 *     experiment,run,method,cells,groups,correct,accuracy,low,high,
 *         sibling_cells,sibling_accuracy,other_accuracy,folds
 */
void compare_splits_csv_header(struct buf *out);
void compare_splits_csv_row(const struct split_side *s, const char *name,
                            const char *run_dir, const char *method,
                            struct buf *out);

#endif
