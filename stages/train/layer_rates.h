/*
 * layer_rates.h - learning rates of layers by their depth
 *
 * A layer learns at rate decay^depth.  Depth counts the stages of the trunk
 * (net_depths() of nets.h) from the head, whose depth is 0: layers near the
 * picture, which are right for most pictures, change less than those behind
 * them.  Gradients, their norm and an optimiser's moments are what they are
 * without it; of adamw the decay of weights follows the layer's rate.
 * Source: Howard and Ruder 2018 (arXiv:1801.06146), section 3.2, with a factor
 * for a stage in place of a layer.
 */
#ifndef TRAIN_LAYER_RATES_H
#define TRAIN_LAYER_RATES_H

#include "nn/nets.h"
#include "nn/optim.h"

/* Parameters that lie together and learn at the same rate. */
struct layer_rate {
    size_t from, n; /* floats of graph_param() */
    float factor;   /* of the learning rate */
};

struct layer_rates {
    struct layer_rate *part; /* owned: all that learn, in order */
    int n;
};

/*
 *   g     [in] a graph of 'net'
 *   decay [in] 0 < decay <= 1; 1: one part of factor 1
 * Deterministic.  Release it also after a failure.  Errors: ERR_SYSTEM.
 */
MUST_USE int layer_rates_init(struct layer_rates *r, const struct net *net,
                              struct graph *g, double decay, struct err *err);
void layer_rates_release(struct layer_rates *r);

/* One step of 'optim' over all parameters: 's' is of the whole block. */
void layer_rates_step(const struct layer_rates *r, const struct optim *optim,
                      const struct optim_step *s);

#endif
