/*
 * component_tree.h - what is connected in a picture, above every threshold
 *
 * The values are cut into equal steps from the least to the greatest; above
 * each step the picture falls apart into components, pixels joined at their
 * sides.  All of them are found in one pass, pixels being added from the
 * greatest value on.
 * Source: Salembier et al. 1998 (max-tree), by the union-find of Najman and
 * Couprie 2006, IEEE TIP 15:3531; used on nuclei as MSER, Matas et al. 2004.
 */
#ifndef IMG_COMPONENT_TREE_H
#define IMG_COMPONENT_TREE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* One component: the pixels of 'level' or more that are joined to 'pixel'. */
struct component {
    int level;
    uint32_t pixel;
    double area;       /* pixels */
    double x, y;       /* mean of their centres */
    double xx, yy, xy; /* variances, of pixels that are areas: + 1/12 */
    double sides;      /* of pixels, that are its border */
    double contrast;   /* sum over these of the difference of the values on
                              both; 0 at the frame */
};

struct component_tree {
    int h, w;
    uint8_t *level;         /* owned: (h, w) the step of each pixel, 0 .. */
    struct component *list; /* owned: by falling level */
    size_t n;
};

struct component_limits {
    int levels;         /* steps, 2 .. 255 */
    double least, most; /* area of what is listed, pixels */
};

/*
 * Find the components of x (h, w); those of step 0, the whole picture, are left
 * out, and so a flat picture has none.  Release it, also on failure.
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int component_tree_init(struct component_tree *t, const float *x,
                                 int h, int w,
                                 const struct component_limits *limits,
                                 struct err *err);
void component_tree_release(struct component_tree *t);

/*
 * The pixels of a component.
 *   mask [out] (h, w) 1 inside, 0 outside
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int component_tree_mask(const struct component_tree *t,
                                 const struct component *c, uint8_t *mask,
                                 struct err *err);

#endif
