/*
 * gradients.h - activations of layers and gradients of logits, for one cell
 *
 * One forward pass, then for each class one backward pass that goes no further
 * than the first of the layers.  Grad-CAM, Grad-CAM++ and LayerCAM all read
 * what is kept here, so that they share the passes.  Gradients are of logits,
 * not of probabilities, which vanish when the network is sure.
 *
 * Where the network reads only every second row and column of a layer, as
 * ResNet-50 does between its stages, only these are kept: the others have no
 * gradient, and say nothing of what the network looked at.
 */
#ifndef EXPLAIN_GRADIENTS_H
#define EXPLAIN_GRADIENTS_H

#include "base/err.h"
#include "nn/graph.h"
#include "nn/receptive_field.h"

enum {
    GRADIENTS_LAYERS_MAX = 16,
    GRADIENTS_TARGETS_MAX = 2,
    GRADIENTS_BATCH = 8
};

struct gradients_layer {
    int h, w, c;    /* rows, columns that are read; channels */
    const float *a; /* (h, w, c) activations; borrowed */
    const float
        *da[GRADIENTS_TARGETS_MAX]; /* (h, w, c) gradients of the logit of
                                         each target; borrowed */
    struct receptive_field field;   /* of these rows and columns */
};

struct gradients {
    struct graph *graph;                     /* GRAPH_KEEP_ALL; borrowed */
    struct node *node[GRADIENTS_LAYERS_MAX]; /* borrowed */
    int n_layer, first;                      /* which of them comes first */
    int step[GRADIENTS_LAYERS_MAX]; /* every so many-th row, column is kept */
    struct gradients_layer layer[GRADIENTS_LAYERS_MAX];
    float *memory; /* owned: what layer[] points to */
};

/*
 * Room for 'n_layer' layers of 'graph', 1 .. GRADIENTS_LAYERS_MAX.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int gradients_init(struct gradients *g, struct graph *graph,
                            struct node *const *node, int n_layer,
                            struct err *err);
void gradients_release(struct gradients *g);

/*
 * Fill layer[] for one input.
 *   x      [in] (h, w, 3)
 *   target [in] (n) classes, 1 .. GRADIENTS_TARGETS_MAX of them
 */
void gradients_take(struct gradients *g, const float *x, const int *target,
                    int n);

/* Run the network on x (h, w, 3).  Returns its logits, (classes), borrowed from
 * the graph, good until its next pass. */
const float *gradients_logits(struct gradients *g, const float *x);

/*
 * Of the network's last gradients_logits(): the gradient of a weighted sum of
 * logits.  layer[] stays as it is.
 *   weight [in]  (classes)
 *   da     [out] as layer[0].da[]
 */
void gradients_of_sum(struct gradients *g, const float *weight, float *da);

/*
 * Gradients of a logit with respect to the input, for the 'n' rows that the
 * caller wrote to graph_input(), 1 .. GRADIENTS_BATCH.
 *   graph [in,out] GRAPH_KEEP_ALL
 * Returns (n, h, w, 3), borrowed from the graph, good until its next pass.
 */
const float *gradients_of_input(struct graph *graph, int n, int target);

#endif
