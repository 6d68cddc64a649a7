/* bf16.c - many numbers at once */
#include "nn/bf16.h"

#include "nn/simd.h"

HOT void bf16_round(size_t n, const float *x, uint16_t *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = bf16_of(x[i]);
}

HOT void bf16_interleave(size_t n, const float *a, const float *b,
                         uint16_t *restrict to)
{
    for (size_t j = 0; j < n; j++) {
        to[2 * j] = bf16_of(a[j]);
        to[2 * j + 1] = bf16_of(b[j]);
    }
}
