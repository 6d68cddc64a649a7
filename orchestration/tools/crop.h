/*
 * crop.h - papline crop: cells out of whole fields
 */
#ifndef ORCHESTRATION_TOOLS_CROP_H
#define ORCHESTRATION_TOOLS_CROP_H

#include "base/err.h"

#include <stdbool.h>

struct crop_args {
    const char *const *field; /* (n_field) pictures or directories of them */
    int n_field;
    bool contours;     /* cells by the contours beside a field, or */
    const char *boxes; /* by this table (crop_boxes.h); NULL: none */
    const char *dir;   /* where crops are written; NULL: was not given */
    int margin;        /* pixels around a cell, where the field has them */
};

/*
 * Write DIR/NNN_MM.png for cell MM of the field NNN: its box and a margin, as
 * far as the field goes.  A field in a folder of the directory that was given
 * is in the same folder of DIR; what has a label is in DIR/LABEL.  DIR/crops.csv
 * says where each crop was.  A picture is read as it is stored, 16 bits as such.
 * Errors: ERR_USAGE options, DIR has a crops.csv, two fields of one name, no
 * cell at all; ERR_INPUT a table, or some fields or cells could not be read or
 * cut (the others are written); ERR_SYSTEM.
 */
MUST_USE int crop_run(const struct crop_args *a, struct err *err);

#endif
