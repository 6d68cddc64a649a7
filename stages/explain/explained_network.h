/*
 * explained_network.h - a network that is explained, as explainers want it
 */
#ifndef EXPLAIN_EXPLAINED_NETWORK_H
#define EXPLAIN_EXPLAINED_NETWORK_H

#include "evaluation/inference.h"
#include "stages/explain/explainer.h"

struct explained_network {
    struct inference net;  /* every layer readable, with gradients */
    struct inference many; /* folded, for many passes */
    struct scorer scorer;  /* of 'many' */
    struct gradients gradients;
};

struct explained_network_args {
    const char *model;   /* its file */
    const char *network; /* what it must be */
    const struct store *data;
    const struct word_list *layers; /* as explain_layer() takes them */
    bool many_bf16; /* many passes are in bf16; those with gradients are not */
};

/*
 * Load it.  Errors: as inference_open() and explain_layer().  Then, too,
 * explained_network_close() it.
 */
MUST_USE int explained_network_open(struct explained_network *n,
                                    const struct explained_network_args *a,
                                    struct err *err);
void explained_network_close(struct explained_network *n);

/*
 * Room for the gradients of some layers of 'net'.
 *   net   [in] opened with GRAPH_KEEP_ALL
 *   names [in] as explain_layer() takes them
 * Errors: as explain_layer() and gradients_init().
 */
MUST_USE int explained_network_layers(struct gradients *g,
                                      const struct inference *net,
                                      const struct word_list *names,
                                      struct err *err);

/*
 * Give the layers nearest to the output initial weights and statistics instead
 * of learnt ones.
 *   share [in] of the layers that have any, 0 .. 1
 *   seed  [in] of the weights: the same seed, the same weights
 * Errors: ERR_SYSTEM.
 * Source: Adebayo et al. 2018 (arXiv:1810.03292), cascading randomisation.
 */
MUST_USE int explained_network_randomise(struct explained_network *n,
                                         double share, uint64_t seed,
                                         struct err *err);

/* Look at an input: fill the gradients, and point the task at this network.
 *   t [in,out] x, target and n_target are set */
void explained_network_gradients(struct explained_network *n,
                                 struct explainer_task *t);

#endif
