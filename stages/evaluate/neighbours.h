/*
 * neighbours.h - how far a cell lies from those that trained, and which of them
 * are nearest
 *
 * Distances are those of nearest_cells.h.  A cell's distance is that from the
 * k-th nearest training cell, and 'beyond' the share of validation cells that
 * are nearer: close to 1, the cell is unlike all that the network learnt from.
 *     neighbours.csv  file,split,distance,beyond,row_1,distance_1 .. row_k,
 *                     distance_k
 * of test and validation cells; row_1 is the nearest's row in data/, of equals
 * the lower one.  'beyond' is empty where no cell validates.
 *     training_cells.npy  (cells, features) float32, at length 1: those of the
 *                     training cells, in order of their rows
 */
#ifndef EVALUATE_NEIGHBOURS_H
#define EVALUATE_NEIGHBOURS_H

#include "evaluation/inference.h"
#include "evaluation/nearest_cells.h"

enum { NEIGHBOURS_MAX = NEAREST_CELLS_MAX };

struct neighbours_args {
    const struct store *data;
    const struct model_info *info; /* of the model: its trunk and input */
    const char *model;             /* the file with its weights */
    int k;                         /* neighbours, 1 .. NEIGHBOURS_MAX */
    const char *dir;               /* to write into */

    /* Called now and then; false stops.  May be NULL. */
    bool (*each)(void *self, size_t done, size_t total);
    void *self;
};

/*
 * Write both.  Fewer than k training cells: as many as there are; of none no
 * file.  Deterministic.
 * Errors: ERR_INPUT the model is damaged; ERR_AGAIN each() said stop;
 * ERR_SYSTEM.
 */
MUST_USE int neighbours_write(const struct neighbours_args *a, struct err *err);

#endif
