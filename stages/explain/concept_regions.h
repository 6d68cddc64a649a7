/*
 * concept_regions.h - where nucleus and cytoplasm of a stored cell lie
 *
 * By its contours where both are known, else found by img/cell_regions.h.
 */
#ifndef EXPLAIN_CONCEPT_REGIONS_H
#define EXPLAIN_CONCEPT_REGIONS_H

#include "img/cell_regions.h"
#include "img/distance.h"
#include "store/contours.h"
#include "store/store.h"

struct concept_source {
    const struct store *data;
    const struct contours *contours;
    const struct resizing *resizing; /* how the pictures were stored */
};

/*
 * The regions of a row.
 *   r         [out] need not be initialised; release it, also on failure
 *   contoured [out] they are those of contours
 * Deterministic, thread-safe.
 * Errors: ERR_INPUT damaged contours; ERR_SYSTEM.
 */
MUST_USE int concept_regions(const struct concept_source *s, size_t row,
                             struct cell_regions *r, bool *contoured,
                             enum cell_fault *fault, struct err *err);

/* Pixels of the crop for one of the stored picture; 1 where its size before it
 * was resized is not known. */
struct pixel_pitch concept_regions_pitch(const struct concept_source *s,
                                         size_t row);

#endif
