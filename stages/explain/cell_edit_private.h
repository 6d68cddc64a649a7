/*
 * cell_edit_private.h - what the files of cell_edit.h share
 */
#ifndef EXPLAIN_CELL_EDIT_PRIVATE_H
#define EXPLAIN_CELL_EDIT_PRIVATE_H

#include "img/optical_density.h"
#include "stages/explain/cell_edit.h"

/* Measure the radii of the largest nucleus and of the cell about its middle. */
void cell_edit_outline(struct cell_edit *e, const struct cell_regions *r);

/* Make the nucleus 'times' as large and, with 'back', as it was again.
 * False if there is no room. */
bool cell_edit_stretch(const struct cell_edit *e, double times, bool back,
                       uint8_t *out);

#endif
