/*
 * aug_grey.c - .299 R + .587 G + .114 B, mixed with the colours
 *
 * Weights in 2^-15, as OpenCV's.
 */
#include "base/hot.h"
#include "blend.h"

enum { ALPHA, ORDER };

HOT static void to_grey(const uint8_t *restrict src, uint8_t *restrict dst,
                        size_t n, size_t red)
{
    for (size_t i = 0; i < n; i += 3) {
        const int v = (src[i + red] * 9798 + src[i + 1] * 19235 +
                       src[i + 2 - red] * 3735 + (1 << 14)) >>
                      15;

        dst[i] = dst[i + 1] = dst[i + 2] = (uint8_t)v;
    }
}

static void filter(const float *param, const struct augment_picture *p)
{
    to_grey(p->src, p->dst, augment_bytes(p), param[ORDER] > 0.0f ? 2 : 0);
    blend(p, param[ALPHA]);
}

const struct augment augment_grey = {
    .name = "grey",
    .param = {{"alpha", 0, NULL, 0, 1}, {"order", 0, augment_order_word, 0, 0}},
    .weak = {0.25f},
    .strong = {1},
    .filter = filter,
};
