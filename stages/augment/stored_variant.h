/*
 * stored_variant.h - one row of an augmented store, from its source
 */
#ifndef AUGMENT_STORED_VARIANT_H
#define AUGMENT_STORED_VARIANT_H

#include "base/hash.h"
#include "recipe.h"
#include "store/augmented_rows.h"

/* What decides every byte of a store, and the row that was made last. */
struct stored_variants {
    struct augmented_rows sources; /* owned */
    struct recipe recipe;          /* owned */
    uint64_t seed;                 /* run.seed */
    int jpeg; /* preprocess.jpeg: quality that a variant is encoded with and
                 decoded again, as it is stored; 0: it is not */
    uint8_t *pixels;       /* owned: (pictures, h, w, 3) */
    uint8_t *scratch;      /* behind them: augment_scratch(w, h) bytes */
    struct buf text;       /* owned: operations of that row */
    bool known;            /* has one been made? */
    size_t row;            /* of data/, of its source */
    char source[HASH_HEX]; /* of that row's pixels */
};

struct stored_variant_args {
    const char *run_dir;
    const struct recipe_text *recipe;
    const struct config *config;
    size_t pictures; /* that there is to be room for */
};

/*
 * Open what a run's variants are made of.
 * Errors: as recipe_init(), augmented_rows_open(); ERR_SYSTEM.
 * stored_variant_close() in any case.
 */
MUST_USE int stored_variant_open(struct stored_variants *v,
                                 const struct stored_variant_args *a,
                                 struct err *err);
void stored_variant_close(struct stored_variants *v);

/* Which variant of its source row 'r' is. */
static inline uint32_t stored_variant_number(const struct augmented_rows *s,
                                             size_t r)
{
    return (uint32_t)(r % s->variants);
}

/*
 * Make row 'r' of the augmented store as picture 'at' of v->pixels; v->text has
 * its operations: see recipe_apply().
 * Deterministic, on whatever machine; JPEG as reencode() is.
 * Errors: of reencode(), with v->jpeg; ERR_SYSTEM.
 */
MUST_USE int stored_variant_make(struct stored_variants *v, size_t r, size_t at,
                                 struct err *err);

#endif
