/*
 * png.h - write a picture as PNG, or smaller and nearly the same as WebP
 */
#ifndef IMG_PNG_H
#define IMG_PNG_H

#include "img/image.h"

/*
 * Encode 'im' as 8-bit RGB PNG; the caller free()s *bytes.  Thread-safe.
 * Errors: ERR_SYSTEM no memory, or libvips failed.
 */
MUST_USE int png_encode(const struct image *im, char **bytes, size_t *size,
                        struct err *err);

/* The same as WebP of quality 80 of 100, lossy: for pages, not for data. */
MUST_USE int png_encode_webp(const struct image *im, char **bytes, size_t *size,
                             struct err *err);

/* Replace 'path', atomically, by 'im' as PNG.  Errors: ERR_SYSTEM. */
MUST_USE int png_write(const struct image *im, const char *path,
                       struct err *err);

#endif
