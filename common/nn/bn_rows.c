#include "nn/bn_rows.h"

#include <string.h>

#include "nn/simd.h"

/* dy where y = x scale + shift is not clipped, else 0. */
static inline float unclipped(float x, float dy, float scale, float shift,
                              const float clip[2])
{
    const float v = x * scale + shift;

    return v > clip[0] && v < clip[1] ? dy : 0.0f;
}

HOT void bn_rows_make(const struct bn_rows *b, size_t from, size_t rows,
                      float *y)
{
    const size_t c = b->c, pitch = b->pitch;
    const float *x = b->x + from * pitch;
    const float *scale = b->scale, *shift = b->shift;
    const float lo = b->lo, hi = b->hi;

    for (size_t i = 0; i < rows; i++) {
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            float v = x[i * pitch + j] * scale[j] + shift[j];

            v = lo > v ? lo : v;
            y[i * c + j] = hi < v ? hi : v;
        }
    }
}

HOT void bn_rows_sum(const struct bn_rows *b, size_t from, size_t rows,
                     const float *dy, float *restrict part)
{
    const size_t c = b->c, pitch = b->pitch;
    const float *x = b->x + from * pitch, *mean = b->mean;
    const float *scale = b->scale, *shift = b->shift;
    const float lim[2] = {b->lo, b->hi};
    float *restrict s1 = part, *restrict s2 = part + c;
    size_t i = 0;

    for (; i + 4 <= rows; i += 4) {
        const float *r = x + i * pitch, *d = dy + i * c;

        for (size_t j = 0; j < c; j++) {
            const float a = scale[j], h = shift[j], m = mean[j];
            const float x0 = r[j], x1 = r[j + pitch];
            const float x2 = r[j + 2 * pitch], x3 = r[j + 3 * pitch];
            const float g0 = unclipped(x0, d[j], a, h, lim);
            const float g1 = unclipped(x1, d[j + c], a, h, lim);
            const float g2 = unclipped(x2, d[j + 2 * c], a, h, lim);
            const float g3 = unclipped(x3, d[j + 3 * c], a, h, lim);

            s1[j] += (g0 + g1) + (g2 + g3);
            s2[j] += (g0 * (x0 - m) + g1 * (x1 - m)) +
                     (g2 * (x2 - m) + g3 * (x3 - m));
        }
    }
    for (; i < rows; i++)
        for (size_t j = 0; j < c; j++) {
            const float v = x[i * pitch + j];
            const float g =
                unclipped(v, dy[i * c + j], scale[j], shift[j], lim);

            s1[j] += g;
            s2[j] += g * (v - mean[j]);
        }
}

void bn_rows_add(int pieces, size_t c, const float *part, double *sum)
{
    memset(sum, 0, 2 * c * sizeof(*sum));
    for (int i = 0; i < pieces; i++)
        for (size_t j = 0; j < 2 * c; j++)
            sum[j] += (double)part[(size_t)i * 2 * c + j];
}
