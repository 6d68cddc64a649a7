/* ensemble.c - votes and fuzzy fusion */
#include "stats/ensemble.h"

#include <math.h>

/* Probability that member 'm' gives class 'c' of cell 'i'. */
static double probability_of(const struct ensemble *e, int m, size_t i, int c)
{
    return e->p[m][i * (size_t)e->k + (size_t)c];
}

void ensemble_vote(const struct ensemble *e, double *p)
{
    double all = 0;

    for (int m = 0; m < e->n_member; m++)
        all += e->weight ? e->weight[m] : 1.0;
    for (size_t i = 0; i < e->n; i++)
        for (int c = 0; c < e->k; c++) {
            double sum = 0;

            for (int m = 0; m < e->n_member; m++)
                sum += (e->weight ? e->weight[m] : 1.0) *
                       probability_of(e, m, i, c);
            p[i * (size_t)e->k + (size_t)c] = sum / all;
        }
}

static int argmin_of(const double *v, int k)
{
    int best = 0;

    for (int c = 1; c < k; c++)
        if (v[c] < v[best])
            best = c;
    return best;
}

void ensemble_fuzzy_rank(const struct ensemble *e, bool code, int *predicted)
{
    double fused[STATS_CLASSES_MAX];

    for (size_t i = 0; i < e->n; i++) {
        for (int c = 0; c < e->k; c++) {
            double rank = 0, sum = 0;

            for (int m = 0; m < e->n_member; m++) {
                const double d = probability_of(e, m, i, c) - 1, h = d * d / 2;

                rank += (1 - exp(-h)) * (1 - tanh(h));
                sum += probability_of(e, m, i, c);
            }
            fused[c] = code ? rank : rank * (1 - sum / e->n_member);
        }
        predicted[i] = argmin_of(fused, e->k);
    }
}

/* The product of the three distances of cell i's class c from the ideal. */
static double distance_product(const struct ensemble *e, size_t i, int c)
{
    double sum = 0, square = 0, block = 0, euclid = 0, cosine = 1;

    for (int m = 0; m < e->n_member; m++) {
        const double p = probability_of(e, m, i, c);

        sum += p;
        square += p * p;
        block += fabs(1 - p);
        euclid += (1 - p) * (1 - p);
    }
    if (square > 0)
        cosine = fmax(0, 1 - sum / sqrt(square * e->n_member));
    return cosine * sqrt(euclid) * block;
}

/* Do all say the same of cell i?  Then *said is that. */
static bool all_agree(const struct ensemble *e, size_t i, int *predicted)
{
    for (int m = 0; m < e->n_member; m++) {
        const int one = outcomes_argmax(e->p[m] + i * (size_t)e->k, e->k);

        if (m > 0 && one != *predicted)
            return false;
        *predicted = one;
    }
    return true;
}

void ensemble_fuzzy_distance(const struct ensemble *e, bool code,
                             int *predicted)
{
    double d[STATS_CLASSES_MAX];

    for (size_t i = 0; i < e->n; i++) {
        if (code && all_agree(e, i, &predicted[i]))
            continue;
        for (int c = 0; c < e->k; c++)
            d[c] = distance_product(e, i, c);
        predicted[i] = argmin_of(d, e->k);
    }
}
