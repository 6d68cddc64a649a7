/*
 * mixup.c - Beta(a, a) = X / (X + Y) of two draws from Gamma(a)
 *
 * Gamma(a) for a >= 1 after Marsaglia and Tsang 2000, "A simple method for
 * generating gamma variables"; for a < 1 as Gamma(a + 1) U^(1/a), as they
 * advise.  In double: U^(1/a) of the least U and a is 2^-500.
 */
#include "nn/mixup.h"

#include "base/rng.h"

#include <math.h>

/* In (0, 1). */
static double open_uniform(struct rng *rng)
{
    return ((double)(rng_u32(rng) >> 8) + 0.5) * 0x1p-24;
}

static double gamma_above_1(struct rng *rng, double a)
{
    const double d = a - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);

    for (;;) {
        const double x = (double)rng_normal(rng), v = 1.0 + c * x;
        const double u = open_uniform(rng);

        if (v > 0.0 &&
            log(u) < 0.5 * x * x + d - d * v * v * v + 3.0 * d * log(v))
            return d * v * v * v;
    }
}

static double gamma_draw(struct rng *rng, double a)
{
    if (a >= 1.0)
        return gamma_above_1(rng, a);
    return gamma_above_1(rng, a + 1.0) * pow(open_uniform(rng), 1.0 / a);
}

static float draw_share(struct rng *rng, double alpha)
{
    const double x = gamma_draw(rng, alpha), y = gamma_draw(rng, alpha);

    return (float)(x / (x + y));
}

uint64_t mixup_seed(uint64_t seed, uint32_t again)
{
    return again ? rng_mix(seed, &again, sizeof(again)) : seed;
}

struct mixup mixup_draw(uint64_t seed, uint32_t epoch, uint32_t sample,
                        uint32_t n, double alpha)
{
    struct mixup m = {.partner = sample};
    struct rng rng;

    rng_init(&rng, seed, RNG_MIXUP, epoch, sample);
    if (n > 1) {
        m.partner = rng_below(&rng, n - 1);
        m.partner += m.partner >= sample;
    }
    m.share = draw_share(&rng, alpha);
    return m;
}

void mixup_blend(float *x, const float *other, size_t len, float share)
{
    for (size_t i = 0; i < len; i++)
        x[i] = share * x[i] + (1.0f - share) * other[i];
}
