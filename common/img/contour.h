/*
 * contour.h - outlines of cells and nuclei
 *
 * A closed polygon, the last point joined to the first, in pixels; a whole
 * number is the centre of a pixel.  A part that lies apart is joined by a line
 * there and back, which the even-odd rule does not see.
 */
#ifndef IMG_CONTOUR_H
#define IMG_CONTOUR_H

#include "img/image.h"

enum {
    CONTOUR_MAX_BYTES = 4 << 20, /* of a file */
    CONTOUR_MAX_POINTS = 100000,
    CONTOUR_MIN_POINTS = 3,
};

struct point {
    double x, y;
};

struct contour {
    struct point *point; /* owned */
    size_t n;
};

/*
 * Read "x,y" a line, as SIPaKMeD's .dat files have it; blanks and empty lines
 * are allowed.  *c need not be initialised.
 *   size [in] of 'text', which ends in a NUL behind it
 * Errors: ERR_INPUT with the line: no such numbers, one beyond IMAGE_MAX_SIDE,
 * too few or too many points; ERR_SYSTEM.  *c is then empty.
 */
MUST_USE int contour_parse(struct contour *c, const char *text, size_t size,
                           struct err *err);
void contour_release(struct contour *c);

/*
 * Bring a contour into a picture of w x h that was cut out around it.  One that
 * lies in the picture, or two pixels beside it, is taken as it stands; of
 * another, which counts in the uncut picture, the middle is put on the
 * picture's.
 *   by [out] how far it was moved: not at all, 0
 * Errors: ERR_INPUT it is larger than the picture, 'c' is as before.
 */
MUST_USE int contour_place(struct contour *c, int w, int h, struct point *by,
                           struct err *err);

/*
 * Bring the contour of a part into the picture whose cell contour_place() moved
 * 'by': as far, so that it stays where it lies in the cell.
 * Errors: ERR_INPUT it would lie outside, 'c' is as before.
 */
MUST_USE int contour_follow(struct contour *c, int w, int h, struct point by,
                            struct err *err);

/* x = (x + 1/2) scale - 1/2 + shift, pixels being areas; y likewise. */
void contour_scale(struct contour *c, struct point scale, struct point shift);

/*
 * Pixels whose centre is inside, by the even-odd rule.
 *   mask [out] (h, w) 1 inside, 0 outside
 */
void contour_fill(const struct contour *c, int h, int w, uint8_t *mask);

/*
 * Draw the line into a picture.
 *   zoom [in] pixels of the picture for one of the contour's
 *   left, top [in] of the picture, where the contour's 0 begins
 *   w, h      [in] pixels of the contour's that are shown
 */
struct contour_pen {
    int zoom, left, top, w, h;
    uint8_t rgb[3];
};
void contour_draw(const struct contour *c, const struct contour_pen *pen,
                  struct image *im);

#endif
