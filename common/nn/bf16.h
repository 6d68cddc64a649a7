/*
 * bf16.h - float32 in 16 bits: sign, 8 bits of exponent, 7 of fraction
 */
#ifndef NN_BF16_H
#define NN_BF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Rounded to nearest, ties to even; NaN stays NaN. */
static inline uint16_t bf16_of(float x)
{
    uint32_t u, rounded;

    memcpy(&u, &x, sizeof(u));
    rounded = u + 0x7fffu + (u >> 16 & 1u);
    rounded = (u & 0x7fffffffu) > 0x7f800000u ? u | 0x400000u : rounded;
    return (uint16_t)(rounded >> 16);
}

/* Of a number that bf16 has. */
static inline uint16_t bf16_cut(float x)
{
    uint32_t u;

    memcpy(&u, &x, sizeof(u));
    return (uint16_t)(u >> 16);
}

/* Exact. */
static inline float bf16_to(uint16_t b)
{
    const uint32_t u = (uint32_t)b << 16;
    float x;

    memcpy(&x, &u, sizeof(x));
    return x;
}

/* Bytes of a number that is bf16 or a float. */
static inline size_t bf16_or_float_bytes(bool bf16)
{
    return bf16 ? sizeof(uint16_t) : sizeof(float);
}

/* Number 'i' of x, which are bf16 or floats; with a constant 'bf16' of a loop
 * that is made of vectors. */
static inline float bf16_or_float(const void *x, bool bf16, size_t i)
{
    return bf16 ? bf16_to(((const uint16_t *)x)[i]) : ((const float *)x)[i];
}

static inline void bf16_or_float_set(void *x, bool bf16, size_t i, float v)
{
    if (bf16)
        ((uint16_t *)x)[i] = bf16_of(v);
    else
        ((float *)x)[i] = v;
}

/* The same, rounded to bf16. */
static inline uint16_t bf16_rounded(const void *x, bool bf16, size_t i)
{
    return bf16 ? ((const uint16_t *)x)[i] : bf16_of(((const float *)x)[i]);
}

/* n floats of x, which are bf16 or floats: where they lie, or in 'room' (n). */
const float *bf16_floats(const void *x, bool bf16, size_t n, float *room);

/*
 * A square of 32 x 32 turned: number i of row j becomes number j of row i.
 *   x [in] (32, 32)
 *   y [out] 32 rows, 'step' numbers from one to the next
 */
enum { BF16_SQUARE = 32 };
void bf16_turn(const uint16_t *x, uint16_t *y, size_t step);

/* to[i] = x[i]; to[2 i] = a[i] and to[2 i + 1] = b[i]. */
void bf16_round(size_t n, const float *x, uint16_t *to);
void bf16_interleave(size_t n, const float *a, const float *b, uint16_t *to);

#endif
