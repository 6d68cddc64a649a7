/*
 * map_outline.h - lines around parts of a cell, and in each a plus or a minus
 */
#ifndef EXPLAIN_MAP_OUTLINE_H
#define EXPLAIN_MAP_OUTLINE_H

#include "img/image.h"

#include <stdbool.h>

/* A line is seen on any stain, because its halo is as dark as it is bright. */
struct map_outline_pen {
    int zoom;      /* pixels of the picture for one of the mask's */
    int left, top; /* of the picture, where the mask begins */
    uint8_t line[3], halo[3];
    bool minus; /* the sign; else a plus */
};

/*
 * Outline the pixels of a mask that have one of the bits.  A sign stands where
 * such a part is deepest, but none within MAP_OUTLINE_APART pixels of a deeper
 * place.
 *   mask [in] (h, w)
 * Errors: ERR_SYSTEM no memory.
 */
enum { MAP_OUTLINE_APART = 8 };
MUST_USE int map_outline_draw(const uint8_t *mask, uint8_t bits, int h, int w,
                              const struct map_outline_pen *pen,
                              struct image *im, struct err *err);

/*
 * Outline what a segmenting explainer says, at HEATMAP_SCALE, below
 * heatmap_image_top(): orange with a plus what speaks for the class, blue with
 * a minus what speaks against it.
 *   view [in] (h, w) enum explainer_view
 *   left [in] of 'im', where the panel begins
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int map_outline_views(const uint8_t *view, int h, int w, int left,
                               struct image *im, struct err *err);

#endif
