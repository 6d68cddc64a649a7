/*
 * nets.h - networks by name
 *
 * Each is Keras Applications' network of that name without its top, then the
 * head of the paper's notebooks, ending in logits (no softmax).
 */
#ifndef NN_NETS_H
#define NN_NETS_H

#include "nn/graph.h"
#include "nn/preprocess.h"

enum { NET_MIN_SIDE = 32, NET_MAX_SIDE = 512, NET_MAX_CLASSES = 1000 };

struct net_args {
    int h, w;          /* input, NET_MIN_SIDE .. NET_MAX_SIDE; 3 channels */
    int classes;       /* 2 .. NET_MAX_CLASSES */
    float bn_momentum; /* 0: the network's own */
};

struct net {
    const char *name;           /* "mobilenetv2" */
    const char *cam_layer;      /* where Grad-CAM looks unless told otherwise */
    enum preprocess preprocess; /* what its ImageNet weights expect */
    size_t n_trunk;             /* parameters and statistics before the head */
    void (*build)(struct graph *g, const struct net_args *a);
};

/* The network of that name.  Errors: ERR_USAGE unknown; the text lists all. */
MUST_USE const struct net *net_find(const char *name, struct err *err);

/* The i-th network, or NULL past the last. */
const struct net *net_at(size_t i);

/*
 * A finished graph of 'net'; the caller frees it with graph_free().
 * Errors: ERR_USAGE an argument out of range; ERR_SYSTEM.  Returns NULL then.
 */
MUST_USE struct graph *net_new(const struct net *net, const struct net_args *a,
                               const struct graph_args *ga, struct err *err);

#endif
