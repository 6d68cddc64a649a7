/*
 * data_report.h - what preprocessing found out, and the two files that say it
 *
 * stats.json    pictures by class and split, set aside and why, duplicates,
 *               sizes, warnings; with folds by class and fold: of each of
 *               "classes" a list "folds"
 * baseline.json accuracy of colour and size alone (baseline.h)
 *
 * With folds, pictures in different folds are in different splits: what is
 * across splits is across folds then.  The baseline is fitted in each: the
 * numbers are those of all test cells together, with the sums of rows, and a
 * list "folds" has each one's.
 */
#ifndef PREPROCESS_DATA_REPORT_H
#define PREPROCESS_DATA_REPORT_H

#include "base/hash.h"
#include "stages/preprocess/baseline.h"
#include "stages/preprocess/data_checks.h"
#include "stages/preprocess/find_images.h"
#include "stages/preprocess/perceptual_hash.h"

struct families;

/* One picture as it was read. */
struct cell {
    char sha256[HASH_HEX];            /* of the file; "" if it was unreadable */
    float feature[BASELINE_FEATURES]; /* before resizing */
    char *aside;                      /* owned: why it was set aside, or NULL */
    bool has_look, is_copy;           /* is_copy: of an earlier file */
    struct look look;
};

struct findings {
    const char *dataset;     /* borrowed: as the user calls it */
    const struct walk *walk; /* borrowed */
    struct cell *cell;       /* owned: (walk->n) */
    int *label;              /* owned: (walk->n) -1: set aside */
    enum split *split;       /* owned: (walk->n) SPLIT_NONE: set aside */
    const int *fold;         /* borrowed: (walk->n) NULL: there are no folds */
    int folds;               /* of those */
    size_t n_aside;
    size_t n_duplicate;    /* files equal to an earlier one, byte by byte */
    size_t n_across_split; /* contents that are in more than one part */
    size_t n_across_class; /* contents that are in more than one class */
    struct checks checks;  /* owned */
    struct baseline_scores scores; /* of all folds together */
    struct baseline_scores of_fold[CONFIG_FOLDS_MAX];
    const struct families *families; /* borrowed: what was joined; NULL: near
                                         duplicates may part */
    struct buf warnings;             /* owned: one a line */
};

/* Room for walk->n pictures.  Errors: ERR_SYSTEM no memory. */
MUST_USE int findings_init(struct findings *f, const struct walk *walk,
                           struct err *err);

/*
 * Count pictures set aside and duplicates among the others, look at them again
 * (data_checks.h), measure the baseline, and add warnings.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int findings_sum_up(struct findings *f, struct err *err);

/* Write stats.json and baseline.json to 'dir'.  Errors: ERR_SYSTEM. */
MUST_USE int findings_write(const struct findings *f, const char *dir,
                            struct err *err);

enum { FINDINGS_PART = 32 };

/* The part of the data that picture i is in, as a number and in words: its
 * fold where there are folds ("fold 2"), else its split ("train"). */
int findings_part(const struct findings *f, size_t i);
const char *findings_part_name(const struct findings *f, size_t i,
                               char room[FINDINGS_PART]);

void findings_release(struct findings *f);

#endif
