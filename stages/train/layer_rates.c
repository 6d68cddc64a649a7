#include "stages/train/layer_rates.h"

#include <math.h>
#include <stdlib.h>

/* The node's parameters, to the last part if they are like it. */
static void add_node(struct layer_rates *r, const struct node *nd, size_t from,
                     float factor)
{
    struct layer_rate *last = r->n ? &r->part[r->n - 1] : NULL;

    BUG_ON(from != (last ? last->from + last->n : 0));
    if (last && !(last->factor < factor) && !(last->factor > factor))
        last->n += nd->n_param;
    else
        r->part[r->n++] = (struct layer_rate){from, nd->n_param, factor};
}

int layer_rates_init(struct layer_rates *r, const struct net *net,
                     struct graph *g, double decay, struct err *err)
{
    const int n = graph_n_node(g);
    int *depth = malloc(sizeof(*depth) * (size_t)n);
    int rc = -1;

    *r = (struct layer_rates){.part = malloc(sizeof(*r->part) * (size_t)n)};
    if (!depth || !r->part)
        err_set(err, ERR_SYSTEM, "no memory for rates of %d layers", n);
    else
        rc = net_depths(net, g, depth, err);
    for (int i = 0; rc == 0 && i < n; i++) {
        const struct node *nd = graph_node_at(g, i);

        if (nd->n_param > 0 && !nd->frozen)
            add_node(r, nd, (size_t)(nd->param - graph_param(g)),
                     (float)pow(decay, depth[i]));
    }
    free(depth);
    return rc;
}

void layer_rates_release(struct layer_rates *r)
{
    free(r->part);
    *r = (struct layer_rates){0};
}

void layer_rates_step(const struct layer_rates *r, const struct optim *optim,
                      const struct optim_step *s)
{
    for (int i = 0; i < r->n; i++) {
        const struct layer_rate *p = &r->part[i];
        struct optim_step own = *s;

        own.n = p->n;
        own.w = s->w + p->from;
        own.dw = s->dw + p->from;
        for (int k = 0; k < optim->n_slot; k++)
            own.slot[k] = s->slot[k] + p->from;
        own.learning_rate = s->learning_rate * p->factor;
        optim->step(&own);
    }
}
