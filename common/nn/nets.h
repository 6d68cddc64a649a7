/*
 * nets.h - networks by name
 *
 * Each is Keras Applications' network of that name without its top, or the
 * first part of it, then a head that ends in logits (no softmax).  Layers go by
 * Keras 2.12's names, and are counted in Keras' order (model.layers).
 */
#ifndef NN_NETS_H
#define NN_NETS_H

#include "nn/graph.h"
#include "nn/preprocess.h"

enum { NET_MIN_SIDE = 32, NET_MAX_SIDE = 512, NET_MAX_CLASSES = 1000 };

enum net_head {
    HEAD_PAPER,       /* what the authors' notebooks put on this network */
    HEAD_LINEAR,      /* global average, then a dense layer */
    HEAD_POOL,        /* global average: features, no classes */
    HEAD_NONE,        /* the trunk's last layer */
    HEAD_PROJECT,     /* global average, dense 128, relu, L2 norm: embeddings,
                        no classes */
    HEAD_PROJECT_TWO, /* global average, dense as wide as that, relu, dense 128,
                         L2 norm: likewise; Khosla et al. 2020
                         (arXiv:2004.11362), section 3.2.1 and their code */
    HEAD_CLASSIFIER,  /* global average, dropout, dense 512, relu, dropout,
                        dense: behind a contrastive encoder */
    HEAD_DROPOUT,     /* HEAD_PAPER, and where that has no dropout, one of .5
                        before each of its dense layers, as the paper's text
                        has it */
};

struct net_args {
    int h, w;          /* input, NET_MIN_SIDE .. NET_MAX_SIDE; 3 channels */
    int classes;       /* 2 .. NET_MAX_CLASSES; not used by heads without */
    float bn_momentum; /* 0: the network's own */
    const char *cut;   /* layer that ends the trunk; NULL: all of it */
    enum net_head head;
    int freeze;      /* so many first layers of net_layers() learn nothing */
    bool no_dropout; /* a head without its dropout */
    bool size;       /* heads that begin with a pool: two more values of each
                        image are joined to what it puts out; see net_size() */
};

struct net {
    const char *name;           /* "mobilenetv2" */
    const char *cam_layer;      /* where Grad-CAM looks unless told otherwise;
                                   of a cut trunk: net_cam_node() */
    enum preprocess preprocess; /* what its ImageNet weights expect */
    size_t n_trunk;             /* parameters and statistics of the whole
                                   trunk */
    const char *paper_cut;      /* where the authors cut it; NULL: nowhere */
    int paper_freeze;           /* how many layers they froze */
    const char *const *stages;  /* layers with which the trunk's second stage,
                                   its third ... begin, in Keras' order, then
                                   NULL: maps are halved where a stage
                                   begins */
    bool remakes; /* training makes normalised values again (see graph.h): where
                     they are much of its memory */
    bool dropout_head; /* HEAD_PAPER: maximum, batch normalisation and
                                   dropout; else average, no dropout */
    /* Append the trunk; returns its last node. */
    struct node *(*trunk)(struct graph *g, const struct net_args *a);
};

/* "paper", "linear", "pool", "none", "project", "project_two",
 * "classifier", "dropout". */
const char *net_head_name(enum net_head head);

/* The head of that name.  Errors: ERR_USAGE unknown. */
MUST_USE int net_head_find(const char *name, enum net_head *head,
                           struct err *err);

/* The network of that name.  Errors: ERR_USAGE unknown; the text lists all. */
MUST_USE const struct net *net_find(const char *name, struct err *err);

/* The i-th network, or NULL past the last. */
const struct net *net_at(size_t i);

/*
 * A finished graph of 'net'; the caller frees it with graph_free().
 * Errors: ERR_USAGE an argument out of range, or no layer of the name of 'cut';
 * the text names the nearest.  ERR_SYSTEM.  Returns NULL then.
 */
MUST_USE struct graph *net_new(const struct net *net, const struct net_args *a,
                               const struct graph_args *ga, struct err *err);

/*
 * Where Grad-CAM looks in 'g', a graph of 'net' that may be cut: at
 * net->cam_layer, or else, from the trunk's last layer back through first
 * inputs, at the first whose values are rectified: Grad-CAM++ and LayerCAM take
 * a value below 0 for evidence against whatever its channel speaks for.  Without
 * any, at the trunk's last.  NULL: there is no trunk.
 */
struct node *net_cam_node(const struct net *net, struct graph *g);

/*
 * How many stages each node lies from the head of 'g', a graph of 'net' that
 * may be cut: 0 in the head, 1 in the last stage that is there ...
 *   depth [out] (graph_n_node(g)); of nodes without weights 0 or as above
 * Errors: ERR_SYSTEM.
 */
MUST_USE int net_depths(const struct net *net, struct graph *g, int *depth,
                        struct err *err);

/*
 * Where the sizes of cells are given to 'g', (n, CELL_SIZE) of cell_size.h;
 * NULL if it takes none, or is a front.
 */
float *net_size(struct graph *g);

/*
 * Keras' order, model.layers, of the nodes of 'g', which is built unfused: by
 * falling distance from the output, then in the order in which Keras meets
 * them.
 *   order [out] (graph_n_node(g)) places of graph_node_at()
 * Errors: ERR_SYSTEM.
 */
MUST_USE int net_keras_order(struct graph *g, int *order, struct err *err);

/* A trunk's layers as Keras orders them. */
struct net_layers {
    int n;
    char name[GRAPH_MAX_NODES][NN_NAME_MAX];
    struct slot slot[GRAPH_MAX_NODES][NN_MAX_SLOT]; /* their weights */
    int n_slot[GRAPH_MAX_NODES];
};

/*
 * Keras' model.layers of the whole trunk.  Release with free().
 * Errors: ERR_SYSTEM.  Returns NULL then.
 */
MUST_USE struct net_layers *net_layers(const struct net *net, struct err *err);

/* How many they are.  Errors: ERR_SYSTEM.  Returns -1 then. */
MUST_USE int net_count_layers(const struct net *net, struct err *err);

/*
 * The place of a layer among net_layers(): freezing all layers before it is
 * net_args.freeze.  Errors: ERR_USAGE none of that name; the text names the
 * nearest.  ERR_SYSTEM.  Returns -1 then.
 */
MUST_USE int net_layer_index(const struct net *net, const char *layer,
                             struct err *err);

#endif
