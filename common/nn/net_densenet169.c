/*
 * net_densenet169.c - DenseNet-169
 *
 * Growth 32, bottleneck 128, compression .5; epsilon 1.001e-5; names as in
 * Keras 2.12.  The trunk has 12,642,880 parameters, running statistics
 * included.
 * Source: Huang et al. 2017 (arXiv:1608.06993), table 1.
 */
#include "nn/layers.h"
#include "nn/nets.h"

#include <stdio.h>

enum { GROWTH = 32, BOTTLENECK = 4 * GROWTH, STEM = 64 };

struct densenet169_build {
    struct graph *g;
    float momentum;
};

/* Batch normalisation "<at>_bn" and ReLU "<at>_relu"; at the end "relu". */
static struct node *bn_relu(const struct densenet169_build *b, struct node *x,
                            const char *bn, const char *relu)
{
    return nn_batch_norm(b->g, x, bn,
                         (struct bn_args){.momentum = b->momentum,
                                          .eps = 1.001e-5f,
                                          .act = ACT_RELU,
                                          .act_name = relu});
}

/* x, and behind it GROWTH new channels. */
static struct node *dense_block(const struct densenet169_build *b,
                                struct node *x, const char *at)
{
    char n1[NN_NAME_MAX], n2[NN_NAME_MAX];
    struct node *y;

#define NAME(n, part)                                                          \
    (snprintf((n), NN_NAME_MAX, "%.48s" part, at), (const char *)(n))
    y = bn_relu(b, x, NAME(n1, "_0_bn"), NAME(n2, "_0_relu"));
    y = nn_conv2d(b->g, y, NAME(n1, "_1_conv"),
                  (struct conv_args){.filters = BOTTLENECK, .size = 1});
    y = bn_relu(b, y, NAME(n1, "_1_bn"), NAME(n2, "_1_relu"));
    y = nn_conv2d(
        b->g, y, NAME(n1, "_2_conv"),
        (struct conv_args){.filters = GROWTH, .size = 3, .pad = PAD_SAME});
    return nn_concat(b->g, x, y, NAME(n1, "_concat"));
}

/* Half of the channels, half of the rows and columns. */
static struct node *transition_block(const struct densenet169_build *b,
                                     struct node *x, const char *at)
{
    char n1[NN_NAME_MAX], n2[NN_NAME_MAX];

    x = bn_relu(b, x, NAME(n1, "_bn"), NAME(n2, "_relu"));
    x = nn_conv2d(
        b->g, x, NAME(n1, "_conv"),
        (struct conv_args){.filters = x ? x->out.c / 2 : 0, .size = 1});
    return nn_avg_pool(b->g, x, NAME(n1, "_pool"),
                       (struct pool_args){.size = 2});
#undef NAME
}

static struct node *trunk(struct graph *g, const struct net_args *a)
{
    static const int blocks[] = {6, 12, 32, 32};
    const struct densenet169_build b = {g, a->bn_momentum};
    struct node *x = nn_input(g, "input_1", a->h, a->w, 3);
    char at[32];

    x = nn_zero_pad(g, x, "zero_padding2d", (struct pad_args){3, 3, 3, 3});
    x = nn_conv2d(g, x, "conv1/conv",
                  (struct conv_args){.filters = STEM, .size = 7, .stride = 2});
    x = bn_relu(&b, x, "conv1/bn", "conv1/relu");
    x = nn_zero_pad(g, x, "zero_padding2d_1", (struct pad_args){1, 1, 1, 1});
    x = nn_max_pool(g, x, "pool1", (struct pool_args){.size = 3, .stride = 2});
    for (int s = 2; s <= 5; s++) {
        for (int i = 1; i <= blocks[s - 2]; i++) {
            snprintf(at, sizeof(at), "conv%d_block%d", s, i);
            x = dense_block(&b, x, at);
        }
        snprintf(at, sizeof(at), "pool%d", s);
        if (s < 5)
            x = transition_block(&b, x, at);
    }
    return bn_relu(&b, x, "bn", "relu");
}

static const char *const stages[] = {"conv2_block1_0_bn", "conv3_block1_0_bn",
                                     "conv4_block1_0_bn", "conv5_block1_0_bn",
                                     NULL};

const struct net net_densenet169 = {
    .name = "densenet169",
    .cam_layer = "relu",
    .preprocess = PREPROCESS_TORCH,
    .n_trunk = 12642880,
    .paper_freeze = 249,
    .remakes = true,
    .stages = stages,
    .trunk = trunk,
};
