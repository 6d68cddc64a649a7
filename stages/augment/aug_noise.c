/* aug_noise.c - Gaussian noise of standard deviation 'scale' grey levels */
#include "noise.h"

enum { SCALE, CHANNELS, SEED };

static double below(double x, double scale)
{
    return 0.5 * erfc(-x / (scale * sqrt(2)));
}

static void filter(const float *param, const struct augment_picture *p)
{
    noise_add(p, &(struct noise){below, param[SCALE], (uint32_t)param[SEED],
                                 param[CHANNELS] > 0.0f});
}

const struct augment augment_noise = {
    .name = "noise",
    .param = {{"scale", 0, NULL},
              {"channels", 0, noise_word},
              {"seed", 0, augment_whole}},
    .weak = {4, 0, 1},
    .strong = {40, 0, 1},
    .filter = filter,
    .work = noise_work,
};
