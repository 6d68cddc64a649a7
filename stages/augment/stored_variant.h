/*
 * stored_variant.h - one row of an augmented store, from its source
 */
#ifndef AUGMENT_STORED_VARIANT_H
#define AUGMENT_STORED_VARIANT_H

#include "base/hash.h"
#include "recipe.h"
#include "slide_stains.h"
#include "store/augmented_rows.h"

/* The hash of the source that was used last; zeros: of none yet.  Begin with
 * zeros for another run. */
struct stored_variant_source {
    bool known;
    size_t row; /* of data/ */
    char hash[HASH_HEX];
};

/* What decides every byte of a store, beside the pixels of data/. */
struct stored_variant_args {
    const struct augmented_rows *sources; /* borrowed */
    const struct recipe *recipe;          /* borrowed */
    const struct slide_stains *slides;    /* of sources->data; borrowed */
    uint64_t seed;                        /* run.seed */
    int jpeg; /* preprocess.jpeg: quality that a variant is encoded with and
                 decoded again, as it is stored; 0: it is not */
    struct stored_variant_source *source; /* borrowed; used again and again */
    uint8_t *scratch; /* borrowed: augment_scratch(w, h) bytes */
};

/* Which variant of its source row 'r' is. */
static inline uint32_t stored_variant_number(const struct augmented_rows *s,
                                             size_t r)
{
    return (uint32_t)(r % s->variants);
}

/*
 * Make row 'r' of the augmented store.
 *   dst      [out] (h, w, 3)
 *   text     [out] emptied, then its operations: see recipe_apply()
 * Deterministic, on whatever machine; JPEG as reencode() is.
 * Errors: of reencode(), with a->jpeg.
 */
MUST_USE int stored_variant_make(const struct stored_variant_args *a, size_t r,
                                 uint8_t *dst, struct buf *text,
                                 struct err *err);

#endif
