/* blend.c - in integers */
#include "blend.h"

#include "base/hot.h"

enum { BITS = 15, ONE = 1 << BITS };

HOT static void mix_bytes(const uint8_t *restrict a, uint8_t *restrict b,
                          size_t n, int alpha)
{
    for (size_t i = 0; i < n; i++)
        b[i] =
            (uint8_t)((a[i] * (ONE - alpha) + b[i] * alpha + ONE / 2) >> BITS);
}

void blend(const struct augment_picture *p, float alpha)
{
    BUG_ON(!(alpha >= 0.0f && alpha <= 1.0f));
    mix_bytes(p->src, p->dst, augment_bytes(p), (int)(alpha * ONE + 0.5f));
}
