/*
 * decode.h - read a picture, whatever it is called
 *
 * The kind is told by the first bytes: BMP goes to bmp.h; JPEG, PNG, TIFF and
 * WebP each go straight to libvips' loader for that kind, so nothing else that
 * libvips can open (SVG, PDF, ImageMagick) is ever reached.  The size in the
 * header is checked before a pixel is decoded.
 *
 * Grey becomes R = G = B, CMYK goes through its profile, 16 bits are scaled to
 * 8, transparent pixels are put on white.  Of several pages or frames the first
 * is taken.  A rotation noted in EXIF is not applied (Keras' load_img()
 * does not).
 */
#ifndef IMG_DECODE_H
#define IMG_DECODE_H

#include "img/image.h"

#include <stdbool.h>

/* Does a file of that name claim to be a picture: *.bmp, .jpg, .jpeg, .png,
 * .tif, .tiff, .webp in any case? */
bool decode_is_image_name(const char *name);

enum { DECODE_MAX_BYTES = 256 * 1024 * 1024 }; /* of a file */

/*
 * Decode 'size' bytes into *im, which need not be initialised.  Thread-safe.
 * Deterministic, and so is the text of an error.
 * Errors: ERR_INPUT no such picture, truncated, damaged, too large, or of a
 * pixel type that is not 8 or 16 bits; ERR_SYSTEM no memory, no libvips.
 * *im is then empty.
 */
MUST_USE int decode_bytes(struct image *im, const void *bytes, size_t size,
                          struct err *err);

/*
 * Read and decode a file.
 * Errors: as file_read() and decode_bytes(); texts of the latter begin with
 * the path.
 */
MUST_USE int decode_read(struct image *im, const char *path, struct err *err);

#endif
