/*
 * quickshift.h - cut a picture into segments of like colour
 *
 * Each pixel is a point (colour, row, column); its density is a sum of
 * Gaussians over the pixels in a window; it hangs below the nearest pixel of
 * higher density, and trees are cut where that is too far.
 *     density = sum exp(-d^2 / (2 kernel^2)),   window = ceil(3 kernel)
 * Source: Vedaldi and Soatto 2008; steps, window and labels as in
 * skimage.segmentation.quickshift (0.19).
 */
#ifndef EXPLAIN_QUICKSHIFT_H
#define EXPLAIN_QUICKSHIFT_H

#include "base/err.h"

#include <stdint.h>

struct quickshift_args {
    double kernel;   /* of the density, pixels, 1 or more */
    double max_dist; /* longest link, pixels */
    double ratio;    /* weight of colour against place, 0 .. 1 */
    /* (h, w) added to densities, as scikit-image draws it, borrowed; NULL:
     * none, and of equal densities the first in reading order counts as the
     * higher, so that the result is a function of the picture */
    const double *noise;
};

/*
 * Segment a picture in CIE L*a*b*.
 *   rgb   [in]  (h, w, 3) sRGB
 *   label [out] (h, w) 0 .. n-1, in order of the segments' densest pixels
 * Returns n, or -1.  Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int quickshift(const struct quickshift_args *a, const uint8_t *rgb,
                        int h, int w, int32_t *label, struct err *err);

#endif
