/*
 * perceptual_hash.h - do two pictures look the same, though their files differ?
 *
 * A picture is averaged to 32 x 32 grey levels.  The signs of its 8 x 8 lowest
 * cosine coefficients against their median are its perceptual hash; scaling,
 * compression and small changes of light turn few of them.  Cells have much
 * the same shape, so a few bits would also join strangers: their averages of
 * 16 x 16 must agree too.
 * Source: Zauner 2010, "Implementation and benchmarking of perceptual image
 * hash functions", sec. 3.2.2 (DCT hash), with a median as in Python's
 * imagehash.
 */
#ifndef PREPROCESS_PERCEPTUAL_HASH_H
#define PREPROCESS_PERCEPTUAL_HASH_H

#include "base/err.h"
#include "img/image.h"

#include <stdbool.h>

enum {
    PERCEPTUAL_HASH_GREY = 32,  /* side that a picture is averaged to */
    PERCEPTUAL_HASH_THUMB = 16, /* side of what is compared */
    PERCEPTUAL_HASH_BITS = 10,  /* that may differ of 64 */
    PERCEPTUAL_HASH_LEVELS =
        6, /* mean difference of thumbs, their means taken off */
};

struct perceptual_hash {
    uint64_t hash; /* bit 63 - (8 v + u) for frequency u across, v down */
    uint8_t thumb[PERCEPTUAL_HASH_THUMB * PERCEPTUAL_HASH_THUMB];
};

/* Of a picture of any size.  False if it is too even to be told from others:
 * its grey levels deviate by less than PERCEPTUAL_HASH_LEVELS. */
bool perceptual_hash_of(const struct image *im, struct perceptual_hash *p);

/* The hash of 32 x 32 grey levels. */
uint64_t perceptual_hash_bits(
    const float grey[PERCEPTUAL_HASH_GREY * PERCEPTUAL_HASH_GREY]);

bool perceptual_hash_alike(const struct perceptual_hash *a,
                           const struct perceptual_hash *b);

#endif
