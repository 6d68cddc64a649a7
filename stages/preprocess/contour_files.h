/*
 * contour_files.h - the contours that lie beside pictures
 *
 * Of .../CROPPED/NNN_MM.EXT they are .../NNN_cytMM.dat and .../NNN_nucMM.dat;
 * of a picture that is not in such a folder they lie beside it.
 */
#ifndef PREPROCESS_CONTOUR_FILES_H
#define PREPROCESS_CONTOUR_FILES_H

#include "base/buf.h"
#include "config/config.h"
#include "img/resize.h"

/* A picture whose contours are wanted. */
struct contour_files {
    const char *dataset;         /* directory; borrowed */
    const char *file;            /* of the picture, relative to it; borrowed */
    size_t row;                  /* of the store */
    int w, h;                    /* of the picture, before it is resized */
    const struct config *config; /* how it is resized; borrowed */
};

/*
 * Append the picture's lines of contours.csv (store/contours.h), resized with
 * it; none if there are no such files.  Those that count in an uncut picture
 * are moved as the cytoplasm is (contour_place()), and the nucleus by itself
 * only where no cytoplasm could be placed.
 * Errors: ERR_SYSTEM.  What is wrong with a file stands in its line.
 */
MUST_USE int contour_files_put(const struct contour_files *o, struct buf *out,
                               struct err *err);

#endif
