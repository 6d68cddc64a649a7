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

static void turn_plainly(const uint16_t *x, uint16_t *y, size_t step)
{
    for (size_t i = 0; i < BF16_SQUARE; i++)
        for (size_t j = 0; j < BF16_SQUARE; j++)
            y[i * step + j] = x[j * BF16_SQUARE + i];
}

#if defined(__x86_64__) && defined(__GNUC__)
#    define WIDE __attribute__((target("arch=x86-64-v4")))

typedef uint16_t row __attribute__((vector_size(2 * BF16_SQUARE)));

/* Rows i and i + 16 by turns, number by number: the bits of a row's and of a
 * number's place move on by one.  After as many as a place has the two have
 * changed places. */
WIDE static void deal_rows(const row *x, row *y)
{
    enum { HALF = BF16_SQUARE / 2 };

    for (size_t i = 0; i < HALF; i++) {
        const row a = x[i], b = x[i + HALF];

        y[2 * i] = __builtin_shuffle(
            a, b, (row){0,  32, 1,  33, 2,  34, 3,  35, 4,  36, 5,
                        37, 6,  38, 7,  39, 8,  40, 9,  41, 10, 42,
                        11, 43, 12, 44, 13, 45, 14, 46, 15, 47});
        y[2 * i + 1] = __builtin_shuffle(
            a, b, (row){16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21,
                        53, 22, 54, 23, 55, 24, 56, 25, 57, 26, 58,
                        27, 59, 28, 60, 29, 61, 30, 62, 31, 63});
    }
}

WIDE static void turn_wide(const uint16_t *x, uint16_t *y, size_t step)
{
    row a[BF16_SQUARE], b[BF16_SQUARE];

    memcpy(a, x, sizeof(a));
    deal_rows(a, b);
    deal_rows(b, a);
    deal_rows(a, b);
    deal_rows(b, a);
    deal_rows(a, b);
    for (size_t i = 0; i < BF16_SQUARE; i++)
        memcpy(y + i * step, &b[i], sizeof(b[i]));
}
#endif

void bf16_turn(const uint16_t *x, uint16_t *y, size_t step)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("x86-64-v4")) {
        turn_wide(x, y, step);
        return;
    }
#endif
    turn_plainly(x, y, step);
}

HOT void bf16_interleave(size_t n, const float *a, const float *b,
                         uint16_t *restrict to)
{
    for (size_t j = 0; j < n; j++) {
        to[2 * j] = bf16_of(a[j]);
        to[2 * j + 1] = bf16_of(b[j]);
    }
}
