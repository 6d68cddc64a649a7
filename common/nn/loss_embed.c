/*
 * loss_embed.c - from embeddings to pairs and back
 *
 * With H_ij = dL/dp_ij + dL/dp_ji, since p_ij and p_ji are one number:
 *     dots:       dL/dz_i = sum_j H_ij z_j            (H_ii = 2 dL/dp_ii)
 *     distances:  dL/dz_i = sum_j H_ij / D_ij (z_i - z_j), D_ij > 0
 */
#include "nn/loss_pairs.h"

#include "base/hot.h"

#include <math.h>
#include <string.h>

/* Lanes are added one by one and not fused (base/hot.h), so all hosts agree. */
enum { LANES = 8, BLOCK = 64 };
enum { SMALL = 64 }; /* rows: fewer are done sooner than threads wake up */

/* Where things lie in scratch. */
struct space {
    double *p, *g;         /* (n, n) */
    double *value, *count; /* (n) */
    int *before, *same;    /* (n) */
};

size_t loss_embed_scratch(int n)
{
    const size_t m = (size_t)n;

    return 2 * m * (m + 1) * sizeof(double) + 2 * m * sizeof(int);
}

static struct space space_of(const struct embed_batch *b)
{
    const size_t n = (size_t)b->n;
    struct space s = {.p = b->scratch};
    void *rest;

    s.g = s.p + n * n;
    s.value = s.g + n * n;
    s.count = s.value + n;
    rest = s.count + n;
    s.before = rest;
    s.same = s.before + n;
    return s;
}

static int threads_of(const struct embed_batch *b)
{
    return b->n < SMALL ? 1 : b->threads;
}

/* --- forward ---------------------------------------------------------------*/

static double add_lanes(const double s[LANES])
{
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

HOT static double dot_product(size_t d, const float *x, const float *y)
{
    double s[LANES] = {0};
    size_t j = 0;

    for (; j + LANES <= d; j += LANES)
        for (size_t l = 0; l < LANES; l++)
            s[l] += (double)x[j + l] * (double)y[j + l];
    for (size_t l = 0; j + l < d; l++)
        s[l] += (double)x[j + l] * (double)y[j + l];
    return add_lanes(s);
}

HOT static double euclidean_distance(size_t d, const float *x, const float *y)
{
    double s[LANES] = {0};
    size_t j = 0;

    for (; j + LANES <= d; j += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const double e = (double)x[j + l] - (double)y[j + l];

            s[l] += e * e;
        }
    for (size_t l = 0; j + l < d; l++) {
        const double e = (double)x[j + l] - (double)y[j + l];

        s[l] += e * e;
    }
    return sqrt(add_lanes(s));
}

static void make_pairs(const struct embed_batch *b, enum pair_kind kind,
                       double *p)
{
    const size_t n = (size_t)b->n, d = (size_t)b->d;

#pragma omp parallel for num_threads(threads_of(b)) schedule(dynamic, 4)
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            const float *x = b->z + i * d, *y = b->z + j * d;

            p[i * n + j] = p[j * n + i] = kind == PAIRS_DOT
                                              ? dot_product(d, x, y)
                                              : euclidean_distance(d, x, y);
        }
}

static void count_classes(const struct embed_batch *b, int *before, int *same)
{
    for (int i = 0; i < b->n; i++) {
        before[i] = same[i] = 0;
        for (int j = 0; j < b->n; j++) {
            same[i] += b->label[j] == b->label[i];
            before[i] += j < i && b->label[j] == b->label[i];
        }
    }
}

double loss_pairs_softmax(const struct pairs *p, int i, double *g, double *max)
{
    const double *s = loss_pairs_row(p, i), tau = p->args->temperature;
    double m = -INFINITY, sum = 0.0;

    for (int j = 0; j < p->n; j++)
        if (g[j] != 0.0)
            m = fmax(m, s[j]);
    for (int j = 0; j < p->n; j++)
        if (g[j] != 0.0) {
            g[j] = exp((s[j] - m) / tau);
            sum += g[j];
        }
    BUG_ON(sum == 0.0); /* no column took part */
    for (int j = 0; j < p->n; j++)
        g[j] /= sum;
    *max = m / tau;
    return log(sum);
}

/* --- backward --------------------------------------------------------------*/

/* w_j of own row i, over its pairs, which nobody else reads. */
static void row_weights(const struct space *s, size_t n, size_t i,
                        enum pair_kind kind, double scale)
{
    double *p = s->p + i * n;

    for (size_t j = 0; j < n; j++) {
        const double h = (s->g[i * n + j] + s->g[j * n + i]) * scale;

        if (kind == PAIRS_DOT)
            p[j] = h;
        else
            p[j] = p[j] > 0.0 ? h / p[j] : 0.0 * p[j];
    }
}

/* Columns at .. at + m - 1 of sum_j w_j z_j, or sum_j w_j (z_i - z_j). */
HOT static void carry_back(const struct embed_batch *b, const double *w,
                           const float *zi, size_t at, size_t m, float *dz)
{
    const size_t d = (size_t)b->d;
    double sum[BLOCK] = {0};

    for (size_t j = 0; j < (size_t)b->n; j++) {
        const float *z = b->z + j * d + at;

        if (zi)
            for (size_t l = 0; l < m; l++)
                sum[l] += w[j] * ((double)zi[at + l] - (double)z[l]);
        else
            for (size_t l = 0; l < m; l++)
                sum[l] += w[j] * (double)z[l];
    }
    for (size_t l = 0; l < m; l++)
        dz[at + l] = (float)sum[l];
}

static void pairs_backward(const struct embed_batch *b, const struct space *s,
                           enum pair_kind kind, double scale)
{
    const size_t n = (size_t)b->n, d = (size_t)b->d;

#pragma omp parallel for num_threads(threads_of(b)) schedule(static)
    for (int i = b->begin; i < b->end; i++) {
        const float *zi = b->z + (size_t)i * d;
        float *dz = b->dz + (size_t)(i - b->begin) * d;

        row_weights(s, n, (size_t)i, kind, scale);
        for (size_t at = 0; at < d; at += BLOCK)
            carry_back(b, s->p + (size_t)i * n,
                       kind == PAIRS_DISTANCE ? zi : NULL, at,
                       d - at < BLOCK ? d - at : BLOCK, dz);
    }
}

double loss_embed_value(const struct embed_loss *l, const struct embed_args *a,
                        const struct embed_batch *b)
{
    const struct space s = space_of(b);
    const struct pairs p = {.args = a,
                            .n = b->n,
                            .label = b->label,
                            .before = s.before,
                            .same = s.same,
                            .p = s.p};
    double sum = 0.0, count = 0.0, scale;

    BUG_ON(b->n < 1 || b->d < 1 || b->begin < 0 || b->end > b->n);
    make_pairs(b, l->kind, s.p);
    count_classes(b, s.before, s.same);
    memset(s.g, 0, (size_t)b->n * (size_t)b->n * sizeof(*s.g));
#pragma omp parallel for num_threads(threads_of(b)) schedule(dynamic, 4)
    for (int i = 0; i < b->n; i++) {
        s.count[i] = 0.0;
        s.value[i] = l->row(&p, i, s.g + (size_t)i * (size_t)b->n, &s.count[i]);
    }
    for (int i = 0; i < b->n; i++) {
        sum += s.value[i];
        count += s.count[i];
    }
    scale = count > 0.0 ? 1.0 / count : 0.0;
    if (b->dz)
        pairs_backward(b, &s, l->kind, scale);
    return sum * scale;
}
