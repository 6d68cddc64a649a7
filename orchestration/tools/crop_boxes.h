/*
 * crop_boxes.h - where the cells of a field are
 *
 * Of a field DIR/NNN.EXT the files DIR/NNN_cytMM.dat are the contours of its
 * cells in its own pixels, as in SIPaKMeD (img/contour.h).  A table has a row a
 * cell: columns "file", "x", "y", "width", "height", and "label" if there are
 * labels; x, y is the upper left corner, 0, 0 that of the field.
 */
#ifndef ORCHESTRATION_TOOLS_CROP_BOXES_H
#define ORCHESTRATION_TOOLS_CROP_BOXES_H

#include "base/csv.h"

#include <stdbool.h>

enum { CROP_NAME = 24 };

/* Pixels of the field; right and bottom are the first behind it. */
struct crop_box {
    double left, top, right, bottom;
    char name[CROP_NAME]; /* of the cell: MM, or its number in the table */
    const char *label;    /* borrowed from the table, or "" */
};

struct crop_boxes {
    struct crop_box *box; /* owned */
    size_t n;
};

struct crop_table {
    struct csv csv; /* owned */
    bool *used;     /* owned: (csv.n_row) a field was found for the row */
    int file, label;
};

/*
 * Read a table and check all of it; a label is the name of a folder.
 * Errors: ERR_INPUT with file and line; ERR_USAGE a column is missing, with
 * those that are there; ERR_SYSTEM.
 */
MUST_USE int crop_table_read(struct crop_table *t, const char *path,
                             struct err *err);
void crop_table_release(struct crop_table *t);

/* Mark the rows of a field, whose path is, or ends in, what the table calls it.
 * Errors: ERR_USAGE a row is another field's, too. */
MUST_USE int crop_table_claim(struct crop_table *t, const char *field,
                              struct err *err);

/* Append the cells of a field.  Errors: ERR_SYSTEM. */
MUST_USE int crop_boxes_of_table(struct crop_boxes *b,
                                 const struct crop_table *t, const char *field,
                                 struct err *err);

/*
 * Append the cells of a field that have contours.
 *   n_bad [in] [out] counts those that cannot be read, which are warned about
 * Errors: ERR_INPUT its folder cannot be read; ERR_SYSTEM.
 */
MUST_USE int crop_boxes_of_contours(struct crop_boxes *b, const char *field,
                                    size_t *n_bad, struct err *err);

void crop_boxes_release(struct crop_boxes *b);

#endif
