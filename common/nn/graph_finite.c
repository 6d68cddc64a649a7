/* graph_finite.c - where numbers cease to be finite in a forward pass */
#include "nn/bf16.h"
#include "nn/graph_private.h"

#include <math.h>

static bool all_finite(const void *x, bool bf16, size_t n)
{
    for (size_t i = 0; x && i < n; i++)
        if (!isfinite(bf16_or_float(x, bf16, i)))
            return false;
    return true;
}

/* Of all pixels, whatever lies between them. */
static bool tensor_finite(const struct tensor *x)
{
    const size_t n = x->data ? tensor_pixels(x) : 0;

    for (size_t i = 0; i < n; i++)
        if (!all_finite(tensor_number(x, i * (size_t)x->pitch), x->bf16,
                        (size_t)x->c))
            return false;
    return true;
}

/* The node's value, or of one that is read through what makes it. */
static bool value_finite(const struct node *nd)
{
    const size_t c = (size_t)nd->out.c;
    struct bn_rows rows;

    if (!nd->read_through)
        return tensor_finite(&nd->out);
    rows = op_bn_rows(nd);
    return all_finite(rows.scale, false, c) && all_finite(rows.shift, false, c);
}

void graph_seek_finite(struct graph *g, int i)
{
    if (!g->seeks || (g->sought >= 0 && g->sought <= i))
        return;
    if ((g->run[i] || g->border[i]) && !value_finite(g->node[i]))
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
    const struct node *centre = nd->centre;

    return all_finite(nd->param, false, nd->n_param) &&
           all_finite(nd->state, false, nd->n_state) &&
           (!centre || all_finite(centre->state, false, centre->n_state));
}
