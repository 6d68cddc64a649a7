/*
 * noise.h - add random whole numbers to a picture
 */
#ifndef AUGMENT_NOISE_H
#define AUGMENT_NOISE_H

#include "augment.h"

#include <stdbool.h>

/* Words of the parameter that says what one draw is for. */
extern const char *const noise_word[]; /* "each": a value; "same": a pixel */

/* Share of draws below x, where one unit is 'scale'. */
typedef double (*noise_below_f)(double x, double scale);

/*
 * p->dst = p->src + n, n the draws rounded to nearest, each from 16 random
 * bits: beyond their last 1 / 65536 the tails are cut.
 *   scale  grey levels, 0 or more
 *   seed   names the noise: stream RNG_PIXELS
 *   same   one draw for all channels of a pixel
 * p->scratch has noise_work() bytes.
 */
struct noise {
    noise_below_f below;
    float scale;
    uint32_t seed;
    bool same;
};
void noise_add(const struct augment_picture *p, const struct noise *noise);
size_t noise_work(int w, int h);

#endif
