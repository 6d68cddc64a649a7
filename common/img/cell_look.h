/*
 * cell_look.h - a picture of one cell, as cell_regions.h looks at it
 */
#ifndef IMG_CELL_LOOK_H
#define IMG_CELL_LOOK_H

#include "img/cell_regions.h"
#include "img/component_tree.h"

struct cell_look {
    int h, w;
    size_t n;
    double scale;   /* pixels of one of a picture of 110 x 110 */
    float *density; /* owned, with the next three: (h, w, 3) halvings of the
                       light */
    float *blurred; /* likewise, for gradients */
    float *plane;   /* (h, w) the mean of the three; then scratch */
    float *smooth;  /* (h, w) that mean, blurred */
    uint8_t *part;  /* owned: (h, w) a component in hand */
    struct component_tree tree;    /* of 'smooth' */
    const struct component *first; /* the nucleus, in the tree; NULL: none */
};

/*
 * The part of 'rgb', 'width' pixels wide, at a place.
 * Errors: ERR_SYSTEM.  Release it, also then.
 */
MUST_USE int cell_look_init(struct cell_look *l, const uint8_t *rgb, int width,
                            const struct resize_place *place, struct err *err);
void cell_look_release(struct cell_look *l);

/*
 * Find the nucleus: l->first, and its pixels in r->nucleus; then the cell about
 * it, in r->cell; then perhaps a second nucleus, which is added to both.
 *   r [in,out] of the size of the look
 * Errors: ERR_SYSTEM.
 */
MUST_USE int cell_look_nucleus(struct cell_look *l, struct cell_regions *r,
                               struct err *err);
MUST_USE int cell_look_cell(struct cell_look *l, struct cell_regions *r,
                            struct err *err);
MUST_USE int cell_look_second(struct cell_look *l, struct cell_regions *r,
                              struct err *err);

#endif
