/* aug_noise.c - Gaussian noise of standard deviation 'scale' grey levels */
#include "noise.h"

static double probability_below(double x, double scale)
{
    return 0.5 * erfc(-x / (scale * sqrt(2)));
}

static void filter(const float *param, const struct augment_picture *p)
{
    noise_add(p, param, probability_below);
}

const struct augment augment_noise = {
    .name = "noise",
    .param = {{"scale", 0, NULL, 0, 255},
              {"channels", 0, noise_word, 0, 0},
              {"seed", 0, augment_seed, 0, AUGMENT_SEED_MAX}},
    .weak = {4, 0, 1},
    .strong = {40, 0, 1},
    .filter = filter,
    .work = {.fixed = NOISE_BYTES},
};
