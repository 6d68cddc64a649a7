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
 * frame around is none.  p->scratch has canny_work() bytes; p->dst is not used.
 * Source: Canny 1986, "A computational approach to edge detection".
 */
enum { CANNY_EDGE = 2 };
const uint8_t *canny(const struct augment_picture *p, float low, float high,
                     int aperture);
size_t canny_work(int w, int h);

#endif
