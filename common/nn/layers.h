/*
 * layers.h - the table of contents: every layer, one line each
 *
 * A constructor appends a node to 'g' and returns it; the graph owns it.
 * If something is wrong, including a NULL 'x', it returns NULL and 'g' keeps
 * the first error, so a network is written without a check per line.
 * 'name' is copied; names are unique in a graph and shorter than NN_NAME_MAX.
 * Semantics and initial values are those of Keras 2.12.
 */
#ifndef NN_LAYERS_H
#define NN_LAYERS_H

#include "nn/init.h"

#include <stdbool.h>

struct graph;
struct node;

enum pad {
    PAD_VALID,   /* none */
    PAD_SAME,    /* out = ceil(in / stride); an odd row or column goes after */
    PAD_CORRECT, /* Keras' correct_pad() before a valid convolution: an even
                    side gets (k/2 - 1, k/2), an odd one (k/2, k/2) */
};

enum act { ACT_NONE, ACT_RELU, ACT_RELU6 };

struct conv_args {
    int filters; /* out channels, >= 1; depthwise: not used */
    int size;    /* rows and columns of the kernel, 1 .. 15 */
    int stride;  /* 1 .. 8; 0 means 1 */
    enum pad pad;
    bool bias;
    enum act act; /* applied to the result; conv2d only */
    enum init
        init; /* of the kernel, likewise; 0: Glorot uniform, as in Keras */
};

struct pool_args {
    int size;     /* rows and columns of the window, 1 .. 15 */
    int stride;   /* 1 .. 8; 0 means size */
    enum pad pad; /* PAD_VALID or PAD_SAME; padding is never a maximum and
                     does not count in an average */
};

struct bn_args {
    float momentum; /* of the running statistics, 0 < m < 1; 0 means .99 */
    float eps;      /* 0 means 1e-3 */
    enum act act;   /* applied to the result, in the same pass */
    const char *act_name; /* the node's name then; NULL without act */
};

struct pad_args {
    int top, bottom, left, right; /* rows, columns of zeros */
};
struct dense_args {
    int units;      /* outputs per image, >= 1 */
    enum init init; /* of the kernel; 0: Glorot uniform, as in Keras */
};
struct dropout_args {
    float rate; /* 0 <= rate < 1 */
};

/* clang-format off */
struct node *nn_input(struct graph *g, const char *name, int h, int w, int c);                                /* given from outside */
struct node *nn_conv2d(struct graph *g, struct node *x, const char *name, struct conv_args a);                /* y = x * W + b */
struct node *nn_depthwise(struct graph *g, struct node *x, const char *name, struct conv_args a);             /* y_c = x_c * W_c */
struct node *nn_batch_norm(struct graph *g, struct node *x, const char *name, struct bn_args a);              /* y = act(gamma (x - mean) / sqrt(var + eps) + beta) */
struct node *nn_relu(struct graph *g, struct node *x, const char *name);                                      /* y = max(x, 0) */
struct node *nn_relu6(struct graph *g, struct node *x, const char *name);                                     /* y = min(max(x, 0), 6) */
struct node *nn_add(struct graph *g, struct node *a, struct node *b, const char *name);                       /* y = a + b */
struct node *nn_zero_pad(struct graph *g, struct node *x, const char *name, struct pad_args a);               /* zeros around */
struct node *nn_global_avg_pool(struct graph *g, struct node *x, const char *name);                           /* y_c = mean over rows and columns */
struct node *nn_global_max_pool(struct graph *g, struct node *x, const char *name);                           /* y_c = max over rows and columns */
struct node *nn_max_pool(struct graph *g, struct node *x, const char *name, struct pool_args a);              /* y_c = max over a window */
struct node *nn_avg_pool(struct graph *g, struct node *x, const char *name, struct pool_args a);              /* y_c = mean over a window */
struct node *nn_concat(struct graph *g, struct node *a, struct node *b, const char *name);                    /* channels of a, then those of b */
struct node *nn_l2_normalize(struct graph *g, struct node *x, const char *name);                              /* y = x / sqrt(max(sum x^2, 1e-12)) */
struct node *nn_dense(struct graph *g, struct node *x, const char *name, struct dense_args a);                /* y = x W + b */
struct node *nn_dropout(struct graph *g, struct node *x, const char *name, struct dropout_args a);            /* y = x m / (1 - rate), m in {0, 1} */
/* clang-format on */

#endif
