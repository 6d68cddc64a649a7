/*
 * words.h - words in a picture, in a font of the machine
 */
#ifndef IMG_WORDS_H
#define IMG_WORDS_H

#include "img/image.h"

enum { WORDS_LINE = 12 }; /* pixels from line to line */

/* Where words may be, pixels. */
struct words_place {
    int x, y, w, h;
};

/*
 * Darken the pixels of 'im' where the words' ink is.  Lines are broken where the
 * place ends; what does not fit is cut off.  Where libvips has no fonts there
 * are no words.  The pixels depend on the machine's fonts.
 *   words [in] UTF-8; a line end begins a new line
 *   place [in] inside the picture
 * Errors: ERR_SYSTEM libvips does not start.
 */
MUST_USE int words_draw(const char *words, const struct words_place *place,
                        struct image *im, struct err *err);

#endif
