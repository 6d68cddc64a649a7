/*
 * net_mobilenetv2.c - MobileNetV2, width 1.0
 *
 * Layer names, padding, epsilon and momentum of Keras 2.12's; the trunk has
 * 2,257,984 parameters, running statistics included.
 * Source: Sandler et al. 2018 (arXiv:1801.04381), table 2.
 */
#include "nn/layers.h"
#include "nn/nets.h"

#include <stdio.h>

/* What the blocks have in common. */
struct mobilenetv2_build {
    struct graph *g;
    float momentum;
    int block; /* number of the next one */
};

/* "block_3_expand"; the first block is "expanded_conv_depthwise". */
static const char *layer_name(const struct mobilenetv2_build *b,
                              const char *part, char name[NN_NAME_MAX])
{
    if (b->block)
        snprintf(name, NN_NAME_MAX, "block_%d_%s", b->block, part);
    else
        snprintf(name, NN_NAME_MAX, "expanded_conv_%s", part);
    return name;
}

static struct node *batch_norm(const struct mobilenetv2_build *b,
                               struct node *x, const char *name,
                               const char *relu6)
{
    return nn_batch_norm(b->g, x, name,
                         (struct bn_args){.momentum = b->momentum,
                                          .eps = 1e-3f,
                                          .act = relu6 ? ACT_RELU6 : ACT_NONE,
                                          .act_name = relu6});
}

static struct node *pointwise_conv(const struct mobilenetv2_build *b,
                                   struct node *x, const char *name,
                                   int filters)
{
    return nn_conv2d(b->g, x, name,
                     (struct conv_args){.filters = filters, .size = 1});
}

/* Depthwise 3x3; Keras pads for stride 2 in a layer of its own. */
static struct node *depthwise_conv(const struct mobilenetv2_build *b,
                                   struct node *x, int s)
{
    struct conv_args a = {.size = 3, .stride = s, .pad = PAD_SAME};
    char name[NN_NAME_MAX];

    if (s == 2)
        a.pad = PAD_CORRECT;
    if (x && s == 2 && !graph_fuses(b->g)) {
        const int top = x->out.h % 2, left = x->out.w % 2;

        x = nn_zero_pad(b->g, x, layer_name(b, "pad", name),
                        (struct pad_args){top, 1, left, 1});
        a.pad = PAD_VALID;
    }
    return nn_depthwise(b->g, x, layer_name(b, "depthwise", name), a);
}

/* Expand t times, 3x3 depthwise, project to c channels; add x if it fits. */
static struct node *bottleneck_block(struct mobilenetv2_build *b,
                                     struct node *x, int t, int c, int s)
{
    char n1[NN_NAME_MAX], n2[NN_NAME_MAX];
    struct node *y = x;

    if (x && t > 1) {
        y = pointwise_conv(b, y, layer_name(b, "expand", n1), t * x->out.c);
        y = batch_norm(b, y, layer_name(b, "expand_BN", n1),
                       layer_name(b, "expand_relu", n2));
    }
    y = depthwise_conv(b, y, s);
    y = batch_norm(b, y, layer_name(b, "depthwise_BN", n1),
                   layer_name(b, "depthwise_relu", n2));
    y = pointwise_conv(b, y, layer_name(b, "project", n1), c);
    y = batch_norm(b, y, layer_name(b, "project_BN", n1), NULL);
    if (x && s == 1 && x->out.c == c)
        y = nn_add(b->g, x, y, layer_name(b, "add", n1));
    b->block++;
    return y;
}

static struct node *trunk(struct graph *g, const struct net_args *a)
{
    static const struct {
        int t, c, n, s; /* expansion, channels, repeats, first stride */
    } table[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                 {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
    struct mobilenetv2_build b = {
        g, a->bn_momentum == 0.0f ? 0.999f : a->bn_momentum, 0};
    struct node *x = nn_input(g, "input_1", a->h, a->w, 3);

    x = nn_conv2d(g, x, "Conv1",
                  (struct conv_args){
                      .filters = 32, .size = 3, .stride = 2, .pad = PAD_SAME});
    x = batch_norm(&b, x, "bn_Conv1", "Conv1_relu");
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        for (int r = 0; r < table[i].n; r++)
            x = bottleneck_block(&b, x, table[i].t, table[i].c,
                                 r ? 1 : table[i].s);
    x = pointwise_conv(&b, x, "Conv_1", 1280);
    return batch_norm(&b, x, "Conv_1_bn", "out_relu");
}

static const char *const stages[] = {"block_1_expand", "block_3_expand",
                                     "block_6_expand", "block_13_expand", NULL};

const struct net net_mobilenetv2 = {
    .name = "mobilenetv2",
    .cam_layer = "out_relu",
    .preprocess = PREPROCESS_TF,
    .n_trunk = 2257984,
    .paper_freeze = 100,
    .stages = stages,
    .trunk = trunk,
};
