/*
 * decode_samples.h - samples as libvips loads them, made those of a picture
 *
 * For decode.c alone: it takes libvips' images.
 */
#ifndef IMG_DECODE_SAMPLES_H
#define IMG_DECODE_SAMPLES_H

#include "img/decode.h"
#include "img/tiff_tags.h"
#include "img/vips_functions.h"

/*
 * Leave the colours of a TIFF and its alpha, if one sample is; the others go
 * and are counted in d->spare.
 * Returns 1 if libvips failed.  Errors: ERR_INPUT which samples are colours is
 * not said.
 */
MUST_USE int decode_samples_pick(VipsImage **im, const struct tiff_tags *t,
                                 struct decoding *d, struct err *err);

/*
 * Of 16-bit grey or RGB: find d->most, and scale what d->bits bits hold.
 *   inverted [in] libvips inverted the samples when it loaded them
 * Returns 1 if libvips failed.  Errors: ERR_INPUT a sample needs more bits;
 * ERR_SYSTEM.
 */
MUST_USE int decode_samples_scale(VipsImage **im, bool inverted,
                                  struct decoding *d, struct err *err);

/*
 * Copy the samples, lines of 'line' bytes, computed in this thread:
 * vips_image_write_to_memory() would start another for each picture, which
 * takes longer than decoding a cell.  Returns 0, or 1: libvips failed.
 */
int decode_samples_copy(VipsImage *im, void *to, size_t line);

/* Whatever it is to three bands of 8 bits.  Returns 0, or 1: libvips failed. */
int decode_samples_rgb(VipsImage **im);

#endif
