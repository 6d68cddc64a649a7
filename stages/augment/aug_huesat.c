/*
 * aug_huesat.c - multiply and shift hue and saturation
 *
 * In OpenCV's 8-bit HSV, as imgaug does it: H counts two degrees from red, S
 * and V 255ths, all rounded;
 *     H' = hue H + shift / 2 degrees, around the circle,
 *     S' = sat S + sat_add, cut to 0 .. 255.
 */
#include "augment.h"
#include "base/hot.h"

#include <stdbool.h>
#include <string.h>

enum { HUE, HUE_ADD, SAT, SAT_ADD, ORDER };
enum { BITS = 12, HALF = 1 << (BITS - 1), CIRCLE = 180, BLOCK = 64 };

/* Quotients in 2^-12, and what becomes of each H and S. */
struct huesat_tables {
    int by_value[256]; /* 255 / v */
    int by_range[256]; /* 180 / (6 range) */
    uint8_t hue[CIRCLE], sat[256];
};

static void fill_tables(const float *param, struct huesat_tables *t)
{
    t->by_value[0] = t->by_range[0] = 0;
    for (int v = 1; v < 256; v++) {
        t->by_value[v] = (int)((255 << BITS) / (double)v + 0.5);
        t->by_range[v] = (int)((CIRCLE << BITS) / (6.0 * v) + 0.5);
    }
    for (int h = 0; h < CIRCLE; h++) {
        const float x = (float)h * param[HUE] + param[HUE_ADD] * 0.5f;
        const int turned = (int)floorf(x + 0.5f) % CIRCLE;

        t->hue[h] = (uint8_t)(turned < 0 ? turned + CIRCLE : turned);
    }
    for (int s = 0; s < 256; s++)
        t->sat[s] = augment_byte((float)s * param[SAT] + param[SAT_ADD]);
}

/* H, S and V of a pixel. */
static inline void to_hsv(const struct huesat_tables *t, int r, int g, int b,
                          int hsv[3])
{
    const int most = r > g ? (r > b ? r : b) : (g > b ? g : b);
    const int least = r < g ? (r < b ? r : b) : (g < b ? g : b);
    const int range = most - least;
    const int sector = most == r   ? g - b
                       : most == g ? b - r + 2 * range
                                   : r - g + 4 * range;
    const int h = (sector * t->by_range[range] + HALF) >> BITS;

    hsv[0] = h < 0 ? h + CIRCLE : h;
    hsv[1] = (range * t->by_value[most] + HALF) >> BITS;
    hsv[2] = most;
}

/*
 * One channel: v less s v times how far the hue is from where the channel is
 * full; that is 'shift' sixths (5 red, 3 green, 1 blue) ahead of it.
 */
static inline uint8_t channel_value(float h, float sv, float v, float shift)
{
    const float a = h + shift, k = a >= 6.0f ? a - 6.0f : a;
    const float up = k < 4.0f - k ? k : 4.0f - k;
    const float part = up < 0.0f ? 0.0f : up > 1.0f ? 1.0f : up;

    return (uint8_t)(int)(v - sv * part + 0.5f);
}

static void change_block(const struct huesat_tables *t, const uint8_t *px,
                         float h[BLOCK], float sv[BLOCK], float v[BLOCK],
                         size_t n, size_t red)
{
    for (size_t i = 0; i < n; i++) {
        int hsv[3];

        to_hsv(t, px[3 * i + red], px[3 * i + 1], px[3 * i + 2 - red], hsv);
        h[i] = (float)t->hue[hsv[0]] * (1.0f / 30.0f);
        v[i] = (float)hsv[2];
        sv[i] = (float)t->sat[hsv[1]] * (1.0f / 255.0f) * v[i];
    }
}

HOT static void to_rgb(const float h[BLOCK], const float sv[BLOCK],
                       const float v[BLOCK], uint8_t *px, size_t n, size_t red)
{
    for (size_t i = 0; i < n; i++) {
        px[3 * i + red] = channel_value(h[i], sv[i], v[i], 5.0f);
        px[3 * i + 1] = channel_value(h[i], sv[i], v[i], 3.0f);
        px[3 * i + 2 - red] = channel_value(h[i], sv[i], v[i], 1.0f);
    }
}

static bool is_neutral(const float *param)
{
    for (int i = 0; i < ORDER; i++)
        if (param[i] < augment_huesat.param[i].neutral ||
            param[i] > augment_huesat.param[i].neutral)
            return false;
    return true;
}

static void filter(const float *param, const struct augment_picture *p)
{
    const size_t n = augment_bytes(p) / 3, red = param[ORDER] > 0.0f ? 2 : 0;
    float h[BLOCK], sv[BLOCK], v[BLOCK];
    struct huesat_tables t;

    if (is_neutral(param)) { /* else rounded H and S would show */
        memcpy(p->dst, p->src, 3 * n);
        return;
    }
    fill_tables(param, &t);
    for (size_t at = 0; at < n; at += BLOCK) {
        const size_t m = n - at < BLOCK ? n - at : BLOCK;

        change_block(&t, p->src + 3 * at, h, sv, v, m, red);
        to_rgb(h, sv, v, p->dst + 3 * at, m, red);
    }
}

const struct augment augment_huesat = {
    .name = "huesat",
    .param = {{"hue", 1, NULL, 0, 10},
              {"hue_add", 0, NULL, -360, 360}, /* degrees */
              {"sat", 1, NULL, 0, 10},
              {"sat_add", 0, NULL, -255, 255}, /* 0 .. 255 */
              {"order", 0, augment_order_word, 0, 0}},
    .weak = {1, -30, 0.5f, 0},
    .strong = {1, 60, 1.5f, 0},
    .filter = filter,
};
