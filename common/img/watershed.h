/*
 * watershed.h - regions that grow from markers until they meet
 *
 * The picture is land that is flooded from the markers: always the lowest pixel
 * at the border of a region is added to it, of equals the one that was reached
 * first.  Neighbours are the four beside a pixel.
 * Source: Meyer 1991; as skimage.segmentation.watershed().
 */
#ifndef IMG_WATERSHED_H
#define IMG_WATERSHED_H

#include "base/err.h"

#include <stdint.h>

/*
 *   height [in]     (h, w)
 *   label  [in,out] (h, w) 1 .. 255 in a marker; 0: to be filled, and left
 *                   where no marker is
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int watershed(const float *height, int h, int w, uint8_t *label,
                       struct err *err);

#endif
