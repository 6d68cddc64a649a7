/*
 * draw_outline.h - closed shapes: a radius for each direction from a centre
 *
 * Cell bodies, nuclei, halos.  The table makes the distance of any point to
 * the border one lookup, and edges as soft as one likes.
 */
#ifndef DRAW_DRAW_OUTLINE_H
#define DRAW_DRAW_OUTLINE_H

#include "stages/draw/draw_math.h"

enum { OUTLINE_ANGLES = 192, OUTLINE_MAX_CORNERS = 9 };

struct outline {
    float cx, cy;                    /* pixels */
    float r[OUTLINE_ANGLES + 1];     /* radius; the last repeats the first */
    float slope[OUTLINE_ANGLES + 1]; /* cosine of the border's slant */
    float r_max;
};

struct outline_args {
    float cx, cy;
    float radius;  /* of the circle of equal area, pixels */
    float stretch; /* long by short axis, 1 or more */
    float turn;    /* direction of the long axis, turns */
    float wobble;  /* irregularity, 0 .. 0.3 */
    float corner;  /* 0 round .. 1 polygon */
    int n_spike;   /* points that are pulled out */
};

/* A random shape.  Draws from 'rng'. */
void outline_draw(struct outline *o, const struct outline_args *a,
                  struct rng *rng);

/* Move by (dx, dy). */
void outline_move(struct outline *o, float dx, float dy);

/* Box of the shape: box[] = left, top, right, bottom. */
void outline_box(const struct outline *o, float box[4]);

/* How far inside the border (x, y) lies, pixels; negative outside.
 *   u [out] distance from the centre by the radius there: 1 on the border */
static inline float outline_depth(const struct outline *o, float x, float y,
                                  float *u)
{
    const float dx = x - o->cx, dy = y - o->cy;
    const float rho = sqrtf(dx * dx + dy * dy);
    float t, f, r;
    int i;

    if (rho > o->r_max + 24.0f) {
        *u = 2.0f;
        return -24.0f;
    }
    t = draw_turn(dx, dy) * (float)OUTLINE_ANGLES;
    i = (int)t;
    i = i >= OUTLINE_ANGLES ? OUTLINE_ANGLES - 1 : i < 0 ? 0 : i;
    f = t - (float)i;
    r = draw_mix(o->r[i], o->r[i + 1], f);
    *u = rho / r;
    return (r - rho) * draw_mix(o->slope[i], o->slope[i + 1], f);
}

#endif
