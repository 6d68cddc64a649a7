/*
 * weights_fit.h - which tensor of a file is which of a network's
 *
 * Versions of Keras call the same tensor by several names:
 *
 *     block1_conv1/kernel:0             a network's own file; the names here
 *     block1_conv1/kernel               Keras 3, *.h5
 *     vgg16/block1_conv1/kernel:0       a model that holds the network as a
 *                                       layer (or with "my_model/" before it)
 *     conv1_conv/kernel                 Keras 3 where Keras 2 has conv1/conv
 *     block_1_depthwise/kernel          and where it has depthwise_kernel:0
 *     layers/conv2d/vars/0              Keras 3, *.weights.h5
 *     layers/functional/layers/conv2d|block1_conv1/vars/0      the same, where
 *                                       the file says what the layer is called
 *
 * Of *.weights.h5 without names the layers of a class are taken in their order,
 * and their shapes must agree (weights_order.h).
 */
#ifndef NN_WEIGHTS_FIT_H
#define NN_WEIGHTS_FIT_H

#include "nn/nets.h"
#include "nn/safetensors.h"

/* A tensor's place in a network; layer -1: it has none. */
struct weights_place {
    int layer, slot;
};

/* What a file's tensors are. */
struct weights_map {
    const struct net *net;
    const struct net_layers *l;  /* borrowed */
    const struct safetensors *f; /* borrowed */
    struct weights_place *to;    /* (f->n_tensor) */
    const char *prefix;          /* what stands before the layers' names: */
    size_t n_prefix;             /* so many bytes of it; borrowed */
};

/*
 * Give the tensors of 'f' the names that 'net' has for them.  Those of layers
 * around a network that is a layer itself are left out, but for a classifier,
 * and those of layers that scale inputs (weights_is_scaling()).
 * A file whose names are those already, or of which nothing is known, stays as
 * it is: weights_check() says what is wrong with it.
 *   left_out [out] tensors of other layers
 * Errors: ERR_INPUT the network is there twice, or a place could be that of
 * several layers, or layers of a class are too few or of other shapes; 'f' is
 * as before.  ERR_SYSTEM.
 */
MUST_USE int weights_fit(struct safetensors *f, const struct net *net,
                         size_t *left_out, struct err *err);

/* How many tensors of 'f' have a place in a network of these layers. */
size_t weights_fit_count(const struct net *net, const struct net_layers *l,
                         const struct safetensors *f);

#endif
