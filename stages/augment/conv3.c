/* conv3.c - in integers, a row of bytes at a time */
#include "conv3.h"

#include "base/hot.h"
#include "warp.h"

enum { BITS = 16 };

static inline uint8_t to_byte(int sum)
{
    const int v = (sum + (1 << (BITS - 1))) >> BITS;

    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* The value at 'i', whose neighbours are 'left' and 'right' bytes away. */
static uint8_t border_value(const uint8_t *const row[3], ptrdiff_t i,
                            ptrdiff_t left, ptrdiff_t right, const int k[9])
{
    int sum = 0;

    for (int j = 0; j < 3; j++)
        sum += k[3 * j] * row[j][i + left] + k[3 * j + 1] * row[j][i] +
               k[3 * j + 2] * row[j][i + right];
    return to_byte(sum);
}

HOT static void inner_pixels(const uint8_t *restrict a,
                             const uint8_t *restrict b,
                             const uint8_t *restrict c, uint8_t *restrict out,
                             const int k[9], size_t n)
{
    const int k0 = k[0], k1 = k[1], k2 = k[2], k3 = k[3], k4 = k[4];
    const int k5 = k[5], k6 = k[6], k7 = k[7], k8 = k[8];

    for (size_t i = 0; i < n; i++)
        out[i] = to_byte(k0 * a[i] + k1 * a[i + 3] + k2 * a[i + 6] + k3 * b[i] +
                         k4 * b[i + 3] + k5 * b[i + 6] + k6 * c[i] +
                         k7 * c[i + 3] + k8 * c[i + 6]);
}

static void convolve_row(const uint8_t *const row[3], uint8_t *out, int w,
                         const int k[9])
{
    const ptrdiff_t last = 3 * (ptrdiff_t)(w - 1), one = w > 1 ? 3 : 0;

    for (ptrdiff_t i = 0; i < 3; i++)
        out[i] = border_value(row, i, one, one, k);
    if (w > 2)
        inner_pixels(row[0], row[1], row[2], out + 3, k, (size_t)last - 3);
    for (ptrdiff_t i = last; i < last + 3; i++)
        out[i] = border_value(row, i, -one, -one, k);
}

void conv3(const struct augment_picture *p, const double k[9])
{
    const size_t stride = (size_t)p->w * 3;
    double size = 0;
    int fixed[9];

    for (int i = 0; i < 9; i++) {
        size += fabs(k[i]);
        fixed[i] = (int)floor(k[i] * (1 << BITS) + 0.5);
    }
    BUG_ON(!(size < 64));
    for (int y = 0; y < p->h; y++) {
        const uint8_t *row[3];

        for (int j = 0; j < 3; j++)
            row[j] = p->src + stride * (size_t)warp_beyond(y + j - 1, p->h,
                                                           FILL_REFLECT);
        convolve_row(row, p->dst + stride * (size_t)y, p->w, fixed);
    }
}

void conv3_mix(double k[9], double alpha)
{
    for (int i = 0; i < 9; i++)
        k[i] *= alpha;
    k[4] += 1 - alpha;
}
