/*
 * bf16.h - float32 in 16 bits: sign, 8 bits of exponent, 7 of fraction
 */
#ifndef NN_BF16_H
#define NN_BF16_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Rounded to nearest, ties to even; NaN stays NaN. */
static inline uint16_t bf16_of(float x)
{
    uint32_t u;

    memcpy(&u, &x, sizeof(u));
    if ((u & 0x7fffffffu) > 0x7f800000u)
        return (uint16_t)(u >> 16 | 0x40u);
    return (uint16_t)((u + 0x7fffu + (u >> 16 & 1u)) >> 16);
}

/* Exact. */
static inline float bf16_to(uint16_t b)
{
    const uint32_t u = (uint32_t)b << 16;
    float x;

    memcpy(&x, &u, sizeof(x));
    return x;
}

/* to[i] = x[i]; to[2 i] = a[i] and to[2 i + 1] = b[i]. */
void bf16_round(size_t n, const float *x, uint16_t *to);
void bf16_interleave(size_t n, const float *a, const float *b, uint16_t *to);

#endif
