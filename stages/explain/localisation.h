/*
 * localisation.h - does a map lie where the nucleus or the cytoplasm does?
 *
 * For each of the two regions, the cytoplasm being what its contour holds
 * without the nucleus:
 *     pointing  1 if the map's peak (explainer_peak()) lies in it, else 0; 0 of
 *               a map of zeros
 *     chance    what a map that knows nothing has as pointing: the share of its
 *               grid's values that lie in the region, or of pixels where it has
 *               no grid.  A grid of 4 x 4 may miss a small nucleus altogether
 *     beyond    pointing less chance: above 0 of a map that knows something
 *     touched   1 if the map has half of its peak or more somewhere in it
 *     mass      share of the map's sum that lies in it; 0 of a map of zeros
 *     rank      of as many pixels as it has, the most relevant ones, the share
 *               that lies in it; of equally relevant pixels the first count
 *     area      share of the picture that it covers: what a map that knows
 *               nothing has as mass and rank
 * Sources: Zhang et al. 2018 (IJCV 126, 1084), pointing game; Arras et al. 2022
 * (Information Fusion 81, 14), relevance mass and rank accuracy.
 */
#ifndef EXPLAIN_LOCALISATION_H
#define EXPLAIN_LOCALISATION_H

#include "stages/explain/explainer.h"
#include "store/contours.h"

enum {
    LOCALISATION_NUCLEUS = 1,
    LOCALISATION_CYTOPLASM
}; /* values of a region map */

/* Of each region, the nucleus first. */
enum localisation_figure {
    LOCALISATION_POINTING,
    LOCALISATION_CHANCE,
    LOCALISATION_BEYOND,
    LOCALISATION_TOUCHED,
    LOCALISATION_MASS,
    LOCALISATION_RANK,
    LOCALISATION_AREA,
    LOCALISATION_EACH
};

enum { LOCALISATION_FIGURES = 2 * LOCALISATION_EACH };

/* "nucleus_pointing", ...; as localisation_measure() fills them. */
const char *localisation_name(int figure);

/*
 * Regions of picture 'row': 0 outside, else as above.
 *   region [out] (h, w)
 *   shape  [out] (CONTOUR_PARTS) the contours, to be released
 * Returns 1, or 0 if one of the contours is missing or no pixel lies in one of
 * the regions; then nothing is to be released.
 * Errors: ERR_INPUT, ERR_SYSTEM.
 */
MUST_USE int localisation_regions(const struct contours *c, size_t row, int h,
                                  int w, uint8_t *region, struct contour *shape,
                                  struct err *err);

/*
 * Measure one map.
 *   map    [in]  its heat (h, w) 0 .. 1, its grid
 *   region [in]  (h, w), both regions non-empty
 *   out    [out] (LOCALISATION_FIGURES)
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int localisation_measure(const struct explainer_map *map,
                                  const uint8_t *region, int h, int w,
                                  double *out, struct err *err);

#endif
