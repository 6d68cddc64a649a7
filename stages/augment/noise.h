/*
 * noise.h - add random whole numbers to a picture
 */
#ifndef AUGMENT_NOISE_H
#define AUGMENT_NOISE_H

#include "augment.h"

/* Words of the parameter that says what one draw is for. */
extern const char *const noise_word[]; /* "each": a value; "same": a pixel */

/* Share of draws below x, where one unit is 'scale'. */
typedef double (*noise_below_f)(double x, double scale);

/*
 * p->dst = p->src + n, n the draws rounded to nearest, each from 16 random
 * bits: beyond their last 1 / 65536 the tails are cut.
 *   param[0]  scale, grey levels, 0 or more
 *   param[1]  noise_word
 *   param[2]  names the noise: stream RNG_PIXELS
 * p->scratch has NOISE_BYTES.
 */
void noise_add(const struct augment_picture *p, const float *param,
               noise_below_f below);
enum { NOISE_BYTES = 1 << 17 };

#endif
