/*
 * page_contours.h - outlines of nucleus and cytoplasm as paths of SVG
 *
 * Units are pixels of the picture, whose left upper corner is 0 0.
 */
#ifndef PAGE_PAGE_CONTOURS_H
#define PAGE_PAGE_CONTOURS_H

#include "base/buf.h"
#include "img/cell_regions.h"
#include "img/contour.h"

#include <jansson.h>

/* Append the path of a polygon; points that lie close together are thinned. */
void page_contours_put(const struct contour *c, struct buf *b);

/*
 * Append a closed path for each edge, of holes too, of the pixels that have a
 * label; nothing if none has.
 *   label [in] 1 or more
 */
void page_contours_trace(const uint8_t *pixels, int h, int w, int label,
                         struct buf *b);

/* The paths [cytoplasm, nuclei] of regions; NULL: no memory. */
json_t *page_contours_regions(const struct cell_regions *r);

/*
 * What page_cell.h says of the contours of a picture without any: what
 * cell_regions_segment() finds.
 *   cell [in,out] object, gets "contours" and "segmented", or neither
 *   fault [out]   why not
 * Errors: ERR_SYSTEM.
 */
struct page_contours_picture {
    const uint8_t *rgb; /* (h, w, 3) */
    int h, w;
    struct resize_place place; /* of the cell's picture in it */
};
MUST_USE int page_contours_segment(const struct page_contours_picture *p,
                                   json_t *cell, enum cell_fault *fault,
                                   struct err *err);

#endif
