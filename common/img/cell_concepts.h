/*
 * cell_concepts.h - what a cytologist names of a cell, as numbers
 *
 * Areas and lengths are in pixels of the crop before it was resized; densities
 * in halvings of the light (optical_density.h), the mean of red, green and blue
 * where no colour is said.
 */
#ifndef IMG_CELL_CONCEPTS_H
#define IMG_CELL_CONCEPTS_H

#include "img/cell_regions.h"
#include "img/distance.h"

enum cell_concept {
    CONCEPT_NUCLEUS_AREA,  /* of the largest nucleus */
    CONCEPT_NUCLEUS_RATIO, /* of that to a normal intermediate nucleus */
    CONCEPT_CELL_AREA,     /* nuclei included */
    CONCEPT_NC_RATIO,      /* area of all nuclei by that of the cell */
    CONCEPT_DARKNESS,      /* density of the nuclei */
    CONCEPT_TEXTURE,       /* its standard deviation within the nuclei, without
                              pixels at their border, which are blurred */
    CONCEPT_ROUNDNESS,     /* short by long axis of the ellipse that has the
                              second moments of the largest nucleus */
    CONCEPT_HALO,          /* the most that cell_concepts_fill() adds to a tenth
                              of the cytoplasm; 0: it is nowhere paler than
                              further out */
    CONCEPT_COLOUR,        /* density for green less that for red light in the
                              cytoplasm: over 0 eosinophil (pink, orange), below
                              cyanophil (blue, green) */
    CONCEPT_NUCLEI,        /* how many */
    CELL_CONCEPTS
};

/* "nucleus_area", ...: as columns are called. */
const char *cell_concepts_name(enum cell_concept c);

/*
 * Measure a cell whose regions are not empty.
 *   rgb   [in]  (h, w, 3)
 *   pitch [in]  pixels of the crop for one of the picture
 *   value [out] NaN where a concept has no value: no cytoplasm, and
 *               CONCEPT_NUCLEUS_RATIO, for which more than one cell is needed
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 * Source: Jantzen et al. 2005 (Herlev features) for areas, N/C and roundness.
 */
MUST_USE int cell_concepts_measure(const struct cell_regions *r,
                                   const uint8_t *rgb, struct pixel_pitch pitch,
                                   double value[CELL_CONCEPTS],
                                   struct err *err);

/*
 * Where in the cytoplasm a pixel lies: a / (a + b), a its distance to the
 * nucleus and b that to what is not the cell, the frame included.
 *   depth [out] (h, w) over 0 to below 1; NaN outside the cytoplasm, and where
 *               the nucleus is within 1.5 pixels, whose blur reaches there
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int cell_concepts_depth(const struct cell_regions *r,
                                 struct pixel_pitch pitch, float *depth,
                                 struct err *err);

/* Below it the inner half of the cytoplasm lies. */
#define CONCEPT_INNER 0.5f

enum { CONCEPT_TENTHS = 10 }; /* of depth */

/* Which tenth a depth is in, from 0 on; rounding does not decide. */
static inline int cell_concepts_tenth(float depth)
{
    const int k = (int)(depth * CONCEPT_TENTHS + 1e-4f);

    return k < CONCEPT_TENTHS ? k : CONCEPT_TENTHS - 1;
}

/*
 * The densities that the tenths of the cytoplasm would have without a halo:
 * none below that of a tenth further out, nor below the straight line from the
 * second to the ninth, for a cell is thicker in the middle.  The first and the
 * last, which are next to borders, stay.
 *   density [in]  (CONCEPT_TENTHS) mean of each, from the nucleus on; NaN where
 *                 it has no pixels
 *   filled  [out] (CONCEPT_TENTHS) likewise
 */
void cell_concepts_fill(const double density[CONCEPT_TENTHS],
                        double filled[CONCEPT_TENTHS]);

#endif
