/*
 * nearest_cells.h - how far cells are from others, in what a network makes of
 * them
 *
 * A cell is what the network's trunk puts out, averaged over the picture, at
 * length 1; the distance of two is that of the points, 0 to 2.
 * Source: Sun et al. 2022 (arXiv:2204.06507).
 */
#ifndef EVALUATION_NEAREST_CELLS_H
#define EVALUATION_NEAREST_CELLS_H

#include <stddef.h>

enum { NEAREST_CELLS_MAX = 20 };

struct near_cell {
    size_t at;   /* which of the others */
    float alike; /* product of both, 1 at distance 0 */
};

/* Bring x, of d numbers, to length 1; zeros stay. */
void nearest_cells_unit(float *x, size_t d);

struct nearest_cells_args {
    const float *x;      /* (n, d) the cells, at length 1 */
    const float *others; /* (m, d) likewise */
    size_t n, m, d;
    int k;          /* how many are wanted, 1 .. NEAREST_CELLS_MAX, at most m */
    float *scratch; /* (n, m) */
};

/*
 * The k nearest others of each cell, the nearest first, of equals the one that
 * comes first.
 *   list [out] (n, k)
 * Deterministic.
 */
void nearest_cells_find(const struct nearest_cells_args *a,
                        struct near_cell *list);

double nearest_cells_distance(const struct near_cell *c);

/*
 * Share of other cells' distances that are smaller; NaN of none.
 *   sorted [in] (n) rising
 */
double nearest_cells_beyond(const double *sorted, size_t n, double distance);

#endif
