/* draw_outline.c - closed shapes: ellipse, waves, corners, points */
#include "stages/draw/draw_outline.h"

#include "base/err.h"

/* Multiply the table by an ellipse of axes sqrt(stretch), 1/sqrt(stretch). */
static void put_ellipse(float *r, float stretch, float turn)
{
    const float a = sqrtf(stretch), b = 1.0f / a;

    for (int i = 0; i < OUTLINE_ANGLES; i++) {
        const float t = (float)i / OUTLINE_ANGLES - turn;
        const float x = b * draw_cos(t), y = a * draw_sin(t);

        r[i] *= 1.0f / sqrtf(x * x + y * y);
    }
}

static void put_waves(float *r, float wobble, struct rng *rng)
{
    for (int k = 2; k <= 7; k++) {
        const float amp = wobble * draw_bell(rng) / sqrtf((float)(k * k - 2));
        const float phase = rng_uniform(rng);

        for (int i = 0; i < OUTLINE_ANGLES; i++)
            r[i] *=
                1.0f + amp * draw_cos((float)(k * i) / OUTLINE_ANGLES + phase);
    }
}

/* Radius of a polygon's side from corner (t0, r0) to (t1, r1), at t. */
static float side_radius(float t0, float r0, float t1, float r1, float t)
{
    const float bottom = r0 * draw_sin(t - t0) + r1 * draw_sin(t1 - t);

    return bottom > 1e-3f ? r0 * r1 * draw_sin(t1 - t0) / bottom : r0;
}

static void put_corners(float *r, float corner, struct rng *rng)
{
    float at[OUTLINE_MAX_CORNERS + 1] = {0};
    float radius[OUTLINE_MAX_CORNERS + 1] = {0};
    const int n = 5 + (int)rng_below(rng, OUTLINE_MAX_CORNERS - 5);
    const float first = rng_uniform(rng);
    int k = 0;

    for (int i = 0; i < n; i++) {
        const float jitter = rng_uniform_in(rng, -0.3f, 0.3f);

        at[i] = first + ((float)i + jitter) / (float)n;
        radius[i] = 1.1f + 0.11f * draw_bell(rng);
    }
    at[n] = at[0] + 1.0f;
    radius[n] = radius[0];
    for (int i = 0; i < OUTLINE_ANGLES; i++) {
        float t = (float)i / OUTLINE_ANGLES;

        t = t < at[0] ? t + 1.0f : t;
        t = t < at[0] ? t + 1.0f : t;
        for (k = 0; k < n - 1 && t > at[k + 1]; k++)
            ;
        r[i] *= draw_mix(
            1.0f, side_radius(at[k], radius[k], at[k + 1], radius[k + 1], t),
            corner);
    }
}

static void put_spikes(float *r, int n, struct rng *rng)
{
    for (int k = 0; k < n; k++) {
        const float at = rng_uniform(rng);
        const float width = rng_uniform_in(rng, 0.022f, 0.045f);
        const float length = rng_uniform_in(rng, 0.15f, 0.4f);

        for (int i = 0; i < OUTLINE_ANGLES; i++) {
            const float t = (float)i / OUTLINE_ANGLES - at;

            r[i] *= 1.0f + length * draw_hill((t - floorf(t + 0.5f)) / width);
        }
    }
}

/* Round the corners: a circular mean over 2 * half + 1 directions. */
static void smooth_corners(float *r, int half)
{
    float old[OUTLINE_ANGLES];

    memcpy(old, r, sizeof(old));
    for (int i = 0; i < OUTLINE_ANGLES; i++) {
        float sum = 0.0f;

        for (int k = -half; k <= half; k++)
            sum += old[(i + k + OUTLINE_ANGLES) % OUTLINE_ANGLES];
        r[i] = sum / (float)(2 * half + 1);
    }
}

/* Scale to the area of a circle of 'radius'; fill in what follows from r. */
static void finish_outline(struct outline *o, float radius)
{
    const float step = 6.2831853f / OUTLINE_ANGLES;
    float area = 0.0f;

    for (int i = 0; i < OUTLINE_ANGLES; i++)
        area += o->r[i] * o->r[i] / OUTLINE_ANGLES;
    o->r_max = 0.0f;
    for (int i = 0; i < OUTLINE_ANGLES; i++) {
        o->r[i] *= radius / sqrtf(area);
        o->r_max = o->r[i] > o->r_max ? o->r[i] : o->r_max;
    }
    o->r[OUTLINE_ANGLES] = o->r[0];
    for (int i = 0; i < OUTLINE_ANGLES; i++) {
        const float before = o->r[i ? i - 1 : OUTLINE_ANGLES - 1];
        const float s = (o->r[i + 1] - before) / (2.0f * step * o->r[i]);

        o->slope[i] = 1.0f / sqrtf(1.0f + s * s);
    }
    o->slope[OUTLINE_ANGLES] = o->slope[0];
}

void outline_draw(struct outline *o, const struct outline_args *a,
                  struct rng *rng)
{
    BUG_ON(a->stretch < 1.0f || a->radius <= 0.0f);
    o->cx = a->cx;
    o->cy = a->cy;
    for (int i = 0; i < OUTLINE_ANGLES; i++)
        o->r[i] = 1.0f;
    put_ellipse(o->r, a->stretch, a->turn);
    put_waves(o->r, a->wobble, rng);
    put_corners(o->r, a->corner, rng);
    put_spikes(o->r, a->n_spike, rng);
    smooth_corners(o->r, 3);
    smooth_corners(o->r, 2);
    finish_outline(o, a->radius);
}

void outline_move(struct outline *o, float dx, float dy)
{
    o->cx += dx;
    o->cy += dy;
}

void outline_box(const struct outline *o, float box[4])
{
    box[0] = box[2] = o->cx;
    box[1] = box[3] = o->cy;
    for (int i = 0; i < OUTLINE_ANGLES; i++) {
        const float t = (float)i / OUTLINE_ANGLES;
        const float x = o->cx + o->r[i] * draw_cos(t);
        const float y = o->cy + o->r[i] * draw_sin(t);

        box[0] = x < box[0] ? x : box[0];
        box[1] = y < box[1] ? y : box[1];
        box[2] = x > box[2] ? x : box[2];
        box[3] = y > box[3] ? y : box[3];
    }
}
