#include "nn/init.h"

#include <math.h>

void init_glorot(struct rng *rng, double fan_in, double fan_out, float *w,
                 size_t n)
{
    const float limit = (float)sqrt(6.0 / (fan_in + fan_out));

    for (size_t i = 0; i < n; i++)
        w[i] = rng_uniform_in(rng, -limit, limit);
}
