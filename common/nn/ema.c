/* ema.c - after keras/optimizers/optimizer.py, version 2.12 */
#include "nn/ema.h"

void ema_step(float *ema, const float *w, size_t n, double m, int threads)
{
    const float keep = (float)m, take = (float)(1.0 - m);

#pragma omp parallel for simd num_threads(threads) schedule(static)
    for (size_t i = 0; i < n; i++)
        ema[i] = ema[i] == w[i] ? ema[i] : keep * ema[i] + take * w[i];
}

double ema_momentum(double most, int64_t t)
{
    const double young = (1.0 + (double)t) / (10.0 + (double)t);

    return young < most ? young : most;
}

void ema_swap(float *ema, float *w, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float x = ema[i];

        ema[i] = w[i];
        w[i] = x;
    }
}
