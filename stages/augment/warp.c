/* warp.c - bilinear interpolation in integers */
#include "warp.h"

#include "base/hot.h"

#include <math.h>
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

/*
 * A run of pixels on its way: the four that each is made of, red in the lowest
 * byte and nothing to be relied on in the highest, and the weights of right
 * and lower, 0 .. WEIGHT_ONE - 1.  Fetching is a matter of addresses and done
 * one by one; blending is the same for all.
 */
struct taps {
    uint32_t px[4][WARP_RUN];
    int fx[WARP_RUN], fy[WARP_RUN];
};

static inline uint32_t blend_pixels(uint32_t p0, uint32_t p1, uint32_t p2,
                                    uint32_t p3, int fx, int fy)
{
    const int a = (int)(p0 & 255), b = (int)(p1 & 255);
    const int c = (int)(p2 & 255), d = (int)(p3 & 255);
    const int top = a * WEIGHT_ONE + (b - a) * fx;
    const int low = c * WEIGHT_ONE + (d - c) * fx;
    const int half = 1 << (2 * WEIGHT_BITS - 1);

    return (uint32_t)((top * WEIGHT_ONE + (low - top) * fy + half) >>
                      (2 * WEIGHT_BITS));
}

/* The results go where the first of the four was. */
HOT static void blend_all(struct taps *t, int n)
{
    for (int i = 0; i < n; i++) {
        const uint32_t a = t->px[0][i], b = t->px[1][i];
        const uint32_t c = t->px[2][i], d = t->px[3][i];
        const int fx = t->fx[i], fy = t->fy[i];

        t->px[0][i] =
            blend_pixels(a, b, c, d, fx, fy) |
            blend_pixels(a >> 8, b >> 8, c >> 8, d >> 8, fx, fy) << 8 |
            blend_pixels(a >> 16, b >> 16, c >> 16, d >> 16, fx, fy) << 16;
    }
}

static inline int near_index(int64_t i, int n, enum augment_fill fill)
{
    const int64_t far = 1 << 24;

    return warp_beyond((int)(i < -far ? -far : i > far ? far : i), n, fill);
}

/* The pixel at (x, y), either below 0: black. */
static inline uint32_t load_at(const struct augment_picture *p, int x, int y)
{
    const uint8_t *px = p->src + ((size_t)y * (size_t)p->w + (size_t)x) * 3;

    return x < 0 || y < 0
               ? 0
               : px[0] | (uint32_t)px[1] << 8 | (uint32_t)px[2] << 16;
}

/* Pixels of which some of the four are beyond the border. */
static void fetch_border(const struct augment_picture *p, int64_t x, int64_t y,
                         enum augment_fill fill, struct taps *t, int i)
{
    const int left = near_index(x, p->w, fill);
    const int right = near_index(x + 1, p->w, fill);
    const int top = near_index(y, p->h, fill);
    const int low = near_index(y + 1, p->h, fill);

    t->px[0][i] = load_at(p, left, top);
    t->px[1][i] = load_at(p, right, top);
    t->px[2][i] = load_at(p, left, low);
    t->px[3][i] = load_at(p, right, low);
}

static inline uint32_t load_pixel(const uint8_t *p)
{
    uint32_t x;

    memcpy(&x, p, sizeof(x));
    return x;
}

/* The pixel at (x, y) and its neighbours to the right and below; of the right
 * ones four bytes end, not begin, with them: nothing lies behind the last. */
static inline void fetch_taps(const struct augment_picture *p, int64_t x,
                              int64_t y, enum augment_fill fill, struct taps *t,
                              int i)
{
    const uint8_t *top, *low;

    if (x < 0 || y < 0 || x >= p->w - 1 || y >= p->h - 1) {
        fetch_border(p, x, y, fill, t, i);
        return;
    }
    top = p->src + (y * p->w + x) * 3;
    low = top + (ptrdiff_t)p->w * 3;
    t->px[0][i] = load_pixel(top);
    t->px[1][i] = load_pixel(top + 2) >> 8;
    t->px[2][i] = load_pixel(low);
    t->px[3][i] = load_pixel(low + 2) >> 8;
}

void warp_run(const struct augment_picture *p, const int64_t *u,
              const int64_t *v, int n, enum augment_fill fill, uint8_t *out)
{
    const int shift = POINT_BITS - WEIGHT_BITS;
    struct taps t;

    BUG_ON(n < 1 || n > WARP_RUN);
    for (int i = 0; i < n; i++) {
        const int64_t x = u[i] + POINT_HALF, y = v[i] + POINT_HALF;

        t.fx[i] = (int)(x >> shift) & (WEIGHT_ONE - 1);
        t.fy[i] = (int)(y >> shift) & (WEIGHT_ONE - 1);
        fetch_taps(p, x >> POINT_BITS, y >> POINT_BITS, fill, &t, i);
    }
    blend_all(&t, n);
    for (int i = 0; i < n; i++)
        memcpy(out + (ptrdiff_t)3 * i, &t.px[0][i], 3);
}

/* --- whole pictures ------------------------------------------------------- */

static void warp_affine(const struct augment_picture *p, const double m[9],
                        enum augment_fill fill)
{
    const int64_t ux = warp_point(m[0], MAX_STEP);
    const int64_t uy = warp_point(m[1], MAX_STEP);
    const int64_t vx = warp_point(m[3], MAX_STEP);
    const int64_t vy = warp_point(m[4], MAX_STEP);
    const int64_t u0 = warp_point(m[2], MAX_POSITION);
    const int64_t v0 = warp_point(m[5], MAX_POSITION);
    int64_t u[WARP_RUN], v[WARP_RUN];
    uint8_t *out = p->dst;

    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x += WARP_RUN) {
            const int n = p->w - x < WARP_RUN ? p->w - x : WARP_RUN;

            for (int i = 0; i < n; i++) {
                u[i] = u0 + y * uy + (x + i) * ux;
                v[i] = v0 + y * vy + (x + i) * vx;
            }
            warp_run(p, u, v, n, fill, out);
            out += (ptrdiff_t)3 * n;
        }
}

static void warp_projective(const struct augment_picture *p, const double m[9],
                            enum augment_fill fill)
{
    int64_t u[WARP_RUN], v[WARP_RUN];
    uint8_t *out = p->dst;

    for (int y = 0; y < p->h; y++)
        for (int x = 0; x < p->w; x += WARP_RUN) {
            const int n = p->w - x < WARP_RUN ? p->w - x : WARP_RUN;

            for (int i = 0; i < n; i++) {
                const double w = m[6] * (x + i) + m[7] * y + m[8];

                u[i] = warp_point((m[0] * (x + i) + m[1] * y + m[2]) / w,
                                  MAX_POSITION);
                v[i] = warp_point((m[3] * (x + i) + m[4] * y + m[5]) / w,
                                  MAX_POSITION);
            }
            warp_run(p, u, v, n, fill, out);
            out += (ptrdiff_t)3 * n;
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
