/*
 * distance.h - how far each pixel of a picture is from a region
 *
 * Exact, and in units of a picture whose pixels need not be square: libvips'
 * fill_nearest is neither.
 * Source: Felzenszwalb and Huttenlocher 2012, Theory of Computing 8:415.
 */
#ifndef IMG_DISTANCE_H
#define IMG_DISTANCE_H

#include "base/err.h"

#include <stdint.h>

/* Width and height of a pixel, over 0. */
struct pixel_pitch {
    double x, y;
};

/*
 * Distance between the centres of each pixel and of the nearest that is set.
 *   set [in]  (h, w) 0 or not
 *   d   [out] (h, w) 0 where set; INFINITY if none is
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int distance_to(const uint8_t *set, int h, int w,
                         struct pixel_pitch pitch, float *d, struct err *err);

#endif
