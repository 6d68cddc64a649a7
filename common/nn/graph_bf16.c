/*
 * graph_bf16.c - which values of a network in bf16 lie in memory in bf16
 *
 * Those whose layer can write and whose readers can all read such numbers:
 * between a convolution and its batch normalisation, and what convolutions
 * read, most of which would round it.  They take half of the memory, and half
 * of the time to write and read.  Values that are handed on, inputs, the border
 * and the last one, and all that is to stay readable, are float32; so are
 * gradients that several layers add to, and those of frozen layers.  What a
 * batch normalisation alone reads of a convolution is less its moving mean.
 */
#include "nn/graph_private.h"
#include "nn/layers.h"

/* Do all that read node i read bf16, and is there one? */
static bool readers_can(const struct graph *g, int i)
{
    int readers = 0;

    for (int j = i + 1; j < g->n_node; j++)
        for (int k = 0; k < NN_MAX_IN; k++) {
            if (g->node[j]->in[k] != g->node[i])
                continue;
            if (!g->node[j]->reads_bf16)
                return false;
            readers++;
        }
    return readers > 0;
}

/* Where a gradient is cut off at 6 no number near 6 may be rounded to it. */
static bool is_cut_by_value(const struct node *nd)
{
    return op_is_bn(nd) && nd->frozen && op_bn_act(nd) == ACT_RELU6;
}

static void plan_outs(struct graph *g)
{
    for (int i = 0; i < g->n_node; i++) {
        struct node *nd = g->node[i];
        /* a folded batch normalisation's value is written by the layer before
         * it, and is the only one of both */
        struct node *by = nd->done ? nd->in[0] : nd;

        if (nd->fold || !by->writes_bf16 || !g->run[i] || g->border[i] ||
            is_cut_by_value(nd))
            continue;
        nd->out.bf16 = by->out.bf16 =
            readers_can(g, i) && !(by->keeps_bf16 && !by->in[0]->out.bf16);
    }
}

/*
 * A value far from 0 loses to rounding much of what tells it from others.  A
 * batch normalisation subtracts the mean anyway, so its moving mean, which is
 * near unless images are scaled in another way than the weights expect, is
 * subtracted before the value is rounded.
 */
static void plan_centres(struct graph *g)
{
    for (int j = 0; j < g->n_node; j++) {
        struct node *nd = g->node[j], *x = nd->in[0];
        int readers = 0;

        if (!op_is_bn(nd) || !x->centres || !x->out.bf16 || x->fold)
            continue;
        for (int i = 0; i < g->n_node; i++)
            for (int k = 0; k < NN_MAX_IN; k++)
                readers += g->node[i]->in[k] == x;
        x->centre = readers == 1 ? nd : NULL;
    }
}

/* Is node i read once, by one that gives its gradient in bf16? */
static bool reader_gives(const struct graph *g, int i)
{
    int readers = 0;
    bool gives = false;

    for (int j = i + 1; j < g->n_node; j++)
        for (int k = 0; k < NN_MAX_IN; k++)
            if (g->node[j]->in[k] == g->node[i]) {
                gives = g->node[j]->gives_bf16 && !g->node[j]->frozen;
                readers++;
            }
    return gives && readers == 1;
}

void graph_plan_bf16(struct graph *g)
{
    if (!g->args.bf16 || g->args.memory == GRAPH_KEEP_ALL)
        return;
    plan_outs(g);
    plan_centres(g);
    for (int i = 0; g->args.memory == GRAPH_TRAIN && i < g->n_node; i++)
        g->node[i]->dout.bf16 = g->node[i]->out.bf16 &&
                                g->node[i]->takes_bf16 && !g->node[i]->frozen &&
                                reader_gives(g, i);
}
