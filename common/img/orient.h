/*
 * orient.h - turn and mirror a picture as EXIF says
 */
#ifndef IMG_ORIENT_H
#define IMG_ORIENT_H

#include "img/image.h"

/*
 * Make 'im', which is stored in orientation 'how', upright.  Of 1, and of what
 * is not 2 to 8, it stays as it is.
 * Errors: ERR_SYSTEM no memory; 'im' is then empty.
 * Source: EXIF 2.3, tag Orientation.
 */
MUST_USE int orient(struct image *im, int how, struct err *err);

#endif
