/*
 * op_dense.c - fully connected layer: y = x W + b
 *
 *     x (n, k)   a (n, h, w, c) input is read as n rows of k = h*w*c
 *     W (k, m)   weights, then b (m) the bias, in that order in param
 *     y (n, m)   stored as (n, 1, 1, m)
 *
 * Backward: dx = dy W',  dW += x' dy,  db += column sums of dy.
 * Initial W: as asked for, else Glorot uniform; initial b: 0.
 */
#include "nn/gemm.h"
#include "nn/graph.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <string.h>

enum { MAX_UNITS = 1 << 16, MAX_WEIGHTS = 1 << 28 };

struct dense {
    struct node base;
    int k, m; /* inputs and outputs per image */
    enum init init;
};

static int dense_shape(struct node *nd, struct err *err)
{
    struct dense *d = (struct dense *)nd;
    const size_t k = tensor_row(&nd->in[0]->out);

    if (d->m < 1 || d->m > MAX_UNITS)
        return err_set(err, ERR_USAGE, "dense: 'units' is %d, not 1 .. %d",
                       d->m, MAX_UNITS);
    if (k > MAX_WEIGHTS / (size_t)d->m)
        return err_set(err, ERR_USAGE,
                       "dense: %zu inputs times %d units is over %d", k, d->m,
                       MAX_WEIGHTS);
    d->k = (int)k;
    nd->out = (struct tensor){.h = 1, .w = 1, .c = d->m};
    nd->flat = true;
    node_slot(nd, &(struct slot){"kernel:0", 2, {d->k, d->m}, false, 0});
    node_slot(nd, &(struct slot){"bias:0", 1, {d->m}, false, 0});
    return 0;
}

static void dense_init(struct node *nd, struct rng *rng)
{
    const struct dense *d = (const struct dense *)nd;

    init_kernel(d->init, rng, (struct fans){d->k, d->m}, nd->param,
                (size_t)d->k * (size_t)d->m);
}

static void dense_forward(struct node *nd, const struct pass *p)
{
    const struct dense *d = (const struct dense *)nd;
    const size_t m = (size_t)d->m;
    const float *w = nd->param, *b = w + (size_t)d->k * m;

    for (int i = 0; i < nd->out.n; i++)
        memcpy(nd->out.data + (size_t)i * m, b, m * sizeof(float));
    gemm(&(struct gemm){.m = nd->out.n,
                        .n = d->m,
                        .k = d->k,
                        .a = nd->in[0]->out.data,
                        .b = w,
                        .beta = 1.0f,
                        .c = nd->out.data},
         p->threads);
}

static void dense_backward(struct node *nd, const struct pass *p)
{
    const struct dense *d = (const struct dense *)nd;
    const float *w = nd->param, *dy = nd->dout.data;
    float *db;

    if (nd->in[0]->dout.data)
        gemm(&(struct gemm){.tb = TRANSPOSED,
                            .m = nd->out.n,
                            .n = d->k,
                            .k = d->m,
                            .a = dy,
                            .b = w,
                            .beta = nd->add[0] ? 1.0f : 0.0f,
                            .c = nd->in[0]->dout.data},
             p->threads);
    if (!nd->dparam)
        return;
    gemm(&(struct gemm){.ta = TRANSPOSED,
                        .m = d->k,
                        .n = d->m,
                        .k = nd->out.n,
                        .a = nd->in[0]->out.data,
                        .b = dy,
                        .beta = 1.0f,
                        .c = nd->dparam},
         p->threads);
    db = nd->dparam + (size_t)d->k * (size_t)d->m;
    for (int i = 0; i < nd->out.n; i++)
        for (int j = 0; j < d->m; j++)
            db[j] += dy[(size_t)i * (size_t)d->m + (size_t)j];
}

static void dense_cost(const struct node *nd, struct op_cost *cost)
{
    const struct dense *d = (const struct dense *)nd;
    const double all = 2.0 * (double)nd->out.n * (double)d->k * (double)d->m;

    cost->provider = "gemm";
    cost->forward = all;
    cost->backward =
        (nd->dparam ? all : 0.0) + (nd->in[0]->dout.data ? all : 0);
}

static const struct op op_dense = {
    .name = "dense",
    .kind = KIND_DENSE,
    .size = sizeof(struct dense),
    .spares = SPARES_OUT,
    .shape = dense_shape,
    .init = dense_init,
    .forward = dense_forward,
    .backward = dense_backward,
    .cost = dense_cost,
};

struct node *nn_dense(struct graph *g, struct node *x, const char *name,
                      struct dense_args a)
{
    struct dense *d = x ? graph_add(g, &op_dense, name, x) : NULL;

    if (d) {
        d->m = a.units;
        d->init = a.init;
    }
    return graph_commit(g, d);
}
