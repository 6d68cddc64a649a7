/*
 * net_vgg.c - VGG16 and VGG19
 *
 * The trunks have 14,714,688 and 20,024,384 parameters.  Layer names as in
 * Keras 2.12.
 * Source: Simonyan and Zisserman 2015 (arXiv:1409.1556), table 1, columns D and
 * E.
 */
#include "nn/layers.h"
#include "nn/nets.h"

#include <stdio.h>

enum { BLOCKS = 5 };

/* Blocks of convs[b] 3x3 convolutions, each block ending in a 2x2 maximum. */
static struct node *add_blocks(struct graph *g, const struct net_args *a,
                               const int convs[BLOCKS])
{
    static const int filters[BLOCKS] = {64, 128, 256, 512, 512};
    struct node *x = nn_input(g, "input_1", a->h, a->w, 3);
    char name[NN_NAME_MAX];

    for (int b = 0; b < BLOCKS; b++) {
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

static struct node *trunk_16(struct graph *g, const struct net_args *a)
{
    static const int convs[BLOCKS] = {2, 2, 3, 3, 3};

    return add_blocks(g, a, convs);
}

static struct node *trunk_19(struct graph *g, const struct net_args *a)
{
    static const int convs[BLOCKS] = {2, 2, 4, 4, 4};

    return add_blocks(g, a, convs);
}

/* A stage is a block. */
static const char *const stages[] = {"block2_conv1", "block3_conv1",
                                     "block4_conv1", "block5_conv1", NULL};

const struct net net_vgg16 = {
    .name = "vgg16",
    .cam_layer = "block5_conv3",
    .preprocess = PREPROCESS_CAFFE,
    .n_trunk = 14714688,
    .paper_cut = "block4_conv3",
    .paper_freeze = 13,
    .dropout_head = true,
    .stages = stages,
    .trunk = trunk_16,
};

const struct net net_vgg19 = {
    .name = "vgg19",
    .cam_layer = "block5_conv4",
    .preprocess = PREPROCESS_CAFFE,
    .n_trunk = 20024384,
    .paper_cut = "block5_conv2",
    .paper_freeze = 17,
    .dropout_head = true,
    .stages = stages,
    .trunk = trunk_19,
};
