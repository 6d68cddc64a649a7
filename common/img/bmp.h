/*
 * bmp.h - read and write Windows bitmaps, inside the bounds of the bytes given
 *
 * Read: 24 and 32 bits BI_RGB, 8 bits with a palette, 32 bits BI_BITFIELDS with
 * 8-bit masks at byte positions; rows from the bottom or from the top.  A
 * fourth byte is ignored: bitmaps have no agreed alpha.  All else is refused
 * by name: 1, 4 and 16 bits, run-length coding, OS/2 headers, embedded files.
 * Written: 24 bits, from the bottom, as the SIPaKMeD archive has them.
 * Source: BITMAPFILEHEADER, BITMAPINFOHEADER in the Windows GDI documentation.
 */
#ifndef IMG_BMP_H
#define IMG_BMP_H

#include "img/image.h"

#include <stdbool.h>

/* Do the bytes begin as a bitmap does, with "BM"? */
bool bmp_is(const void *bytes, size_t size);

/*
 * Decode a bitmap of 'size' bytes into *im, which need not be initialised.
 * Errors: ERR_INPUT not of a kind above, cut short, or too large;
 * ERR_SYSTEM no memory.  *im is then empty.
 */
MUST_USE int bmp_decode(struct image *im, const void *bytes, size_t size,
                        struct err *err);

/*
 * Encode 'im' as a 24-bit bitmap; the caller free()s *bytes.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int bmp_encode(const struct image *im, char **bytes, size_t *size,
                        struct err *err);

/*
 * Write 'im' to 'path', replacing what is there.  Neither synced nor atomic:
 * for data sets that can be made again.  Errors: ERR_SYSTEM.
 */
MUST_USE int bmp_write(const struct image *im, const char *path,
                       struct err *err);

#endif
