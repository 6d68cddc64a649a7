/*
 * split.h - which pictures train, validate and test
 *
 * Within each class, of n pictures: test = ceil(test share x n), validation =
 * ceil(validation share x the rest), train is what remains; so the paper's 813
 * dyskeratotic cells give 520 / 130 / 163.  At least one trains.  Decided by
 * names and seed alone, and by families if there are some, which content
 * decides: without them a damaged file does not move others.
 */
#ifndef PREPROCESS_SPLIT_H
#define PREPROCESS_SPLIT_H

#include "stages/preprocess/find_images.h"

struct split_args {
    const struct find_images *images; /* borrowed */
    double test;                      /* share of all, 0 .. 1 */
    double validation;                /* share of the rest, 0 .. 1 */
    uint64_t seed;
    const uint32_t
        *family; /* borrowed: near_duplicates.h; those of one family go to
                                one split; NULL: there are none */
};

/*
 * Draw pictures; with families of several, whole families, as split_groups().
 *   split [out] (images->n)
 * Deterministic: stream RNG_SPLIT of 'seed', a = class.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int split_random(const struct split_args *a, enum split *split,
                          struct err *err);

/*
 * Draw whole groups, so that no two splits hold cells of one cluster: in random
 * order, each group goes to test, else to validation, if that brings the class
 * nearer to its share, else to train.  The first one drawn trains.  A family is
 * one group; where it is of several classes, the first of these decides, and
 * its pictures count for the shares of the others.
 * As split_random() otherwise.
 */
MUST_USE int split_groups(const struct split_args *a, enum split *split,
                          struct err *err);

/*
 * Read it from a table (data_table.h) with columns "file" and "split"
 * (split_words.h).  w, split: may be NULL, for what can be said of the table
 * without the data.
 * Errors: ERR_USAGE with file and line: not such a file, an unknown picture or
 * word, one named twice, or one not named at all; ERR_SYSTEM no memory.
 */
MUST_USE int split_from_csv(const struct find_images *w, const char *path,
                            enum split *split, struct err *err);

/*
 * Has each class pictures in each split?  Adds to 'warnings' a line for each
 * that validation or test lack, or one if nothing tests.
 * Errors: ERR_USAGE a class has none to train on.
 */
MUST_USE int split_check(const struct find_images *w, const enum split *split,
                         struct buf *warnings, struct err *err);

#endif
