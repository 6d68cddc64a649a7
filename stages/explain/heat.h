/*
 * heat.h - maps as pictures
 */
#ifndef EXPLAIN_HEAT_H
#define EXPLAIN_HEAT_H

#include <stddef.h>
#include <stdint.h>

enum { HEAT_SCALE = 2, HEAT_GAP = 6 }; /* enlargement; pixels between panels */

/*
 * A colour map, dark violet over red and orange to pale yellow, whose steps all
 * look equally large: a curve in OKLab with rising lightness, walked at equal
 * arc length.  So a difference seen is a difference of the map, in print and
 * to colour-blind readers too, which rainbows (jet) do not give.
 *   rgb [out] sRGB of values 0, 1/255, ... 1
 * Source: Ottosson 2020, "A perceptual color space for image processing".
 */
void heat_table(uint8_t rgb[256][3]);

/* Size of heat_strip()'s picture for an image of h x w. */
int heat_strip_height(int h);
int heat_strip_width(int w);

/*
 * Three panels side by side, HEAT_SCALE times enlarged: the image, the map
 * over the image in grey, the map.
 *   rgb [in]  (h, w, 3)
 *   map [in]  (h, w) 0 .. 1
 *   out [out] (heat_strip_height(h), heat_strip_width(w), 3)
 */
void heat_strip(const uint8_t *rgb, const float *map, int h, int w,
                uint8_t *out);

#endif
