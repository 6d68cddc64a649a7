#include "nn/mixstyle.h"

#include "base/rng.h"
#include "nn/mixup.h"

bool mixstyle_acts(uint64_t seed, uint32_t step)
{
    struct rng rng;

    rng_init(&rng, seed, RNG_PARTNERS, step, UINT32_MAX);
    return rng_uniform(&rng) < 0.5f;
}

void mixstyle_partners(uint64_t seed, uint32_t step, uint32_t first, uint32_t n,
                       uint32_t *partner)
{
    struct rng rng;

    for (uint32_t i = 0; i < n; i++)
        partner[i] = i;
    rng_init(&rng, seed, RNG_PARTNERS, step, first);
    rng_shuffle(&rng, partner, n);
}

float mixstyle_share(uint64_t seed, uint32_t step, uint32_t sample,
                     double alpha)
{
    struct rng rng;

    rng_init(&rng, seed, RNG_MIXSTYLE, step, sample);
    return mixup_share(&rng, alpha);
}
