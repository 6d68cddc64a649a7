#include "nn/net_vgg.h"

#include "nn/layers.h"

#include <stdio.h>

const char *const net_vgg_stages[] = {"block2_conv1", "block3_conv1",
                                      "block4_conv1", "block5_conv1", NULL};

struct node *net_vgg_trunk(struct graph *g, const struct net_args *a,
                           const int convs[VGG_BLOCKS])
{
    static const int filters[VGG_BLOCKS] = {64, 128, 256, 512, 512};
    struct node *x = nn_input(g, "input_1", a->h, a->w, 3);
    char name[NN_NAME_MAX];

    for (int b = 0; b < VGG_BLOCKS; b++) {
        for (int i = 0; i < convs[b]; i++) {
            snprintf(name, sizeof(name), "block%d_conv%d", b + 1, i + 1);
            x = nn_conv2d(g, x, name,
                          (struct conv_args){.filters = filters[b],
                                             .size = 3,
                                             .pad = PAD_SAME,
                                             .bias = true,
                                             .act = ACT_RELU});
        }
        snprintf(name, sizeof(name), "block%d_pool", b + 1);
        x = nn_max_pool(g, x, name, (struct pool_args){.size = 2});
    }
    return x;
}
