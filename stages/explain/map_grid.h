/*
 * map_grid.h - where the values of a layer lie in the picture, and the map that
 * they make
 *
 * Along each axis value i lies at pixel first + i step, a whole number being the
 * centre of a pixel.  Between the values the map is a cubic curve through them
 * that neither overshoots nor has a peak or a dip that they do not have; beyond
 * the outermost the nearest holds.  Rows are done first, then columns.
 *
 * The curve is the cubic Hermite spline whose slope at a value is the harmonic
 * mean of the slopes to both neighbours, 0 where these differ in sign and at the
 * ends.
 * Source: Fritsch and Butland 1984, SIAM J. Sci. Stat. Comput. 5:300, of equal
 * distances; so SciPy's PchipInterpolator.
 */
#ifndef EXPLAIN_MAP_GRID_H
#define EXPLAIN_MAP_GRID_H

#include "nn/receptive_field.h"

struct map_axis {
    int n;              /* values; 0: the map has no grid, but pixels */
    double first, step; /* pixels */
};

struct map_grid {
    struct map_axis y, x;
};

/* The values of h x w at the centres of their receptive fields. */
struct map_grid map_grid_centres(const struct receptive_field *f, int h, int w);

/* The values of h x w stretched until the outermost lie on the outermost pixels
 * of out_h x out_w. */
struct map_grid map_grid_stretched(int h, int w, int out_h, int out_w);

/* The pixel of 'n' that value 'i' is nearest to. */
int map_grid_pixel(const struct map_axis *a, int i, int n);

/*
 *   x [in]  (g->y.n, g->x.n)
 *   y [out] (h, w), not x
 * Deterministic.
 */
void map_grid_enlarge(const struct map_grid *g, const float *x, float *y, int h,
                      int w);

#endif
