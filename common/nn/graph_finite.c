/* graph_finite.c - where numbers cease to be finite in a forward pass */
#include "nn/graph_private.h"

#include <math.h>

static bool all_finite(const float *x, size_t n)
{
    for (size_t i = 0; x && i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* Of all pixels, whatever lies between them. */
static bool tensor_finite(const struct tensor *x)
{
    const size_t n = x->data ? tensor_pixels(x) : 0;

    for (size_t i = 0; i < n; i++)
        if (!all_finite(x->data + i * (size_t)x->pitch, (size_t)x->c))
            return false;
    return true;
}

void graph_seek_finite(struct graph *g, int i)
{
    const struct node *nd = g->node[i];

    if (!g->seeks || (g->sought >= 0 && g->sought <= i))
        return;
    if ((g->run[i] || g->border[i]) && !tensor_finite(&nd->out))
        g->sought = i;
}

int graph_forward_finite(struct graph *g, enum phase phase)
{
    g->seeks = true;
    g->sought = NO_NODE;
    graph_forward(g, phase);
    g->seeks = false;
    return g->sought;
}

bool graph_weights_finite(const struct node *nd)
{
    return all_finite(nd->param, nd->n_param) &&
           all_finite(nd->state, nd->n_state);
}
