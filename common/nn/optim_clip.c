/* optim_clip.c - the norm of a whole gradient, and a limit to it */
#include "nn/optim.h"

#include <math.h>

#include "nn/simd.h"

enum { PIECES = 256, LEAST = 1 << 12 };

static double sum_squares(size_t n, const float *x)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

double optim_clip_norm(float *dw, size_t n, double clip, int threads)
{
    const struct simd_chunks s = simd_chunks(n, LEAST, PIECES);
    double part[PIECES], norm = 0.0;
    float scale;

#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        part[i] =
            sum_squares(simd_chunk_len(&s, i), dw + simd_chunk_begin(&s, i));
    for (int i = 0; i < s.pieces; i++)
        norm += part[i];
    norm = sqrt(norm);
    if (!(norm > clip) || !isfinite(norm))
        return norm;
    scale = (float)(clip / norm);
#pragma omp parallel for simd num_threads(threads) schedule(static)
    for (size_t i = 0; i < n; i++)
        dw[i] *= scale;
    return norm;
}
