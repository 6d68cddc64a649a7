#include "stages/explain/lime.h"

#include "base/rng.h"
#include "stats/lapack.h"

#include <math.h>
#include <stdlib.h>

void lime_masks(uint64_t seed, size_t n, int d, uint8_t *z)
{
    for (size_t i = 0; i < n; i++) {
        struct rng rng;
        uint32_t bits = 0;

        rng_init(&rng, seed, RNG_LIME, (uint32_t)i, 0);
        for (int s = 0; s < d; s++) {
            if (s % 32 == 0)
                bits = rng_u32(&rng);
            z[i * (size_t)d + (size_t)s] =
                (uint8_t)(i == 0 ? 1u : bits >> (s % 32) & 1u);
        }
    }
}

/* What the regression is made of, means taken off. */
struct normal {
    double *k;    /* owned: (n) weights of rows */
    double *mean; /* owned: (d) of z */
    double *a;    /* owned: (d, d) */
};

static double sample_weight(const struct lime_sample *s, size_t row)
{
    const uint8_t *z = s->z + row * (size_t)s->d;
    int left = 0;
    double d;

    for (int i = 0; i < s->d; i++)
        left += z[i];
    d = 1.0 - sqrt((double)left / s->d);
    return sqrt(exp(-d * d / (s->width * s->width)));
}

static void take_means(struct normal *q, const struct lime_sample *s,
                       double *all)
{
    *all = 0.0;
    for (int j = 0; j < s->d; j++)
        q->mean[j] = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        q->k[i] = sample_weight(s, i);
        *all += q->k[i];
        for (int j = 0; j < s->d; j++)
            q->mean[j] += q->k[i] * s->z[i * (size_t)s->d + (size_t)j];
    }
    for (int j = 0; j < s->d; j++)
        q->mean[j] /= *all;
}

/* a = sum k z z' - all mean mean' + 1, the upper triangle. */
static void fill_matrix(struct normal *q, const struct lime_sample *s,
                        double all)
{
    const size_t d = (size_t)s->d;

    for (size_t i = 0; i < d * d; i++)
        q->a[i] = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        const uint8_t *z = s->z + i * d;

        for (size_t r = 0; r < d; r++)
            for (size_t c = r; z[r] && c < d; c++)
                q->a[r * d + c] += q->k[i] * z[c];
    }
    for (size_t r = 0; r < d; r++) {
        for (size_t c = r; c < d; c++)
            q->a[r * d + c] -= all * q->mean[r] * q->mean[c];
        q->a[r * d + r] += 1.0;
    }
}

/* b = sum k (z - mean) (y - mean y) */
static void fill_side(const struct normal *q, const struct lime_sample *s,
                      int target, double all, double *b)
{
    const size_t d = (size_t)s->d, k = (size_t)s->k;
    double mean = 0.0;

    for (size_t i = 0; i < s->n; i++)
        mean += q->k[i] * (double)s->y[i * k + (size_t)target] / all;
    for (size_t j = 0; j < d; j++)
        b[j] = 0.0;
    for (size_t i = 0; i < s->n; i++) {
        const double y =
            q->k[i] * ((double)s->y[i * k + (size_t)target] - mean);

        for (size_t j = 0; j < d; j++)
            b[j] += y * ((double)s->z[i * d + j] - q->mean[j]);
    }
}

int lime_fit(const struct lime_sample *s, const int *target, int m,
             double *weight, struct err *err)
{
    const size_t d = (size_t)s->d;
    struct normal q = {0};
    double all;
    int rc = -1;

    q.k = malloc(s->n * sizeof(*q.k));
    q.mean = malloc(d * sizeof(*q.mean));
    q.a = malloc(d * d * sizeof(*q.a));
    if (!q.k || !q.mean || !q.a) {
        err_set(err, ERR_SYSTEM, "no memory for the weights of %zu segments",
                d);
        goto out;
    }
    take_means(&q, s, &all);
    fill_matrix(&q, s, all);
    for (int i = 0; i < m; i++)
        fill_side(&q, s, target[i], all, weight + (size_t)i * d);
    rc = lapack_solve_positive(s->d, q.a, m, weight);
    BUG_ON(rc < 0); /* the ridge makes it definite */
out:
    free(q.k);
    free(q.mean);
    free(q.a);
    return rc;
}
