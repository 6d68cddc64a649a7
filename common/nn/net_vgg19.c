/*
 * net_vgg19.c - VGG19
 *
 * The trunk has 20,024,384 parameters.  Layer names as in Keras 2.12.
 * Source: Simonyan and Zisserman 2015 (arXiv:1409.1556), table 1, column E.
 */
#include "nn/net_vgg.h"

static struct node *trunk(struct graph *g, const struct net_args *a)
{
    static const int convs[VGG_BLOCKS] = {2, 2, 4, 4, 4};

    return net_vgg_trunk(g, a, convs);
}

const struct net net_vgg19 = {
    .name = "vgg19",
    .cam_layer = "block5_conv4",
    .preprocess = PREPROCESS_CAFFE,
    .n_trunk = 20024384,
    .paper_cut = "block5_conv2",
    .paper_freeze = 17,
    .dropout_head = true,
    .stages = net_vgg_stages,
    .style = {"block2_pool", "block3_pool"},
    .trunk = trunk,
};
