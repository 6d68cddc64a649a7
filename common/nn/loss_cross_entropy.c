/*
 * loss_cross_entropy.c - softmax and cross-entropy in one
 *
 * With m = max z, s = sum exp(z - m) lies in [1, k], so neither exp nor log
 * leaves the range of numbers.  Sums are in double: there are few classes, and
 * the loss is what decides about the learning rate and the end of training.
 */
#include "nn/loss.h"

#include <math.h>

static double row_loss(const float *z, int k, int label, double *max,
                       double *sum)
{
    double m = (double)z[0], s;

    for (int j = 1; j < k; j++)
        m = fmax(m, (double)z[j]);
    s = exp((double)z[0] - m);
    for (int j = 1; j < k; j++)
        s += exp((double)z[j] - m);
    *max = m;
    *sum = s;
    return log(s) + m - (double)z[label];
}

double loss_cross_entropy(const struct loss_batch *b)
{
    const double scale = 1.0 / (double)b->n_global;
    double total = 0.0;

    for (int i = 0; i < b->n; i++) {
        const size_t at = (size_t)i * (size_t)b->k;
        const float *z = b->z + at;
        double m, s;

        total += row_loss(z, b->k, b->label[i], &m, &s);
        if (!b->dz)
            continue;
        for (int j = 0; j < b->k; j++) {
            const double p = exp((double)z[j] - m) / s;

            b->dz[at + (size_t)j] =
                (float)((p - (j == b->label[i] ? 1.0 : 0.0)) * scale);
        }
    }
    return total;
}
