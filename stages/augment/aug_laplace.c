/* aug_laplace.c - Laplace noise, density exp(-|x| / b) / (2 b), b = 'scale' */
#include "noise.h"

static double probability_below(double x, double scale)
{
    return x < 0 ? 0.5 * exp(x / scale) : 1 - 0.5 * exp(-x / scale);
}

static void filter(const float *param, const struct augment_picture *p)
{
    noise_add(p, param, probability_below);
}

const struct augment augment_laplace = {
    .name = "laplace",
    .param = {{"scale", 0, NULL, 0, 255},
              {"channels", 0, noise_word, 0, 0},
              {"seed", 0, augment_seed, 0, AUGMENT_SEED_MAX}},
    .weak = {4, 1, 1},
    .strong = {30, 1, 1},
    .filter = filter,
    .work = {.fixed = NOISE_BYTES},
};
