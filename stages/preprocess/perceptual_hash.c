#include "stages/preprocess/perceptual_hash.h"

#include "base/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FREQUENCIES = 8, COEFFICIENTS = FREQUENCIES * FREQUENCIES };

/* Mean grey of the pixels that fall to place (x, y) of side x side. */
static float mean_at(const struct image *im, int side, int x, int y)
{
    const int x0 = x * im->w / side, y0 = y * im->h / side;
    const int x1 = (x + 1) * im->w / side, y1 = (y + 1) * im->h / side;
    const int xe = x1 > x0 ? x1 : x0 + 1, ye = y1 > y0 ? y1 : y0 + 1;
    uint64_t sum = 0;

    for (int i = y0; i < ye; i++)
        for (int j = x0; j < xe; j++) {
            const uint8_t *p =
                im->px + 3 * ((size_t)i * (size_t)im->w + (size_t)j);

            sum += 299u * p[0] + 587u * p[1] + 114u * p[2];
        }
    return (float)((double)sum / 1000 / ((double)(ye - y0) * (xe - x0)));
}

/* The lowest coefficients of DCT-II, rows first. */
static void lowest_cosines(const float *grey, double out[COEFFICIENTS])
{
    double base[FREQUENCIES][PERCEPTUAL_HASH_GREY],
        row[PERCEPTUAL_HASH_GREY][FREQUENCIES];

    for (int u = 0; u < FREQUENCIES; u++)
        for (int x = 0; x < PERCEPTUAL_HASH_GREY; x++)
            base[u][x] =
                cos(acos(-1.0) * u * (2 * x + 1) / (2 * PERCEPTUAL_HASH_GREY));
    for (int y = 0; y < PERCEPTUAL_HASH_GREY; y++)
        for (int u = 0; u < FREQUENCIES; u++) {
            row[y][u] = 0;
            for (int x = 0; x < PERCEPTUAL_HASH_GREY; x++)
                row[y][u] +=
                    (double)grey[y * PERCEPTUAL_HASH_GREY + x] * base[u][x];
        }
    for (int v = 0; v < FREQUENCIES; v++)
        for (int u = 0; u < FREQUENCIES; u++) {
            double sum = 0;

            for (int y = 0; y < PERCEPTUAL_HASH_GREY; y++)
                sum += row[y][u] * base[v][y];
            out[v * FREQUENCIES + u] = sum;
        }
}

uint64_t perceptual_hash_bits(
    const float grey[PERCEPTUAL_HASH_GREY * PERCEPTUAL_HASH_GREY])
{
    double c[COEFFICIENTS], sorted[COEFFICIENTS], median;
    uint64_t hash = 0;

    lowest_cosines(grey, c);
    memcpy(sorted, c, sizeof(c));
    sort_numbers(sorted, COEFFICIENTS);
    median = (sorted[COEFFICIENTS / 2 - 1] + sorted[COEFFICIENTS / 2]) / 2;
    for (int i = 0; i < COEFFICIENTS; i++)
        hash = hash << 1 | (c[i] > median);
    return hash;
}

/* Standard deviation of the thumb. */
static double thumb_deviation(const struct perceptual_hash *p)
{
    const int n = PERCEPTUAL_HASH_THUMB * PERCEPTUAL_HASH_THUMB;
    double sum = 0, squares = 0;

    for (int i = 0; i < n; i++) {
        sum += p->thumb[i];
        squares += (double)p->thumb[i] * p->thumb[i];
    }
    return sqrt(fmax(squares / n - sum / n * (sum / n), 0));
}

bool perceptual_hash_of(const struct image *im, struct perceptual_hash *p)
{
    float grey[PERCEPTUAL_HASH_GREY * PERCEPTUAL_HASH_GREY];

    for (int y = 0; y < PERCEPTUAL_HASH_GREY; y++)
        for (int x = 0; x < PERCEPTUAL_HASH_GREY; x++)
            grey[y * PERCEPTUAL_HASH_GREY + x] =
                mean_at(im, PERCEPTUAL_HASH_GREY, x, y);
    p->hash = perceptual_hash_bits(grey);
    for (int y = 0; y < PERCEPTUAL_HASH_THUMB; y++)
        for (int x = 0; x < PERCEPTUAL_HASH_THUMB; x++) {
            const float *g = grey + 2 * y * PERCEPTUAL_HASH_GREY + 2 * x;

            p->thumb[y * PERCEPTUAL_HASH_THUMB + x] =
                (uint8_t)((g[0] + g[1] + g[PERCEPTUAL_HASH_GREY] +
                           g[PERCEPTUAL_HASH_GREY + 1]) /
                              4.0f +
                          0.5f);
        }
    return thumb_deviation(p) >= PERCEPTUAL_HASH_LEVELS;
}

/* --- comparing ------------------------------------------------------------ */

static bool same_thumbs(const struct perceptual_hash *a,
                        const struct perceptual_hash *b)
{
    enum { N = PERCEPTUAL_HASH_THUMB * PERCEPTUAL_HASH_THUMB };
    int shift = 0, sum = 0;

    for (int i = 0; i < N; i++)
        shift += a->thumb[i] - b->thumb[i];
    for (int i = 0; i < N; i++)
        sum += abs(N * (a->thumb[i] - b->thumb[i]) - shift);
    return sum <= PERCEPTUAL_HASH_LEVELS * N * N;
}

bool perceptual_hash_alike(const struct perceptual_hash *a,
                           const struct perceptual_hash *b)
{
    return __builtin_popcountll(a->hash ^ b->hash) <= PERCEPTUAL_HASH_BITS &&
           same_thumbs(a, b);
}
