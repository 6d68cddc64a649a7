/*
 * reencode.h - a picture as JPEG leaves it
 */
#ifndef IMG_REENCODE_H
#define IMG_REENCODE_H

#include "img/image.h"

/*
 * Encode 'im' as baseline JPEG of 'quality', 1 to 100, with colours of half
 * the width and height (4:2:0), and decode it again: the pixels change, the
 * size stays.
 * Thread-safe.  Deterministic, with one version of libvips' JPEG library.
 * Errors: ERR_SYSTEM no memory, no libvips; ERR_INPUT the picture cannot be
 * encoded; 'im' is then empty.
 */
MUST_USE int reencode(struct image *im, int quality, struct err *err);

#endif
