/*
 * image.h - a picture in memory: 8-bit RGB, rows from the top, no padding
 *
 * Every picture in the program is inside two limits, so that a header that
 * claims more is refused before anything is allocated for it.
 */
#ifndef IMG_IMAGE_H
#define IMG_IMAGE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum {
    IMAGE_MAX_SIDE = 20000,              /* pixels; a whole scanned cluster is
                                          2048 x 1536 */
    IMAGE_MAX_PIXELS = 64 * 1024 * 1024, /* 192 MiB as RGB */
};

struct image {
    int w, h;    /* pixels, 1 or more; 0 while empty */
    uint8_t *px; /* owned: (h, w, 3), red first; NULL while empty */
};

/*
 * Is w x h a size that this program handles?
 * Errors: ERR_INPUT a side is below 1 or over IMAGE_MAX_SIDE, or the product
 * is over IMAGE_MAX_PIXELS.
 */
MUST_USE int image_check_size(int64_t w, int64_t h, struct err *err);

/*
 * Make 'im' a black picture of w x h; what it held before is not freed.
 * Errors: as image_check_size(); ERR_SYSTEM no memory.  'im' is then empty.
 */
MUST_USE int image_init(struct image *im, int w, int h, struct err *err);

/* Bytes of all pixels. */
size_t image_bytes(const struct image *im);

/* First byte of row y. */
static inline uint8_t *image_row(const struct image *im, int y)
{
    return im->px + (size_t)y * (size_t)im->w * 3;
}

/* Free the pixels; 'im' is empty and usable again. */
void image_release(struct image *im);

#endif
