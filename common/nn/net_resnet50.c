/*
 * net_resnet50.c - ResNet-50, version 1 as in Keras 2.12
 *
 * The stride of a stage is that of its first 1x1 convolution, convolutions have
 * biases, epsilon is 1.001e-5.  The trunk has 23,587,712 parameters, running
 * statistics included.
 * Source: He et al. 2015 (arXiv:1512.03385), table 1.
 */
#include "nn/layers.h"
#include "nn/nets.h"

#include <stdio.h>

struct resnet50_build {
    struct graph *g;
    float momentum;
    int stage, block; /* "conv2_block1" */
};

static const char *layer_name(const struct resnet50_build *b, const char *part,
                              char name[NN_NAME_MAX])
{
    snprintf(name, NN_NAME_MAX, "conv%d_block%d_%s", b->stage, b->block, part);
    return name;
}

/* Convolution and batch normalisation 'k' of a block. */
static struct node *conv_bn(const struct resnet50_build *b, struct node *x,
                            int k, struct conv_args a, bool relu)
{
    char part[16], conv[NN_NAME_MAX], bn[NN_NAME_MAX], act[NN_NAME_MAX];

    a.bias = true;
    snprintf(part, sizeof(part), "%d_conv", k);
    x = nn_conv2d(b->g, x, layer_name(b, part, conv), a);
    snprintf(part, sizeof(part), "%d_relu", k);
    layer_name(b, part, act);
    snprintf(part, sizeof(part), "%d_bn", k);
    return nn_batch_norm(b->g, x, layer_name(b, part, bn),
                         (struct bn_args){.momentum = b->momentum,
                                          .eps = 1.001e-5f,
                                          .act = relu ? ACT_RELU : ACT_NONE,
                                          .act_name = act});
}

/* 1x1 to f, 3x3, 1x1 to 4 f; beside it the input, or a 1x1 of it. */
static struct node *bottleneck_block(struct resnet50_build *b, struct node *x,
                                     int f, int s)
{
    struct node *y, *shortcut = x;
    char name[NN_NAME_MAX];

    if (b->block == 1)
        shortcut = conv_bn(
            b, x, 0,
            (struct conv_args){.filters = 4 * f, .size = 1, .stride = s},
            false);
    y = conv_bn(b, x, 1,
                (struct conv_args){.filters = f, .size = 1, .stride = s}, true);
    y = conv_bn(b, y, 2,
                (struct conv_args){.filters = f, .size = 3, .pad = PAD_SAME},
                true);
    y = conv_bn(b, y, 3, (struct conv_args){.filters = 4 * f, .size = 1},
                false);
    y = nn_add(b->g, shortcut, y, layer_name(b, "add", name));
    return nn_relu(b->g, y, layer_name(b, "out", name));
}

static struct node *trunk(struct graph *g, const struct net_args *a)
{
    static const struct {
        int f, n, s; /* filters, blocks, first stride */
    } table[] = {{64, 3, 1}, {128, 4, 2}, {256, 6, 2}, {512, 3, 2}};
    struct resnet50_build b = {g, a->bn_momentum, 2, 1};
    struct node *x = nn_input(g, "input_1", a->h, a->w, 3);

    x = nn_zero_pad(g, x, "conv1_pad", (struct pad_args){3, 3, 3, 3});
    x = nn_conv2d(g, x, "conv1_conv",
                  (struct conv_args){
                      .filters = 64, .size = 7, .stride = 2, .bias = true});
    x = nn_batch_norm(g, x, "conv1_bn",
                      (struct bn_args){.momentum = a->bn_momentum,
                                       .eps = 1.001e-5f,
                                       .act = ACT_RELU,
                                       .act_name = "conv1_relu"});
    x = nn_zero_pad(g, x, "pool1_pad", (struct pad_args){1, 1, 1, 1});
    x = nn_max_pool(g, x, "pool1_pool",
                    (struct pool_args){.size = 3, .stride = 2});
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++, b.stage++)
        for (b.block = 1; b.block <= table[i].n; b.block++)
            x = bottleneck_block(&b, x, table[i].f,
                                 b.block == 1 ? table[i].s : 1);
    return x;
}

static const char *const stages[] = {
    "conv2_block1_1_conv", "conv3_block1_1_conv", "conv4_block1_1_conv",
    "conv5_block1_1_conv", NULL};

const struct net net_resnet50 = {
    .name = "resnet50",
    .cam_layer = "conv5_block3_out",
    .preprocess = PREPROCESS_CAFFE,
    .n_trunk = 23587712,
    .paper_cut = "conv4_block1_0_conv",
    .paper_freeze = 86,
    .dropout_head = true,
    .remakes = true,
    .stages = stages,
    .trunk = trunk,
};
