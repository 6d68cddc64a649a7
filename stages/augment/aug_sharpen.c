/*
 * aug_sharpen.c - the picture less its neighbours, mixed with the picture
 *
 * Kernel (-1 -1 -1; -1 8+l -1; -1 -1 -1), as imgaug's Sharpen.
 */
#include "conv3.h"

enum { ALPHA, LIGHTNESS };

static void filter(const float *param, const struct augment_picture *p)
{
    double k[9] = {-1, -1, -1, -1, 8 + (double)param[LIGHTNESS],
                   -1, -1, -1, -1};

    conv3_mix(k, (double)param[ALPHA]);
    conv3(p, k);
}

const struct augment augment_sharpen = {
    .name = "sharpen",
    .param = {{"alpha", 0, NULL, 0, 1}, {"lightness", 1, NULL, 0, 10}},
    .weak = {0.1f, 1},
    .strong = {0.7f, 1},
    .filter = filter,
};
