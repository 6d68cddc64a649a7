/*
 * augmented_rows.h - which rows an augmented store has, and what each is made
 * from
 *
 * Row r of augment/ is variant r % variants of training image r / variants,
 * training images being the usable rows of split "train" in data/, in order;
 * with folds all usable rows, as each trains in some of them.
 * So every process knows where each sample belongs without being told.
 */
#ifndef STORE_AUGMENTED_ROWS_H
#define STORE_AUGMENTED_ROWS_H

#include "store/store.h"

struct augmented_rows {
    struct store data; /* owned: RUN/data */
    uint32_t *row;     /* owned: (n) rows of data that are augmented */
    size_t n;          /* training images */
    size_t variants;   /* of each, 1 or more */
};

/* Open RUN/data and list its training rows.  Errors: as store_open(). */
MUST_USE int augmented_rows_open(struct augmented_rows *s, const char *run_dir,
                                 int64_t variants, struct err *err);
void augmented_rows_close(struct augmented_rows *s);

/* Rows of the augmented store. */
static inline size_t augmented_rows_count(const struct augmented_rows *s)
{
    return s->n * s->variants;
}

/* Row in data/ that row 'r' of the augmented store is made from. */
static inline size_t augmented_rows_source(const struct augmented_rows *s,
                                           size_t r)
{
    return s->row[r / s->variants];
}

/* Start or go on with the augmented store in 'dir'; see store_create(). */
MUST_USE int augmented_rows_create(const struct augmented_rows *s,
                                   const char *dir, struct store_writer **w,
                                   struct err *err);

/* Header line of its index.csv. */
#define AUGMENTED_ROWS_HEADER                                                  \
    "source,variant,label,split,sha256,operations,status"

#endif
