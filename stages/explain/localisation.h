/*
 * localisation.h - does a map lie where the nucleus or the cytoplasm does?
 *
 * For each of the two regions, the cytoplasm being what its contour holds
 * without the nucleus:
 *     pointing  1 if the map's peak lies in it, else 0
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

#include "base/err.h"
#include "store/contours.h"

enum {
    LOCALISATION_NUCLEUS = 1,
    LOCALISATION_CYTOPLASM
}; /* values of a region map */

enum { LOCALISATION_FIGURES = 8 };

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
 *   heat [in] (h, w) 0 .. 1      region [in] (h, w), both regions non-empty
 *   out  [out] (LOCALISATION_FIGURES)
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int localisation_measure(const float *heat, const uint8_t *region,
                                  int h, int w, double *out, struct err *err);

#endif
