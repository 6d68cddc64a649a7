#include "img/optical_density.h"

#include "img/image.h"

#include <math.h>
#include <string.h>

static double density_of(double value)
{
    return floor(-log2((value + 1) / 256) * (1 << OPTICAL_DENSITY_BITS) + 0.5);
}

void optical_density_init(struct optical_density *t)
{
    size_t at = 0;

    for (int v = 255; v >= 0; v--) {
        const size_t end =
            v > 0 ? (size_t)density_of(v - 0.5) + 1 : OPTICAL_DENSITY_LEVELS;

        t->level[v] = (float)density_of(v);
        memset(t->byte + at, v, end - at);
        at = end;
    }
}

void optical_density_measure(const struct image *im,
                             float number[OPTICAL_DENSITY_NUMBERS])
{
    const size_t n = (size_t)im->w * (size_t)im->h;
    const double one = 1 << OPTICAL_DENSITY_BITS;
    uint64_t sum[3] = {0}, squares[3] = {0}, level[256];

    for (int v = 0; v < 256; v++)
        level[v] = (uint64_t)density_of(v);
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 3; c++) {
            const uint64_t d = level[im->px[3 * i + c]];

            sum[c] += d;
            squares[c] += d * d;
        }
    for (size_t c = 0; c < 3; c++) {
        const double mean = (double)sum[c] / (double)n;
        const double var = (double)squares[c] / (double)n - mean * mean;

        number[c] = (float)(mean / one);
        number[3 + c] = (float)(sqrt(fmax(var, 0.0)) / one);
    }
}
