#include "nn/init.h"

#include <math.h>

/* Of a standard normal cut off at +-2: scipy.stats.truncnorm.std(-2, 2) */
static const double cut_deviation = 0.87962566103423978;
static const float cut_at = 2.0f;

void init_glorot(struct rng *rng, double fan_in, double fan_out, float *w,
                 size_t n)
{
    const float limit = (float)sqrt(6.0 / (fan_in + fan_out));

    for (size_t i = 0; i < n; i++)
        w[i] = rng_uniform_in(rng, -limit, limit);
}

void init_he_normal(struct rng *rng, double fan_in, float *w, size_t n)
{
    const float scale = (float)(sqrt(2.0 / fan_in) / cut_deviation);

    for (size_t i = 0; i < n; i++) {
        float z;

        do
            z = rng_normal(rng);
        while (fabsf(z) > cut_at);
        w[i] = z * scale;
    }
}

void init_kernel(enum init init, struct rng *rng, struct fans fans, float *w,
                 size_t n)
{
    switch (init) {
    case INIT_HE_NORMAL:
        init_he_normal(rng, fans.in, w, n);
        return;
    case INIT_GLOROT_UNIFORM:
        break;
    }
    init_glorot(rng, fans.in, fans.out, w, n);
}
