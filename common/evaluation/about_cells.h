/*
 * about_cells.h - what the cells of a run are: the first words of its page,
 * its model cards and its last lines
 */
#ifndef EVALUATION_ABOUT_CELLS_H
#define EVALUATION_ABOUT_CELLS_H

#include "config/config.h"

/* A file in a directory of drawn cells, which is no picture of the data set. */
#define ABOUT_CELLS_MARK ".drawn"

/* Are they drawn, and nobody's: by the run, or in a directory marked so? */
bool about_cells_drawn(const struct config *c);

/*
 * Append, as plain text, what dataset.name, .source, .licence and .note say, or
 * that they say nothing; of drawn cells that they are.
 *   n [in] usable cells; 0: not known yet
 */
void about_cells(const struct config *c, size_t n, struct buf *out);

#endif
