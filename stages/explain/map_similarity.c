#include "stages/explain/map_similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct ranked_value {
    float value;
    size_t at;
};

static int by_value(const void *a, const void *b)
{
    const struct ranked_value *p = a, *q = b;

    return (p->value > q->value) - (p->value < q->value);
}

/* Ranks, less their mean; of equals the mean rank. */
static void rank_values(const float *x, size_t n, struct ranked_value *r,
                        double *out)
{
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked_value){x[i], i};
    qsort(r, n, sizeof(*r), by_value);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && !(r[end].value > r[i].value); end++)
            ;
        for (size_t k = i; k < end; k++)
            out[r[k].at] = (double)(i + end - 1) / 2.0 - (double)(n - 1) / 2.0;
    }
}

static double rank_correlation(const double *p, const double *q, size_t n)
{
    double pq = 0.0, pp = 0.0, qq = 0.0;

    for (size_t i = 0; i < n; i++) {
        pq += p[i] * q[i];
        pp += p[i] * p[i];
        qq += q[i] * q[i];
    }
    return pp > 0.0 && qq > 0.0 ? pq / sqrt(pp * qq) : 0.0;
}

/* Of one window, whose first pixel a and b point to. */
static double window_ssim(const float *a, const float *b, size_t stride)
{
    const double n = MAP_SIMILARITY_WINDOW * MAP_SIMILARITY_WINDOW;
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    double sa = 0.0, sb = 0.0, aa = 0.0, bb = 0.0, ab = 0.0;

    for (size_t y = 0; y < MAP_SIMILARITY_WINDOW; y++)
        for (size_t x = 0; x < MAP_SIMILARITY_WINDOW; x++) {
            const double p = (double)a[y * stride + x];
            const double q = (double)b[y * stride + x];

            sa += p;
            sb += q;
            aa += p * p;
            bb += q * q;
            ab += p * q;
        }
    sa /= n;
    sb /= n;
    aa = (aa / n - sa * sa) * n / (n - 1.0);
    bb = (bb / n - sb * sb) * n / (n - 1.0);
    ab = (ab / n - sa * sb) * n / (n - 1.0);
    return (2.0 * sa * sb + c1) * (2.0 * ab + c2) /
           ((sa * sa + sb * sb + c1) * (aa + bb + c2));
}

static double mean_ssim(const float *a, const float *b, size_t h, size_t w)
{
    double sum = 0.0;
    size_t n = 0;

    if (h < MAP_SIMILARITY_WINDOW || w < MAP_SIMILARITY_WINDOW)
        return memcmp(a, b, h * w * sizeof(*a)) == 0;
    for (size_t y = 0; y + MAP_SIMILARITY_WINDOW <= h; y++)
        for (size_t x = 0; x + MAP_SIMILARITY_WINDOW <= w; x++, n++)
            sum += window_ssim(a + y * w + x, b + y * w + x, w);
    return sum / (double)n;
}

int map_similarity(const float *a, const float *b, int h, int w,
                   struct map_similarity *s, struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    struct ranked_value *order = malloc(n * sizeof(*order));
    double *p = malloc(2 * n * sizeof(*p));
    int rc = 0;

    if (order && p) {
        rank_values(a, n, order, p);
        rank_values(b, n, order, p + n);
        *s = (struct map_similarity){rank_correlation(p, p + n, n),
                                     mean_ssim(a, b, (size_t)h, (size_t)w)};
    } else {
        rc = err_set(err, ERR_SYSTEM, "no memory for ranks");
    }
    free(order);
    free(p);
    return rc;
}
