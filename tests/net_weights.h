/*
 * net_weights.h - graphs of networks, and their tensors as a file's
 */
#ifndef TESTS_NET_WEIGHTS_H
#define TESTS_NET_WEIGHTS_H

#include "nn/nets.h"
#include "nn/safetensors.h"
#include "tap.h"

#include <stdlib.h>

enum { NET_SIDE = 32 };

static inline struct graph *new_graph(const struct net *net, const char *cut,
                                      enum net_head head)
{
    struct err err = {0};
    struct graph *g = net_new(
        net,
        &(struct net_args){.h = NET_SIDE,
                           .w = NET_SIDE,
                           .classes = 5,
                           .cut = cut,
                           .head = head},
        &(struct graph_args){.max_batch = 1, .seed = 3, .memory = GRAPH_INFER},
        &err);

    need(g != NULL, &err);
    return g;
}

/* A view of the graph's tensors as a file's; free() the list. */
static inline struct safetensors view_of(struct graph *g)
{
    const struct named_tensor *list;
    struct safetensors f = {0};

    graph_tensors(g, &list, &f.n_tensor);
    f.tensor = calloc(f.n_tensor + 1, sizeof(*f.tensor));
    for (size_t i = 0; i < f.n_tensor; i++) {
        f.tensor[i] = (struct safetensors_tensor){
            .name = list[i].name, .n_dim = list[i].n_dim, .data = list[i].data};
        for (int k = 0; k < list[i].n_dim; k++)
            f.tensor[i].dim[k] = (size_t)list[i].dim[k];
    }
    return f;
}

static inline bool same_tensors(const struct safetensors *a,
                                const struct safetensors *b)
{
    for (size_t i = 0; i < a->n_tensor; i++) {
        const struct safetensors_tensor *t =
            safetensors_find(b, a->tensor[i].name);

        if (!t || safetensors_bytes(t) != safetensors_bytes(&a->tensor[i]) ||
            memcmp(t->dim, a->tensor[i].dim, sizeof(t->dim)) != 0 ||
            memcmp(t->data, a->tensor[i].data, safetensors_bytes(t)) != 0)
            return false;
    }
    return a->n_tensor == b->n_tensor;
}

#endif
