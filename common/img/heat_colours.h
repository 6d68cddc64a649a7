/*
 * heat_colours.h - colours of values between 0 and 1
 *
 * Even: dark violet over red and orange to pale yellow, whose steps all look
 * equally large: a curve in OKLab with rising lightness, walked at equal arc
 * length.  So a difference seen is a difference of values, in print and to
 * colour-blind readers too, which rainbows do not give.
 * Jet: the rainbow of Matplotlib's "jet", for comparison with others.
 *   rgb [out] sRGB of values 0, 1/255, ... 1
 * Source: Ottosson 2020, "A perceptual color space for image processing".
 */
#ifndef IMG_HEAT_COLOURS_H
#define IMG_HEAT_COLOURS_H

#include <stdint.h>

void heat_colours_even(uint8_t rgb[256][3]);
void heat_colours_jet(uint8_t rgb[256][3]);

#endif
