/*
 * gaussian_blur.h - a picture of floats, out of focus
 */
#ifndef IMG_GAUSSIAN_BLUR_H
#define IMG_GAUSSIAN_BLUR_H

#include "base/err.h"

/*
 * Convolve with a Gaussian, by libvips; the outermost pixels go on beyond the
 * frame.  The mask ends where it is a thousandth of its middle.
 *   x     [in]  (h, w, bands)
 *   sigma [in]  its deviation, pixels, over 0
 *   y     [out] (h, w, bands), not x
 * Deterministic, thread-safe.
 * Errors: ERR_SYSTEM no libvips, no memory.
 */
MUST_USE int gaussian_blur(const float *x, int h, int w, int bands,
                           double sigma, float *y, struct err *err);

#endif
