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
#include "img/decode.h"
#include "stages/preprocess/baseline.h"
#include "stages/preprocess/data_checks.h"
#include "stages/preprocess/find_images.h"
#include "stages/preprocess/perceptual_hash.h"
#include "stages/preprocess/picture_checks.h"

struct near_duplicates;

/* One picture as it was read. */
struct read_image {
    char sha256[HASH_HEX];            /* of the file; "" if it was unreadable */
    float feature[BASELINE_FEATURES]; /* before resizing */
    char *aside;                      /* owned: why it was set aside, or NULL */
    int nuclei;              /* of a whole field (img/field.h), else 0 */
    bool has_phash, is_copy; /* is_copy: of an earlier file */
    struct perceptual_hash phash;
    struct decoding read; /* what reading it found */
};

struct data_report {
    const char *dataset;              /* borrowed: as the user calls it */
    const struct find_images *images; /* borrowed */
    struct read_image *cell;          /* owned: (images->n) */
    int *label;                       /* owned: (images->n) -1: set aside */
    enum split *split; /* owned: (images->n) SPLIT_NONE: set aside */
    const int *fold;   /* borrowed: (images->n) NULL: there are no folds */
    int folds;         /* of those */
    enum fold_use fold_use;
    size_t n_aside;
    size_t n_duplicate;        /* files equal to an earlier one, byte by byte */
    size_t n_across_split;     /* contents that are in more than one part */
    size_t n_across_class;     /* contents that are in more than one class */
    struct data_checks checks; /* owned */
    struct picture_checks pictures;
    struct baseline_scores scores; /* of all folds together */
    struct baseline_scores of_fold[CONFIG_FOLDS_MAX];
    const struct near_duplicates
        *families;       /* borrowed: what was joined; NULL: near
                                         duplicates may part */
    struct buf warnings; /* owned: one a line */
};

/* Room for images->n pictures.  Errors: ERR_SYSTEM no memory. */
MUST_USE int data_report_init(struct data_report *f,
                              const struct find_images *images,
                              struct err *err);

/*
 * Count pictures set aside and duplicates among the others, look at them again
 * (picture_checks.h, whose settings the caller makes, and data_checks.h), measure the baseline, and add warnings.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int data_report_sum_up(struct data_report *f, struct err *err);

/* Write stats.json and baseline.json to 'dir'.  Errors: ERR_SYSTEM. */
MUST_USE int data_report_write(const struct data_report *f, const char *dir,
                               struct err *err);

enum { DATA_REPORT_PART = 32 };

/* The part of the data that picture i is in, as a number and in words: its
 * fold where there are folds ("fold 2"), else its split ("train"). */
int data_report_part(const struct data_report *f, size_t i);
const char *data_report_part_name(const struct data_report *f, size_t i,
                                  char room[DATA_REPORT_PART]);

/* Pictures of class c in each of the parts, of which it returns how many, and
 * behind them how many are set aside. */
enum { DATA_REPORT_COUNTS = CONFIG_FOLDS_MAX + 1 };
int data_report_count(const struct data_report *f, int c,
                      size_t count[DATA_REPORT_COUNTS]);

void data_report_release(struct data_report *f);

#endif
