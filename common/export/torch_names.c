/* torch_names.c - from the names of Keras' layers */
#include "export/torch_names.h"

#include <stdio.h>
#include <string.h>

enum { VGG_BLOCKS = 5 };

/* Convolutions of each block; a ReLU follows each, a maximum the block. */
struct vgg {
    const char *network;
    int convs[VGG_BLOCKS];
};

static const struct vgg vggs[] = {{"vgg16", {2, 2, 3, 3, 3}},
                                  {"vgg19", {2, 2, 4, 4, 4}}};

static bool name_vgg(const struct vgg *v, const char *layer,
                     char name[NN_NAME_MAX])
{
    int block, conv, end = 0, at = 0;

    if (sscanf(layer, "block%d_conv%d%n", &block, &conv, &end) != 2 ||
        layer[end])
        return false;
    for (int b = 0; b < block - 1; b++)
        at += 2 * v->convs[b] + 1;
    snprintf(name, NN_NAME_MAX, "features.%d", at + 2 * (conv - 1));
    return true;
}

/* What a layer of a block, or of a transition, is called in it. */
static const struct {
    const char *keras, *torch;
} block_parts[] = {{"0_bn", "norm1"},
                   {"1_conv", "conv1"},
                   {"1_bn", "norm2"},
                   {"2_conv", "conv2"}},
  densenet_parts[] = {{"conv1/conv", "features.conv0"},
                      {"conv1/bn", "features.norm0"},
                      {"bn", "features.norm5"},
                      {"pool2_bn", "features.transition1.norm"},
                      {"pool2_conv", "features.transition1.conv"},
                      {"pool3_bn", "features.transition2.norm"},
                      {"pool3_conv", "features.transition2.conv"},
                      {"pool4_bn", "features.transition3.norm"},
                      {"pool4_conv", "features.transition3.conv"}};

static bool name_densenet(const char *layer, char name[NN_NAME_MAX])
{
    int stage, block, end = 0;

    for (size_t i = 0; i < sizeof(densenet_parts) / sizeof(densenet_parts[0]);
         i++)
        if (strcmp(layer, densenet_parts[i].keras) == 0) {
            snprintf(name, NN_NAME_MAX, "%s", densenet_parts[i].torch);
            return true;
        }
    if (sscanf(layer, "conv%d_block%d_%n", &stage, &block, &end) != 2 || !end)
        return false;
    for (size_t i = 0; i < sizeof(block_parts) / sizeof(block_parts[0]); i++)
        if (strcmp(layer + end, block_parts[i].keras) == 0) {
            snprintf(name, NN_NAME_MAX, "features.denseblock%d.denselayer%d.%s",
                     stage - 1, block, block_parts[i].torch);
            return true;
        }
    return false;
}

void torch_names_layer(const char *network, const char *layer,
                       char name[NN_NAME_MAX])
{
    for (size_t i = 0; i < sizeof(vggs) / sizeof(vggs[0]); i++)
        if (strcmp(network, vggs[i].network) == 0 &&
            name_vgg(&vggs[i], layer, name))
            return;
    if (strcmp(network, "densenet169") == 0 && name_densenet(layer, name))
        return;
    snprintf(name, NN_NAME_MAX, "%s", layer);
}

const char *torch_names_tensor(const char *suffix)
{
    static const struct {
        const char *keras, *torch;
    } parts[] = {{"kernel:0", "weight"},
                 {"depthwise_kernel:0", "weight"},
                 {"bias:0", "bias"},
                 {"gamma:0", "weight"},
                 {"beta:0", "bias"},
                 {"moving_mean:0", "running_mean"},
                 {"moving_variance:0", "running_var"}};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(suffix, parts[i].keras) == 0)
            return parts[i].torch;
    BUG_ON(true);
}
