#include "nn/bn_rows.h"

#include "nn/bf16.h"

#include <string.h>

#include "nn/simd.h"

/* dy where y = x scale + shift is not clipped, else 0. */
static inline float unclipped(float x, float dy, float scale, float shift,
                              const float clip[2])
{
    const float v = x * scale + shift;

    return v > clip[0] && v < clip[1] ? dy : 0.0f;
}

INLINE void make_rows(const struct bn_rows *b, const void *x, bool x_bf16,
                      size_t rows, void *y, bool y_bf16)
{
    const size_t c = b->c, pitch = b->pitch;
    const float *scale = b->scale, *shift = b->shift;
    const float lo = b->lo, hi = b->hi;

    for (size_t i = 0; i < rows; i++) {
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            float v =
                bf16_or_float(x, x_bf16, i * pitch + j) * scale[j] + shift[j];

            v = lo > v ? lo : v;
            v = hi < v ? hi : v;
            bf16_or_float_set(y, y_bf16, i * c + j, v);
        }
    }
}

static const void *row_of(const struct bn_rows *b, size_t row)
{
    return (const char *)b->x + row * b->pitch * bf16_or_float_bytes(b->bf16);
}

HOT void bn_rows_make(const struct bn_rows *b, size_t from, size_t rows,
                      float *y)
{
    if (b->bf16)
        make_rows(b, row_of(b, from), true, rows, y, false);
    else
        make_rows(b, row_of(b, from), false, rows, y, false);
}

HOT void bn_rows_make_bf16(const struct bn_rows *b, size_t from, size_t rows,
                           uint16_t *y)
{
    if (b->bf16)
        make_rows(b, row_of(b, from), true, rows, y, true);
    else
        make_rows(b, row_of(b, from), false, rows, y, true);
}

INLINE void sum_rows(const struct bn_rows *b, const void *x, bool x_bf16,
                     size_t rows, const void *dy, bool dy_bf16,
                     float *restrict part)
{
    const size_t c = b->c, pitch = b->pitch;
    const float *mean = b->mean, *scale = b->scale, *shift = b->shift;
    const float lim[2] = {b->lo, b->hi};
    float *restrict s1 = part, *restrict s2 = part + c;
    size_t i = 0;

    for (; i + 4 <= rows; i += 4)
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            const size_t r = i * pitch + j, d = i * c + j;
            const float a = scale[j], h = shift[j], m = mean[j];
            const float x0 = bf16_or_float(x, x_bf16, r);
            const float x1 = bf16_or_float(x, x_bf16, r + pitch);
            const float x2 = bf16_or_float(x, x_bf16, r + 2 * pitch);
            const float x3 = bf16_or_float(x, x_bf16, r + 3 * pitch);
            const float d0 = bf16_or_float(dy, dy_bf16, d);
            const float d1 = bf16_or_float(dy, dy_bf16, d + c);
            const float d2 = bf16_or_float(dy, dy_bf16, d + 2 * c);
            const float d3 = bf16_or_float(dy, dy_bf16, d + 3 * c);
            const float g0 = unclipped(x0, d0, a, h, lim);
            const float g1 = unclipped(x1, d1, a, h, lim);
            const float g2 = unclipped(x2, d2, a, h, lim);
            const float g3 = unclipped(x3, d3, a, h, lim);

            s1[j] += (g0 + g1) + (g2 + g3);
            s2[j] += (g0 * (x0 - m) + g1 * (x1 - m)) +
                     (g2 * (x2 - m) + g3 * (x3 - m));
        }
    for (; i < rows; i++)
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            const float v = bf16_or_float(x, x_bf16, i * pitch + j);
            const float d = bf16_or_float(dy, dy_bf16, i * c + j);
            const float g = unclipped(v, d, scale[j], shift[j], lim);

            s1[j] += g;
            s2[j] += g * (v - mean[j]);
        }
}

HOT void bn_rows_sum(const struct bn_rows *b, size_t from, size_t rows,
                     const void *dy, bool bf16, float *restrict part)
{
    const void *x = row_of(b, from);

    if (b->bf16 && bf16)
        sum_rows(b, x, true, rows, dy, true, part);
    else if (b->bf16)
        sum_rows(b, x, true, rows, dy, false, part);
    else if (bf16)
        sum_rows(b, x, false, rows, dy, true, part);
    else
        sum_rows(b, x, false, rows, dy, false, part);
}

void bn_rows_add(int pieces, size_t c, const float *part, double *sum)
{
    memset(sum, 0, 2 * c * sizeof(*sum));
    for (int i = 0; i < pieces; i++)
        for (size_t j = 0; j < 2 * c; j++)
            sum[j] += (double)part[(size_t)i * 2 * c + j];
}
