#include "nn/cell_size.h"

#include "base/err.h"

#include <math.h>

static double log_of(const struct cell_size *cell, int i)
{
    const int x = i ? cell->h : cell->w;

    BUG_ON(x < 1);
    return log(x);
}

void cell_size_fit(struct size_scale *s, const struct cell_size *cell, size_t n)
{
    BUG_ON(n < 1);
    for (int k = 0; k < CELL_SIZE; k++) {
        double sum = 0, squares = 0;

        for (size_t i = 0; i < n; i++)
            sum += log_of(&cell[i], k);
        s->mean[k] = sum / (double)n;
        for (size_t i = 0; i < n; i++) {
            const double d = log_of(&cell[i], k) - s->mean[k];

            squares += d * d;
        }
        s->sd[k] = sqrt(squares / (double)n);
        if (s->sd[k] < CELL_SIZE_LEAST_SD)
            s->sd[k] = 1;
    }
}

void cell_size_standardise(const struct size_scale *s,
                           const struct cell_size *cell, float z[CELL_SIZE])
{
    for (int k = 0; k < CELL_SIZE; k++)
        z[k] = (float)((log_of(cell, k) - s->mean[k]) / s->sd[k]);
}
