/*
 * preprocess.h - from a directory of pictures to an image store
 */
#ifndef PREPROCESS_PREPROCESS_H
#define PREPROCESS_PREPROCESS_H

#include "base/buf.h"
#include "config/config.h"
#include "stages/preprocess/near_duplicates.h"

#include <stdbool.h>
#include <stddef.h>

struct preprocess_args {
    const char *dataset;         /* class folders; see find_images.h */
    const char *out;             /* exists: empty, or as an earlier run on the
                                    same pictures was stopped in it */
    const struct config *config; /* sections run, layout, preprocess,
                                    split */

    /* Called now and then by the calling thread; false stops.  May be NULL. */
    bool (*each)(void *self, size_t done, size_t total);
    void *self;
};

/* What a person wants to read at the end. */
struct preprocess_summary {
    size_t n, n_aside, n_ignored, n_duplicate;
    size_t n_near;               /* look like an earlier one */
    size_t n_pair, n_pair_class; /* pairs that look alike; of two classes */
    size_t n_odd;                /* of unusual size or brightness */
    struct near_duplicates
        families;        /* that stay together; 0 if they may part */
    double baseline;     /* test accuracy of size and colour; NaN: no test */
    int folds;           /* 0: there are none; else 'baseline' is of all */
    struct buf classes;  /* owned: how a table was read, pictures of each class
                            and split, a line each */
    struct buf warnings; /* owned: one a line */
};

/*
 * Find, decode, check, resize and split the pictures of 'dataset'; write the
 * store (store/store.h), stats.json and baseline.json to 'out'.  A picture that
 * cannot be read keeps its row, black, with label -1, no split and the reason
 * as status.  Near duplicates that are to stay together are found by reading
 * all pictures once more, before.  Parallel over pictures (OpenMP).
 * Deterministic: the same bytes for any number of threads.
 *   summary [out] to be released, whatever is returned
 * Errors: ERR_USAGE as layout_init(), find_images_init(), split_from_csv(),
 * split_check(); ERR_AGAIN each() said stop; ERR_SYSTEM.
 */
MUST_USE int preprocess_run(const struct preprocess_args *a,
                            struct preprocess_summary *summary,
                            struct err *err);

void preprocess_summary_release(struct preprocess_summary *s);

#endif
