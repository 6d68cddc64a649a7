/*
 * aug_blur.c - Gaussian blur, reflected at the border
 *
 * Along the rows, then along the columns, out to four times sigma (pixels);
 * weights in 2^-15, eight bits of fraction between the two.
 */
#include "base/hot.h"
#include "warp.h"

#include <string.h>

enum {
    MAX_RADIUS = 64, /* pixels: sigma to 16 */
    WEIGHT_BITS = 15,
    BETWEEN_BITS = 8,
};

/* Weights of distance 0 .. radius: w[0] + 2 (w[1] + ...) is one. */
static int kernel_weights(double sigma, uint32_t w[MAX_RADIUS + 1])
{
    const int radius = (int)(4 * sigma + 0.5);
    double sum = 1;
    uint32_t rest = 1 << WEIGHT_BITS;

    BUG_ON(!(sigma >= 0) || radius > MAX_RADIUS);
    for (int i = 1; i <= radius; i++)
        sum += 2 * exp(-0.5 * i * i / (sigma * sigma));
    for (int i = 1; i <= radius; i++) {
        const double g = exp(-0.5 * i * i / (sigma * sigma)) / sum;

        w[i] = (uint32_t)(g * (1 << WEIGHT_BITS) + 0.5);
        rest -= 2 * w[i];
    }
    w[0] = rest;
    return radius;
}

/* sum = w a; sum += w (a + b); out = sum / 2^shift, rounded: of n bytes or of
 * n words. */
HOT static void first_bytes(const uint8_t *restrict a, uint32_t w,
                            uint32_t *restrict sum, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] = w * a[i];
}

HOT static void add_bytes(const uint8_t *restrict a, const uint8_t *restrict b,
                          uint32_t w, uint32_t *restrict sum, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += w * (uint32_t)(a[i] + b[i]);
}

HOT static void to_words(const uint32_t *restrict sum, uint16_t *restrict out,
                         size_t n)
{
    const int shift = WEIGHT_BITS - BETWEEN_BITS;

    for (size_t i = 0; i < n; i++)
        out[i] = (uint16_t)((sum[i] + (1u << (shift - 1))) >> shift);
}

HOT static void first_words(const uint16_t *restrict a, uint32_t w,
                            uint32_t *restrict sum, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] = w * a[i];
}

HOT static void add_words(const uint16_t *restrict a,
                          const uint16_t *restrict b, uint32_t w,
                          uint32_t *restrict sum, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += w * ((uint32_t)a[i] + b[i]);
}

HOT static void to_bytes(const uint32_t *restrict sum, uint8_t *restrict out,
                         size_t n)
{
    const int shift = WEIGHT_BITS + BETWEEN_BITS;

    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)((sum[i] + (1u << (shift - 1))) >> shift);
}

/* --- the two passes ------------------------------------------------------- */

/* Of the scratch, in this order. */
struct blur_scratch {
    uint32_t *sum;   /* (w, 3) */
    uint16_t *plane; /* (h, w, 3) blurred along the rows */
    uint8_t *row;    /* (radius + w + radius, 3) */
};

static struct blur_scratch split_scratch(const struct augment_picture *p)
{
    const size_t row = (size_t)p->w * 3;
    struct blur_scratch s = {.sum = (uint32_t *)(void *)p->scratch};

    s.plane = (uint16_t *)(void *)(s.sum + row);
    s.row = (uint8_t *)(s.plane + row * (size_t)p->h);
    return s;
}

static void along_rows(const struct augment_picture *p,
                       const struct blur_scratch *s, const uint32_t *w,
                       int radius)
{
    const size_t n = (size_t)p->w * 3;

    for (int y = 0; y < p->h; y++) {
        const uint8_t *src = p->src + n * (size_t)y, *mid = s->row + 3 * radius;

        for (int x = -radius; x < p->w + radius; x++)
            memcpy(s->row + 3 * (x + radius),
                   src + 3 * warp_beyond(x, p->w, FILL_REFLECT), 3);
        first_bytes(mid, w[0], s->sum, n);
        for (int i = 1; i <= radius; i++)
            add_bytes(mid - 3 * i, mid + 3 * i, w[i], s->sum, n);
        to_words(s->sum, s->plane + n * (size_t)y, n);
    }
}

static const uint16_t *row_at(const struct augment_picture *p,
                              const struct blur_scratch *s, int y)
{
    return s->plane +
           (size_t)p->w * 3 * (size_t)warp_beyond(y, p->h, FILL_REFLECT);
}

static void along_columns(const struct augment_picture *p,
                          const struct blur_scratch *s, const uint32_t *w,
                          int radius)
{
    const size_t n = (size_t)p->w * 3;

    for (int y = 0; y < p->h; y++) {
        first_words(row_at(p, s, y), w[0], s->sum, n);
        for (int i = 1; i <= radius; i++)
            add_words(row_at(p, s, y - i), row_at(p, s, y + i), w[i], s->sum,
                      n);
        to_bytes(s->sum, p->dst + n * (size_t)y, n);
    }
}

static void filter(const float *param, const struct augment_picture *p)
{
    const struct blur_scratch s = split_scratch(p);
    uint32_t w[MAX_RADIUS + 1];
    const int radius = kernel_weights((double)param[0], w);

    along_rows(p, &s, w, radius);
    along_columns(p, &s, w, radius);
}

const struct augment augment_blur = {
    .name = "blur",
    .param = {{"sigma", 0, NULL, 0, 16}},
    .weak = {0.5f},
    .strong = {4},
    .filter = filter,
    .work = {.fixed = MAX_RADIUS * 6,
             .column = 3 * (sizeof(uint32_t) + 1),
             .pixel = 3 * sizeof(uint16_t)},
};
