/*
 * loss_expected_cost.c - the mean of the costs under softmax
 *
 * Differentiated through p = softmax(z): dp_j / dz_l = p_j ([j = l] - p_l).
 */
#include "nn/loss.h"

#include "nn/loss_row.h"

/* What it costs to call row i a j. */
static double cost_of(const struct loss_batch *b, const struct loss_parts *p,
                      int j)
{
    const size_t k = (size_t)b->k;
    double c = 0.0;

    for (int a = 0; a < p->n; a++)
        c += p->share[a] * b->cost[(size_t)p->class[a] * k + (size_t)j];
    return c;
}

static double expected_cost(const struct loss_batch *b, int i)
{
    const double scale = 1.0 / (double)b->n_global;
    const size_t at = (size_t)i * (size_t)b->k;
    const float *z = b->z + at;
    const struct softmax s = loss_softmax_of(z, b->k);
    const struct loss_parts p = loss_parts(b, i);
    double l = 0.0;

    for (int j = 0; j < b->k; j++)
        l += cost_of(b, &p, j) * loss_softmax_at(&s, z[j]);
    for (int j = 0; b->dz && j < b->k; j++)
        b->dz[at + (size_t)j] = (float)(loss_softmax_at(&s, z[j]) *
                                        (cost_of(b, &p, j) - l) * scale);
    return l;
}

double loss_expected_cost(const struct loss_batch *b)
{
    return loss_rows(b, expected_cost);
}
