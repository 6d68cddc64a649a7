/*
 * field.h - a whole field of many cells, where a crop of one is expected
 *
 * A field is large and has several nuclei.  Nuclei are taken to be what is
 * round, small and darkest: of the picture made smaller, the brightest channel
 * of each pixel is divided twice by Otsu's threshold (Otsu 1979), and pieces of
 * the darkest part are counted by their shape if they are about as large as the
 * largest.  A count, not a segmentation: overlapping nuclei are one.
 *
 * Pictures of 2048 x 1536 into which crops of SIPaKMeD were put are all fields;
 * of its crops, enlarged to 1400 pixels, 1 in 20 is one, most of them with
 * neighbours in view.
 */
#ifndef IMG_FIELD_H
#define IMG_FIELD_H

#include "img/image.h"

enum {
    FIELD_SIDE = 700, /* pixels of the longer side, at least; the largest crop
                          of SIPaKMeD has 553 */
    FIELD_NUCLEI = 5, /* at least */
};

/*
 * Nuclei of a picture that looks like a field; 0: it does not.
 * Errors: ERR_SYSTEM no memory: -1.
 */
MUST_USE int field_nuclei(const struct image *im, struct err *err);

#endif
