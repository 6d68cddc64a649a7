/*
 * cell_edit.h - a picture of a cell in which one thing is changed
 *
 * Densities are those of optical_density.h, colour by colour; w is 1 in a
 * region and fades to 0 over 1.5 pixels at its border (of a picture of 110 x
 * 110, as all lengths here).  C is the mean density of the cytoplasm, L that of
 * the light, of the palest twentieth of what is not the cell, and F what a
 * pixel's depth in the cytoplasm lacks (cell_concepts_fill(), linear between
 * the middles of tenths).
 *     nucleus_larger    the largest nucleus is that many times as large, the
 *                       cytoplasm pushed together, the cell's outline left:
 *                       along each direction from the nucleus' middle, with R,
 *                       sR and B the radii of the nucleus, before and after,
 *                       and of the cell, [0, R] is stretched to [0, sR] and [R,
 *                       B] squeezed into [sR, B]; sR is at most 0.9 B
 *     nucleus_paler     D - a w (D - C)
 *     nucleus_darker    D + a w (D - C)
 *     halo_filled       D + a w F, w outside the nucleus
 *     halo_made         D - a w (D - L), w of the inner half of the cytoplasm
 *     cytoplasm_turned  a w of the densities for red and green light change
 *                       places: what was eosinophil becomes cyanophil
 * Controls: nothing is changed, but the densities are made bytes again (of
 * nucleus_larger: made larger and then smaller, by the same cubic
 * interpolation); and the ground, 2 pixels and more from the cell, made darker
 * until the picture has changed as much, by root mean square over all bytes.
 */
#ifndef EXPLAIN_CELL_EDIT_H
#define EXPLAIN_CELL_EDIT_H

#include "img/cell_regions.h"
#include "img/distance.h"

#include <stdbool.h>

enum cell_edit_kind {
    EDIT_NUCLEUS_LARGER,
    EDIT_NUCLEUS_PALER,
    EDIT_NUCLEUS_DARKER,
    EDIT_HALO_FILLED,
    EDIT_HALO_MADE,
    EDIT_CYTOPLASM_TURNED,
    CELL_EDITS
};

enum { EDIT_DOSES = 4, EDIT_ANGLES = 360 };

/* "nucleus_larger", ... */
const char *cell_edit_name(enum cell_edit_kind kind);

/* Its doses, rising: how many times as large, else a above. */
const double *cell_edit_doses(enum cell_edit_kind kind);

/* A cell that is to be changed. */
struct cell_edit {
    int h, w;
    const uint8_t *rgb;            /* (h, w, 3); borrowed */
    struct optical_density *table; /* owned */
    float *density; /* owned: (h, w, 3) levels of optical_density.h */
    float *spare;   /* owned: (2, h, w, 3) densities in hand */
    float *nucleus, *inner, *cytoplasm; /* owned: (h, w) each w above */
    uint8_t *ground;                    /* owned: (h, w) 1 where it is */
    float *lift;                        /* owned: (h, w, 3) w F */
    double mean[3], light[3];           /* levels C, L */
    double x, y;                        /* middle of the largest nucleus */
    double radius[EDIT_ANGLES], border[EDIT_ANGLES]; /* R and B; by degrees */
    bool has_cytoplasm;                              /* a few pixels */
    bool has_halves;                                 /* of both */
    bool has_halo; /* F is 0.05 halvings of the light or more somewhere */
};

/*
 * Prepare a cell.
 *   rgb   [in] (h, w, 3); borrowed until it is closed
 *   r     [in] its regions, not empty
 *   pitch [in] as cell_concepts_measure()
 * Errors: ERR_SYSTEM no memory.  Close it, also then.
 */
MUST_USE int cell_edit_open(struct cell_edit *e, const uint8_t *rgb,
                            const struct cell_regions *r,
                            struct pixel_pitch pitch, struct err *err);
void cell_edit_close(struct cell_edit *e);

/*
 * Change it.
 *   out [out] (h, w, 3)
 * False if it cannot be changed so: there is no room for so large a nucleus
 * (less than 0.95 of the area would be reached), no halo to be filled, or the
 * cytoplasm is too small.  Deterministic.
 */
bool cell_edit_apply(const struct cell_edit *e, enum cell_edit_kind kind,
                     double dose, uint8_t *out);

/* The first control.  False as cell_edit_apply(). */
bool cell_edit_round_trip(const struct cell_edit *e, enum cell_edit_kind kind,
                          double dose, uint8_t *out);

/* The second: False if even a black ground changes less. */
bool cell_edit_ground(const struct cell_edit *e, double change, uint8_t *out);

/* Root mean square of the difference to the unchanged picture, over all bytes,
 * grey levels. */
double cell_edit_change(const struct cell_edit *e, const uint8_t *out);

#endif
