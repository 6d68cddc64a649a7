/*
 * lab.h - CIE L*a*b* in three bytes: L 255 / 100, a + 128, b + 128
 *
 * sRGB, D65; the bytes of OpenCV's conversion up to rounding.
 */
#ifndef AUGMENT_LAB_H
#define AUGMENT_LAB_H

#include <stddef.h>
#include <stdint.h>

/* What the conversions look up; made anew for each picture. */
struct lab_tables {
    float linear[256];   /* of an sRGB byte, 0 .. 1 */
    uint8_t byte[65536]; /* of a linear value, 0 .. 65535 for 0 .. 1 */
};
void lab_init(struct lab_tables *lab);

/*
 * n pixels, in place or from one buffer into another.
 *   red  where red is: 0, or 2 for BGR
 */
void lab_from_rgb(const struct lab_tables *lab, const uint8_t *rgb, uint8_t *px,
                  size_t n, size_t red);
void lab_to_rgb(const struct lab_tables *lab, const uint8_t *px, uint8_t *rgb,
                size_t n, size_t red);

#endif
