/*
 * graph_chains.c - concatenations that grow in place
 *
 * In a dense block each layer's channels are put behind those of all layers
 * before it, so that the first ones would be copied again and again.  Here all
 * concatenations of a block lie in one place, a pixel of which is as long as
 * one of the last; each writes its new channels behind those that are there,
 * and their gradients lie together likewise.  Only batch normalisations and
 * concatenations can read such rows (tensor.pitch).
 */
#include "nn/graph_private.h"

/* Do all that read node k, but node i, normalise it, and before node i, so that
 * what they add to its gradient comes behind what node i puts there? */
static bool others_normalise(const struct graph *g, int k, int i)
{
    for (int j = k + 1; j < g->n_node; j++)
        for (int n = 0; n < NN_MAX_IN; n++)
            if (g->node[j]->in[n] == g->node[k] &&
                (j > i || (j < i && !op_is_bn(g->node[j]))))
                return false;
    return true;
}

/* May node i grow in the place of its first input, node k? */
static bool may_grow(const struct graph *g, int i, int k)
{
    const struct node *nd = g->node[i];

    return g->args.memory != GRAPH_KEEP_ALL && nd->op->kind == KIND_CONCAT &&
           nd->in[0]->op->kind == KIND_CONCAT && nd->in[0] != nd->in[1] &&
           g->run[i] && g->run[k] && !g->border[k] &&
           nd->out.bf16 == nd->in[0]->out.bf16 && g->rows[i] == g->rows[k] &&
           others_normalise(g, k, i);
}

void graph_plan_chains(struct graph *g)
{
    for (int i = g->n_node - 1; i >= 0; i--) {
        struct node *nd = g->node[i];
        const int k = graph_index(g, nd->in[0]);

        nd->grows = k != NO_NODE && may_grow(g, i, k);
        if (nd->grows)
            nd->in[0]->out.pitch = nd->in[0]->dout.pitch = nd->out.pitch;
    }
    for (int i = 0; g->args.memory == GRAPH_TRAIN && i < g->n_node; i++) {
        struct node *nd = g->node[i];

        if (nd->grows || nd->out.pitch > nd->out.c)
            nd->n_keep = (2 + 2 * (size_t)nd->out.pitch) * sizeof(double) /
                         sizeof(float);
    }
}
