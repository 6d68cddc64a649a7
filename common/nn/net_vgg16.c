/*
 * net_vgg16.c - VGG16
 *
 * The trunk has 14,714,688 parameters.  Layer names as in Keras 2.12.
 * Source: Simonyan and Zisserman 2015 (arXiv:1409.1556), table 1, column D.
 */
#include "nn/net_vgg.h"

static struct node *trunk(struct graph *g, const struct net_args *a)
{
    static const int convs[VGG_BLOCKS] = {2, 2, 3, 3, 3};

    return net_vgg_trunk(g, a, convs);
}

const struct net net_vgg16 = {
    .name = "vgg16",
    .cam_layer = "block5_conv3",
    .preprocess = PREPROCESS_CAFFE,
    .n_trunk = 14714688,
    .paper_cut = "block4_conv3",
    .paper_freeze = 13,
    .dropout_head = true,
    .stages = net_vgg_stages,
    .style = {"block2_pool", "block3_pool"},
    .trunk = trunk,
};
