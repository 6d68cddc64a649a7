/*
 * optical_density.h - how much light a picture's stain absorbs
 *
 * D = -log2((I + 1) / 256) of a byte I: 0 (white) to 8 (black), 1 for each
 * halving of the light; stains add up in it, as they do not in I.
 * Source: Ruifrok & Johnston 2001, "Quantification of histochemical staining
 * by color deconvolution".
 */
#ifndef IMG_OPTICAL_DENSITY_H
#define IMG_OPTICAL_DENSITY_H

#include <stdint.h>

enum {
    OPTICAL_DENSITY_BITS = 12, /* D in 2^-12, so that every machine agrees */
    OPTICAL_DENSITY_LEVELS = 8 << OPTICAL_DENSITY_BITS,
};

struct optical_density {
    float level[256];                     /* D of each byte, in 2^-12 */
    uint8_t byte[OPTICAL_DENSITY_LEVELS]; /* nearest to each D */
};

void optical_density_init(struct optical_density *t);

/* The level nearest to one that need not be within bounds, 0 ... */
static inline int optical_density_level(float d)
{
    const float most = OPTICAL_DENSITY_LEVELS - 1, x = d + 0.5f;

    return (int)(x < 0.0f ? 0.0f : x > most ? most : x);
}

#endif
