/*
 * tiff_tags.h - what a TIFF or BigTIFF says of the samples of its first page
 *
 * libvips takes the samples behind the colours for alpha; whether they are is
 * said by ExtraSamples alone: 1 (associated) and 2 (unassociated) are, 0 and
 * what no value speaks of are not.
 * Source: TIFF Revision 6.0, sections 2, 8 and 18; BigTIFF (libtiff).
 */
#ifndef IMG_TIFF_TAGS_H
#define IMG_TIFF_TAGS_H

#include <stdbool.h>
#include <stddef.h>

enum tiff_photometric {
    TIFF_MIN_IS_WHITE,
    TIFF_MIN_IS_BLACK,
    TIFF_RGB,
    TIFF_PALETTE,
    TIFF_SEPARATED = 5,
    TIFF_YCBCR = 6,
    TIFF_CIELAB = 8
};

enum { TIFF_EXTRA_MAX = 16 }; /* values of ExtraSamples that are kept */

struct tiff_tags {
    int samples, bits; /* of a pixel; of the first sample */
    int photometric;   /* -1: it does not say */
    int compression;
    int n_extra_all; /* values of ExtraSamples, of the last samples, */
    int n_extra;     /* and of how many the first are kept */
    int extra[TIFF_EXTRA_MAX];
};

/* Do the bytes begin as a TIFF's, or a BigTIFF's? */
bool tiff_tags_is(const void *bytes, size_t size);

/* Read the first directory; what it does not say is as TIFF has it by default.
 * Returns false if there is none in the bytes. */
bool tiff_tags_read(struct tiff_tags *t, const void *bytes, size_t size);

/* Samples of the colour, 1, 3 or 4; 0: of a kind that is not known. */
int tiff_tags_colours(const struct tiff_tags *t);

/* Number of the first sample that is alpha, or -1. */
int tiff_tags_alpha(const struct tiff_tags *t);

#endif
