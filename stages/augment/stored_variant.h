/*
 * stored_variant.h - one row of an augmented store, from its source
 */
#ifndef AUGMENT_STORED_VARIANT_H
#define AUGMENT_STORED_VARIANT_H

#include "base/hash.h"
#include "recipe.h"
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
    uint64_t seed;                        /* run.seed */
    struct stored_variant_source *source; /* borrowed; used again and again */
};

/*
 * Make row 'r' of the augmented store.
 *   dst      [out] (h, w, 3)
 *   scratch  [scratch] augment_scratch(w, h) bytes
 *   text     [out] emptied, then its operations: see recipe_apply()
 * Returns the variant's number.  Deterministic, on whatever machine.
 */
uint32_t stored_variant_make(const struct stored_variant_args *a, size_t r,
                             uint8_t *dst, uint8_t *scratch, struct buf *text);

#endif
