/*
 * canny.h - edges that are thin and connected
 */
#ifndef AUGMENT_CANNY_H
#define AUGMENT_CANNY_H

#include "augment.h"

/*
 * Mark the edges of p->src: OpenCV's Canny() with L2gradient, of the channel
 * whose gradient is largest.
 *   low, high  thresholds of the gradient, grey levels times the kernel's sum
 *   aperture   3, 5 or 7: side of the Sobel kernel
 * Returns (h + 2, w + 2) bytes in p->scratch, CANNY_EDGE where an edge is; the
 * frame around is none.  p->scratch has CANNY_WORK; p->dst is not used.
 * Source: Canny 1986, "A computational approach to edge detection".
 */
enum { CANNY_EDGE = 2 };
const uint8_t *canny(const struct augment_picture *p, float low, float high,
                     int aperture);
/* Of the scratch: two planes with a frame, three without, rows and borders. */
#define CANNY_WORK                                                             \
    {                                                                          \
        .fixed = 4 * (sizeof(int) + 1) + 36 * sizeof(int),                     \
        .column = 2 * (sizeof(int) + 1) + 12 * sizeof(int),                    \
        .row = 2 * (sizeof(int) + 1),                                          \
        .pixel = 2 * sizeof(int) + 1 + 2 * sizeof(int16_t)                     \
    }

#endif
