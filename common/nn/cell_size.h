/*
 * cell_size.h - a cell's size as two more inputs of a network
 *
 * The resize to a square discards how large a cell was; inputs.size gives it
 * back: z = ((log w, log h) - mean) / sd, where w and h are of the original
 * crop in pixels, and mean and sd (of the population) are those of the
 * training cells' logarithms, each counted once.  A network's file records
 * them.
 */
#ifndef NN_CELL_SIZE_H
#define NN_CELL_SIZE_H

#include <stdbool.h>
#include <stddef.h>

enum { CELL_SIZE = 2 }; /* floats of a cell: width, then height */

/* A deviation of the logarithms below this is what rounding leaves of cells of
 * one size: one pixel more in one of 100,000 cells of 20,000 is 1.6e-7. */
#define CELL_SIZE_LEAST_SD 1e-9

/* Pixels, both at least 1. */
struct cell_size {
    int w, h;
};

struct size_scale {
    bool on; /* the network takes sizes */
    double mean[CELL_SIZE], sd[CELL_SIZE];
};

/* Mean and deviation of n >= 1 cells; of cells of one size a deviation of 1.
 */
void cell_size_fit(struct size_scale *s, const struct cell_size *cell,
                   size_t n);

/* The network's input for one cell. */
void cell_size_standardise(const struct size_scale *s,
                           const struct cell_size *cell, float z[CELL_SIZE]);

#endif
