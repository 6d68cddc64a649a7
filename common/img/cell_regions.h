/*
 * cell_regions.h - nucleus and cytoplasm of one cell in a picture cut around it
 *
 * The nucleus is what is dark, bounded sharply and by an ellipse, and lies
 * about the middle: of all components of the mean optical density
 * (component_tree.h) that cover 0.25 to 30 % of the picture, the one of the
 * highest
 *     c  e^8  exp(-(r / 0.7)^2)  (area)^(1/4)  (b / a)^(1/2)
 * with c the mean difference of density across its border, e how much of the
 * ellipse of equal second moments (half axes a > b) it fills, r its distance
 * from the middle in half pictures.  If that covers over 8 % and has a part of
 * 12 to 60 % of it with 0.6 times its value or more, it was the thick middle of
 * the cell, and the part is the nucleus.  A second one is another component in
 * the cell, 0.4 to 2.5 times as large and no further than 1.6 sums of both
 * radii, that has 0.6 times the value without the factor of r; or it is divided
 * from the first by nuclei.h.
 *
 * The cell is flooded (watershed.h) over the gradient of the density, all three
 * colours, from what is certainly inside, the nucleus with 3 pixels around it
 * and the ellipse of 0.6 of the picture, and what is certainly outside, beyond
 * the ellipse of 1.15.  Pixels are those of a picture of 110 x 110; all lengths
 * grow with the picture.
 *
 * No learning, and numbers that were chosen on drawn cells: stages/explain/
 * README.md tells how well it does, and on what it fails.
 */
#ifndef IMG_CELL_REGIONS_H
#define IMG_CELL_REGIONS_H

#include "img/resize.h"

#include <stdint.h>

struct cell_regions {
    int h, w;
    uint8_t *nucleus; /* owned: (h, w) 0, or 1 .. nuclei: which it is */
    uint8_t *cell;    /* owned: (h, w) 1 in the cell, its nuclei included */
    int nuclei;
};

/* Why nothing can be said of a cell. */
enum cell_fault {
    CELL_FOUND,
    CELL_NO_NUCLEUS,  /* nothing dark and round is there */
    CELL_FAINT,       /* what is there differs too little from what is around */
    CELL_CUT,         /* over a quarter of its border is the picture's frame */
    CELL_NO_CYTOPLASM /* less than a tenth of the nucleus is around it */
};

/* "no nucleus", ... as a table tells it; "ok" of a cell that was found. */
const char *cell_regions_fault(enum cell_fault fault);

/* Room for a picture of h x w.  Errors: ERR_SYSTEM.  Release it, also then. */
MUST_USE int cell_regions_init(struct cell_regions *r, int h, int w,
                               struct err *err);
void cell_regions_release(struct cell_regions *r);

/*
 * Find the regions of a picture.
 *   rgb   [in] (h, w, 3)
 *   place [in] where the cell's picture lies in it; all else is no cell
 * Deterministic.  Errors: ERR_SYSTEM.
 */
MUST_USE int cell_regions_segment(struct cell_regions *r, const uint8_t *rgb,
                                  const struct resize_place *place,
                                  enum cell_fault *fault, struct err *err);

/*
 * The regions that contours bound, both (h, w), 1 inside; what is a nucleus
 * belongs to the cell.  Errors: ERR_SYSTEM.
 */
MUST_USE int cell_regions_take(struct cell_regions *r, const uint8_t *nucleus,
                               const uint8_t *cell, enum cell_fault *fault,
                               struct err *err);

/* Number of the largest nucleus, of equals the first, and its pixels; of at
 * least one. */
int cell_regions_largest(const struct cell_regions *r, double *area);

#endif
