/* net_vgg.h - what VGG16 and VGG19 have in common */
#ifndef NN_NET_VGG_H
#define NN_NET_VGG_H

#include "nn/nets.h"

enum { VGG_BLOCKS = 5 };

/* For struct net: a stage is a block. */
extern const char *const net_vgg_stages[];

/* Blocks of convs[b] 3x3 convolutions, each block ending in a 2x2 maximum. */
struct node *net_vgg_trunk(struct graph *g, const struct net_args *a,
                           const int convs[VGG_BLOCKS]);

#endif
