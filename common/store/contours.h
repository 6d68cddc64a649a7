/*
 * contours.h - where cells and nuclei lie in the pictures of data/
 *
 * data/contours.csv, there if any picture has contours: row,part,status,points,
 * part "cytoplasm" or "nucleus", status "ok" or what is wrong with the file,
 * points "x y x y ..." in pixels of the stored picture (img/contour.h).
 */
#ifndef STORE_CONTOURS_H
#define STORE_CONTOURS_H

#include "base/buf.h"
#include "base/csv.h"
#include "img/contour.h"

enum contour_part { CONTOUR_CYTOPLASM, CONTOUR_NUCLEUS, CONTOUR_PARTS };

#define CONTOURS_FILE   "contours.csv"
#define CONTOURS_HEADER "row,part,status,points\n"

/* Append a line; c NULL: 'why' not. */
void contours_put(size_t row, enum contour_part part, const struct contour *c,
                  const char *why, struct buf *out);

struct contours {
    struct csv csv; /* owned; empty if there is no such file */
};

/* Errors: ERR_INPUT damaged; ERR_SYSTEM.  No file is fine. */
MUST_USE int contours_open(struct contours *c, const char *data,
                           struct err *err);
void contours_close(struct contours *c);

/* Has any picture contours? */
bool contours_any(const struct contours *c);

/*
 * The contour of a part of picture 'row'; empty if there is none, or no usable
 * one.  contour_release() it.
 * Errors: ERR_INPUT damaged; ERR_SYSTEM.
 */
MUST_USE int contours_of(const struct contours *c, size_t row,
                         enum contour_part part, struct contour *out,
                         struct err *err);

#endif
