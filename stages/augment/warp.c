/* warp.c - bilinear interpolation in integers */
#include "warp.h"

#include "base/hot.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    POINT_BITS = WARP_POINT_BITS,
    WEIGHT_BITS = WARP_WEIGHT_BITS,
    WEIGHT_ONE = 1 << WEIGHT_BITS,
};

/* Half a weight, and limits under which no sum below overflows. */
#define POINT_HALF   ((int64_t)1 << (POINT_BITS - WEIGHT_BITS - 1))
#define MAX_STEP     65536.0 /* pixels of input for one of output */
#define MAX_POSITION 1e9

int64_t warp_point(double x, double limit)
{
    const double c = x > -limit ? (x < limit ? x : limit) : -limit;

    return (int64_t)floor(c * (1 << POINT_BITS) + 0.5);
}

/* Where a pixel comes from. */
struct tap {
    int64_t x, y; /* upper left of the four pixels */
    int fx, fy;   /* weights of right and lower, 0 .. WEIGHT_ONE - 1 */
};

/* Split coordinates that have half a weight added, so that they round. */
static inline struct tap tap_at(int64_t u, int64_t v)
{
    const int shift = POINT_BITS - WEIGHT_BITS;

    return (struct tap){u >> POINT_BITS, v >> POINT_BITS,
                        (int)(u >> shift) & (WEIGHT_ONE - 1),
                        (int)(v >> shift) & (WEIGHT_ONE - 1)};
}

/* Weights of the four pixels and half a unit: the sum of 22 bits more. */
static inline uint8_t blend(int p0, int p1, int p2, int p3, const struct tap *t)
{
    const int top = p0 * WEIGHT_ONE + (p1 - p0) * t->fx;
    const int low = p2 * WEIGHT_ONE + (p3 - p2) * t->fx;
    const int half = 1 << (2 * WEIGHT_BITS - 1);

    return (uint8_t)((top * WEIGHT_ONE + (low - top) * t->fy + half) >>
                     (2 * WEIGHT_BITS));
}

static int near_index(int64_t i, int n, enum augment_fill fill)
{
    const int64_t far = 1 << 24;

    return warp_beyond((int)(i < -far ? -far : i > far ? far : i), n, fill);
}

/* A pixel of which some of the four are beyond the border. */
static void sample_border(const struct augment_picture *p, const struct tap *t,
                          enum augment_fill fill, uint8_t out[3])
{
    static const uint8_t black[3];
    const uint8_t *from[4];

    for (int i = 0; i < 4; i++) {
        const int x = near_index(t->x + (i & 1), p->w, fill);
        const int y = near_index(t->y + (i >> 1), p->h, fill);

        from[i] = x < 0 || y < 0
                      ? black
                      : p->src + ((size_t)y * (size_t)p->w + (size_t)x) * 3;
    }
    for (int k = 0; k < 3; k++)
        out[k] = blend(from[0][k], from[1][k], from[2][k], from[3][k], t);
}

static inline bool inside(const struct augment_picture *p, const struct tap *t)
{
    return t->x >= 0 && t->y >= 0 && t->x < p->w - 1 && t->y < p->h - 1;
}

static inline void sample(const struct augment_picture *p, const struct tap *t,
                          enum augment_fill fill, uint8_t out[3])
{
    const uint8_t *top, *low;

    if (!inside(p, t)) {
        sample_border(p, t, fill, out);
        return;
    }
    top = p->src + (t->y * p->w + t->x) * 3;
    low = top + (ptrdiff_t)p->w * 3;
    for (int k = 0; k < 3; k++)
        out[k] = blend(top[k], top[k + 3], low[k], low[k + 3], t);
}

void warp_sample(const struct augment_picture *p, int64_t u, int64_t v,
                 enum augment_fill fill, uint8_t out[3])
{
    const struct tap t = tap_at(u + POINT_HALF, v + POINT_HALF);

    sample(p, &t, fill, out);
}

/* --- whole pictures -------------------------------------------------------- */

HOT static void warp_affine(const struct augment_picture *p, const double m[9],
                            enum augment_fill fill)
{
    const int64_t ux = warp_point(m[0], MAX_STEP);
    const int64_t uy = warp_point(m[1], MAX_STEP);
    const int64_t vx = warp_point(m[3], MAX_STEP);
    const int64_t vy = warp_point(m[4], MAX_STEP);
    const int64_t u0 = warp_point(m[2], MAX_POSITION) + POINT_HALF;
    const int64_t v0 = warp_point(m[5], MAX_POSITION) + POINT_HALF;
    uint8_t *out = p->dst;

    for (int y = 0; y < p->h; y++) {
        int64_t u = u0 + y * uy, v = v0 + y * vy;

        for (int x = 0; x < p->w; x++, out += 3, u += ux, v += vx) {
            const struct tap t = tap_at(u, v);

            sample(p, &t, fill, out);
        }
    }
}

static void warp_projective(const struct augment_picture *p, const double m[9],
                            enum augment_fill fill)
{
    uint8_t *out = p->dst;

    for (int y = 0; y < p->h; y++) {
        for (int x = 0; x < p->w; x++, out += 3) {
            const double w = m[6] * x + m[7] * y + m[8];
            const double u = (m[0] * x + m[1] * y + m[2]) / w;
            const double v = (m[3] * x + m[4] * y + m[5]) / w;

            warp_sample(p, warp_point(u, MAX_POSITION),
                        warp_point(v, MAX_POSITION), fill, out);
        }
    }
}

void warp(const struct augment_picture *p, const double m[9],
          enum augment_fill fill)
{
    if (fabs(m[6]) > 0 || fabs(m[7]) > 0 || fabs(m[8] - 1) > 0)
        warp_projective(p, m, fill);
    else
        warp_affine(p, m, fill);
}
