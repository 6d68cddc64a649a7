/* aug_channels.c - the channels in another order: rotated or shuffled */
#include "augment.h"

/* The first three are the rotations. */
static const char *const orders[] = {"rgb", "gbr", "brg", "bgr",
                                     "grb", "rbg", NULL};

static void filter(const float *param, const struct augment_picture *p)
{
    static const int from[][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1},
                                  {2, 1, 0}, {1, 0, 2}, {0, 2, 1}};
    const int *k = from[(int)param[0]];
    const size_t n = augment_bytes(p);

    for (size_t i = 0; i < n; i += 3) {
        p->dst[i] = p->src[i + (size_t)k[0]];
        p->dst[i + 1] = p->src[i + (size_t)k[1]];
        p->dst[i + 2] = p->src[i + (size_t)k[2]];
    }
}

const struct augment augment_channels = {
    .name = "channels",
    .param = {{"order", 0, orders, 0, 0}},
    .weak = {1},
    .strong = {4},
    .filter = filter,
};
