/*
 * aug_edges.c - Laplacian, mixed with the picture
 *
 * Kernel (0 1 0; 1 -4 1; 0 1 0), as imgaug's EdgeDetect.
 */
#include "conv3.h"

static void filter(const float *param, const struct augment_picture *p)
{
    double k[9] = {0, 1, 0, 1, -4, 1, 0, 1, 0};

    conv3_mix(k, (double)param[0]);
    conv3(p, k);
}

const struct augment augment_edges = {
    .name = "edges",
    .param = {{"alpha", 0, NULL, 0, 1}},
    .weak = {0.1f},
    .strong = {0.7f},
    .filter = filter,
};
