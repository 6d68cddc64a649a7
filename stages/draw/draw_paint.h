/*
 * draw_paint.h - from a cell's numbers to pixels
 *
 * A canvas holds the optical density of each pixel; layers add (Beer and
 * Lambert), and at the end light passes through, is blurred by the lens and
 * gets the camera's noise.
 */
#ifndef DRAW_DRAW_PAINT_H
#define DRAW_DRAW_PAINT_H

#include "img/image.h"
#include "stages/draw/draw_cell.h"

struct canvas {
    int w, h;
    float *density; /* owned: (h, w, 3), red first */
    float *scratch; /* owned: as large, for the blur */
};

/* Errors: ERR_SYSTEM no memory. */
MUST_USE int canvas_init(struct canvas *c, int w, int h, struct err *err);
void canvas_release(struct canvas *c);

/* The ground: haze of the style, uneven. */
void draw_paint_ground(struct canvas *c, const struct style *s,
                       struct rng *rng);

/* Large soft patches of other cells, out of focus. */
void draw_paint_veil(struct canvas *c, const struct style *s, struct rng *rng);

/* One cell; what lies outside the canvas is cut. */
void draw_paint_cell(struct canvas *c, const struct cell *cell);

/* Specks, rods and stray nuclei of white blood cells. */
void draw_paint_debris(struct canvas *c, const struct style *s,
                       struct rng *rng);

/* Light, blur of 'blur' pixels and noise; 'im' is as large as the canvas. */
void draw_paint_develop(struct canvas *c, const struct style *s, float blur,
                        struct rng *rng, struct image *im);

#endif
