/*
 * conv3.h - correlate a picture with a 3 x 3 kernel
 */
#ifndef AUGMENT_CONV3_H
#define AUGMENT_CONV3_H

#include "augment.h"

/*
 * p->dst(x, y) = sum over i, j of k[3 (j + 1) + i + 1] p->src(x + i, y + j),
 * reflected at the border (FILL_REFLECT), each channel for itself.
 *   k  rounded to 2^-16; the sum of their sizes is below 64
 */
void conv3(const struct augment_picture *p, const double k[9]);

/* k = alpha k + (1 - alpha) identity: an effect, mixed with the original. */
void conv3_mix(double k[9], double alpha);

#endif
