#include "stages/explain/gradients.h"

#include <stdlib.h>
#include <string.h>

/* Shape and place of layer[i], which borrows g->memory from 'at' on; returns
 * where the next one's begins. */
static size_t place_layer(struct gradients *g, int i, size_t at)
{
    struct gradients_layer *l = &g->layer[i];
    const size_t n = (size_t)l->h * (size_t)l->w * (size_t)l->c;

    l->a = g->memory + at;
    at += n;
    for (int k = 0; k < GRADIENTS_TARGETS_MAX; k++, at += n)
        l->da[k] = g->memory + at;
    return at;
}

/* What of node[i] is kept, and where in the picture it lies. */
static void describe_layer(struct gradients *g, int i)
{
    const struct tensor *t = &g->node[i]->out;
    struct receptive_field f = receptive_field_of(g->graph, g->node[i]);
    const int step = graph_read_step(g->graph, g->node[i]);

    f.y.step *= step;
    f.x.step *= step;
    g->step[i] = step;
    g->layer[i] = (struct gradients_layer){.h = (t->h - 1) / step + 1,
                                           .w = (t->w - 1) / step + 1,
                                           .c = t->c,
                                           .field = f};
}

int gradients_init(struct gradients *g, struct graph *graph,
                   struct node *const *node, int n_layer, struct err *err)
{
    size_t len = 0, at = 0;

    BUG_ON(n_layer < 1 || n_layer > GRADIENTS_LAYERS_MAX);
    *g = (struct gradients){.graph = graph, .n_layer = n_layer};
    for (int i = 0; i < n_layer; i++) {
        g->node[i] = node[i];
        len += tensor_row(&node[i]->out) * (1 + GRADIENTS_TARGETS_MAX);
        if (graph_index(graph, node[i]) < graph_index(graph, node[g->first]))
            g->first = i;
    }
    g->memory = malloc(len * sizeof(*g->memory));
    if (!g->memory)
        return err_set(err, ERR_SYSTEM, "no memory for %zu activations", len);
    for (int i = 0; i < n_layer; i++) {
        describe_layer(g, i);
        at = place_layer(g, i, at);
    }
    return 0;
}

void gradients_release(struct gradients *g)
{
    free(g->memory);
    *g = (struct gradients){0};
}

/* d logit / d logits, in every row. */
static void point_at(struct graph *g, int target)
{
    const struct tensor *d = &graph_output(g)->dout;

    BUG_ON(target < 0 || target >= d->c);
    for (size_t i = 0; i < tensor_len(d); i++)
        d->data[i] = (int)(i % (size_t)d->c) == target ? 1.0f : 0.0f;
}

/* 'from', a value of node[i] or its gradient, as layer[i] has it. */
static void keep_layer(const struct gradients *g, int i, const float *from,
                       float *to)
{
    const struct gradients_layer *l = &g->layer[i];
    const int w = g->node[i]->out.w, step = g->step[i];

    for (int y = 0; y < l->h; y++)
        for (int x = 0; x < l->w; x++, to += l->c)
            memcpy(to, from + (ptrdiff_t)(y * step * w + x * step) * l->c,
                   (size_t)l->c * sizeof(*from));
}

/* What layer[i] borrows from g->memory, to be written. */
static float *own_memory(struct gradients *g, const float *borrowed)
{
    return g->memory + (borrowed - g->memory);
}

const float *gradients_logits(struct gradients *g, const float *x)
{
    graph_set_batch(g->graph, 1);
    memcpy(graph_input(g->graph), x,
           tensor_row(&graph_node_at(g->graph, 0)->out) * sizeof(*x));
    graph_forward(g->graph, PHASE_INFER);
    return graph_output(g->graph)->out.data;
}

void gradients_of_sum(struct gradients *g, const float *weight, float *da)
{
    const struct tensor *d = &graph_output(g->graph)->dout;

    memcpy(d->data, weight, (size_t)d->c * sizeof(*weight));
    graph_backward_to(g->graph, g->node[0]);
    keep_layer(g, 0, g->node[0]->dout.data, da);
}

void gradients_take(struct gradients *g, const float *x, const int *target,
                    int n)
{
    BUG_ON(n < 1 || n > GRADIENTS_TARGETS_MAX);
    gradients_logits(g, x);
    for (int i = 0; i < g->n_layer; i++)
        keep_layer(g, i, g->node[i]->out.data, own_memory(g, g->layer[i].a));
    for (int k = 0; k < n; k++) {
        point_at(g->graph, target[k]);
        graph_backward_to(g->graph, g->node[g->first]);
        for (int i = 0; i < g->n_layer; i++)
            keep_layer(g, i, g->node[i]->dout.data,
                       own_memory(g, g->layer[i].da[k]));
    }
}

const float *gradients_of_input(struct graph *graph, int n, int target)
{
    BUG_ON(n < 1 || n > graph_max_batch(graph));
    graph_set_batch(graph, n);
    graph_forward(graph, PHASE_INFER);
    point_at(graph, target);
    graph_backward(graph);
    return graph_node_at(graph, 0)->dout.data;
}
