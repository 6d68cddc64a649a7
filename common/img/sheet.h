/*
 * sheet.h - pictures of one size in rows and columns, each with words below
 */
#ifndef IMG_SHEET_H
#define IMG_SHEET_H

#include "img/image.h"

struct sheet_shape {
    int n, columns;      /* pictures */
    int w, h;            /* of each */
    int zoom;            /* a pixel becomes zoom x zoom */
    int lines;           /* of words below each */
    const char *heading; /* one line above all; NULL: none; borrowed */
};

struct sheet {
    struct image im; /* owned; white where nothing is */
    struct sheet_shape shape;
};

/* How many rows of such pictures fit on a sheet; shape->n is not read. */
int sheet_most_rows(const struct sheet_shape *shape);

/* Begin a sheet.  Errors: as image_init() and words_draw().  The sheet is then
 * empty. */
MUST_USE int sheet_init(struct sheet *s, const struct sheet_shape *shape,
                        struct err *err);

/*
 * Put picture number i, (h, w, 3), and its words, which are cut off where they
 * do not fit, and left out where libvips has no fonts.
 * Errors: ERR_SYSTEM libvips does not start.
 */
MUST_USE int sheet_put(struct sheet *s, int i, const uint8_t *px,
                       const char *words, struct err *err);

void sheet_release(struct sheet *s);

#endif
