/* bf16.c - many numbers at once */
#include "nn/bf16.h"

#include "nn/simd.h"

HOT void bf16_round(size_t n, const float *x, uint16_t *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = bf16_of(x[i]);
}

HOT static void widen(size_t n, const uint16_t *x, float *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = bf16_to(x[i]);
}

const float *bf16_floats(const void *x, bool bf16, size_t n, float *room)
{
    if (!bf16)
        return x;
    widen(n, x, room);
    return room;
}

HOT void bf16_interleave(size_t n, const float *a, const float *b,
                         uint16_t *restrict to)
{
    for (size_t j = 0; j < n; j++) {
        to[2 * j] = bf16_of(a[j]);
        to[2 * j + 1] = bf16_of(b[j]);
    }
}
