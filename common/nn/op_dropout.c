/*
 * op_dropout.c - y = x m / (1 - rate) in training, y = x otherwise
 *
 * m is 0 with probability 'rate', else 1.  The masks of a sample are a function
 * of (seed, layer name, step, number of the sample in the global batch): they
 * do not depend on how samples are spread over ranks.
 * Source: Srivastava et al. 2014, inverted as in Keras.
 */
#include "nn/graph.h"
#include "nn/layers.h"

#include <string.h>

struct dropout {
    struct node base;
    float rate;
};

static int dropout_shape(struct node *nd, struct err *err)
{
    const struct dropout *d = (const struct dropout *)nd;

    if (!(d->rate >= 0.0f && d->rate < 1.0f))
        return err_set(err, ERR_USAGE,
                       "dropout: 'rate' is %g, need 0 <= rate < 1",
                       (double)d->rate);
    nd->out = nd->in[0]->out;
    nd->flat = nd->in[0]->flat;

    nd->n_keep = tensor_len(&nd->out);
    return 0;
}

/* keep = m / (1 - rate) for one image. */
static void draw_mask(const struct dropout *d, struct rng *rng, float *keep,
                      size_t n)
{
    const float scale = 1.0f / (1.0f - d->rate);

    for (size_t i = 0; i < n; i++)
        keep[i] = rng_uniform(rng) < d->rate ? 0.0f : scale;
}

static void dropout_forward(struct node *nd, const struct pass *p)
{
    const struct dropout *d = (const struct dropout *)nd;
    const uint64_t seed = rng_mix(p->seed, nd->name, strlen(nd->name));
    const size_t row = tensor_row(&nd->out);
    const float *x = nd->in[0]->out.data;

    if (p->phase == PHASE_INFER) {
        memcpy(nd->out.data, x, tensor_len(&nd->out) * sizeof(float));
        return;
    }
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < nd->out.n; i++) {
        const size_t at = (size_t)i * row;
        struct rng rng;

        rng_init(&rng, seed, RNG_DROPOUT, p->step, p->first_row + (uint32_t)i);
        draw_mask(d, &rng, nd->keep + at, row);
        for (size_t j = at; j < at + row; j++)
            nd->out.data[j] = x[j] * nd->keep[j];
    }
}

static void dropout_backward(struct node *nd, const struct pass *p)
{
    const size_t len = tensor_len(&nd->out);
    const float *dy = nd->dout.data;
    float *dx = nd->in[0]->dout.data;

    if (!dx)
        return;
    for (size_t i = 0; i < len; i++) {
        const float m = p->phase == PHASE_INFER ? 1.0f : nd->keep[i];

        dx[i] = (nd->add[0] ? dx[i] : 0.0f) + m * dy[i];
    }
}

static void dropout_form(const struct node *nd, struct op_form *f)
{
    f->rate = ((const struct dropout *)nd)->rate;
}

static const struct op op_dropout = {
    .name = "dropout",
    .kind = KIND_DROPOUT,
    .size = sizeof(struct dropout),
    .random = true,
    .spares = SPARES_IN | SPARES_OUT,
    .shape = dropout_shape,
    .forward = dropout_forward,
    .backward = dropout_backward,
    .form = dropout_form,
};

struct node *nn_dropout(struct graph *g, struct node *x, const char *name,
                        struct dropout_args a)
{
    struct dropout *d = x ? graph_add(g, &op_dropout, name, x) : NULL;

    if (d)
        d->rate = a.rate;
    return graph_commit(g, d);
}
