/*
 * loss_distill.c - a row's loss with a teacher, at a temperature
 *
 * Differentiated through p = softmax(z / T): d KL / d z = (p - q) / T.
 */
#include "nn/loss_row.h"

/* T^2 KL(q || p); its gradient, of the mean, is added to dz if that is there.
 */
static double distance(const struct loss_batch *b, const float *z,
                       const float *q, float *dz)
{
    const double t = b->temperature;
    const double scale = b->teacher_weight * t / (double)b->n_global;
    const double max = loss_softmax_of(z, b->k).max;
    double sum = 0.0, l = 0.0;

    for (int j = 0; j < b->k; j++)
        sum += exp(((double)z[j] - max) / t);
    for (int j = 0; j < b->k; j++) {
        const double log_p = ((double)z[j] - max) / t - log(sum);
        const double qj = (double)q[j];

        if (qj > 0.0)
            l += qj * (log(qj) - log_p);
        if (dz)
            dz[j] = (float)((double)dz[j] + scale * (exp(log_p) - qj));
    }
    return t * t * l;
}

double loss_distill(const struct loss_batch *b, int i, double l)
{
    const size_t at = (size_t)i * (size_t)b->k;
    const double w = b->teacher_weight;
    float *dz = b->dz ? b->dz + at : NULL;

    BUG_ON(b->dz == b->z); /* it is written before z is read */
    for (int j = 0; dz && j < b->k; j++)
        dz[j] = (float)((1.0 - w) * (double)dz[j]);
    return (1.0 - w) * l + w * distance(b, b->z + at, b->teacher + at, dz);
}
