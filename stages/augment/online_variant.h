/*
 * online_variant.h - variants that are made anew in every epoch of a training
 *
 * The bytes of one depend on (seed, pixels of its source, variant, epoch,
 * recipe) alone: not on who makes it, nor on when.  Epochs count from 1, so
 * that none is a stored variant, whose epoch is 0.
 */
#ifndef AUGMENT_ONLINE_VARIANT_H
#define AUGMENT_ONLINE_VARIANT_H

#include "stages/augment/recipe.h"
#include "store/store.h"

struct online_variant {
    const struct store *data;    /* borrowed: sources */
    const struct recipe *recipe; /* borrowed */
    uint64_t seed;
};

/* Bytes of scratch that online_variant_make() needs. */
size_t online_variant_scratch(const struct online_variant *f);

/*
 *   row      [in]  of data
 *   dst      [out] (h, w, 3)
 *   scratch  [scratch] online_variant_scratch() bytes
 * Any thread.  Deterministic, on whatever machine.
 */
void online_variant_make(const struct online_variant *f, size_t row,
                         uint32_t variant, uint32_t epoch, uint8_t *dst,
                         uint8_t *scratch);

#endif
