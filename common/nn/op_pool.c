/*
 * op_pool.c - global average: y_c = mean of x over rows and columns
 *
 * Backward: dx = dy / (h w).  Keras' GlobalAveragePooling2D.
 */
#include "nn/graph.h"
#include "nn/layers.h"

#include "nn/simd.h"

static int gap_shape(struct node *nd, struct err *err)
{
    (void)err;
    nd->out = (struct tensor){0, 1, 1, nd->in[0]->out.c, NULL};
    nd->flat = true;
    return 0;
}

HOT static void mean_rows(size_t rows, size_t c, const float *x, float *y)
{
    const float scale = 1.0f / (float)rows;

    for (size_t j = 0; j < c; j++)
        y[j] = 0.0f;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c; j++)
            y[j] += x[i * c + j];
    for (size_t j = 0; j < c; j++)
        y[j] *= scale;
}

/* dx = beta dx + dy / rows; beta is 0 or 1. */
HOT static void spread_rows(size_t rows, size_t c, const float *dy, bool add,
                            float *dx)
{
    const float scale = 1.0f / (float)rows;

    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c; j++)
            dx[i * c + j] = (add ? dx[i * c + j] : 0.0f) + scale * dy[j];
}

static void gap_forward(struct node *nd, const struct pass *p)
{
    const struct tensor *x = &nd->in[0]->out;
    const size_t rows = (size_t)x->h * (size_t)x->w, c = (size_t)x->c;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < x->n; i++)
        mean_rows(rows, c, x->data + (size_t)i * rows * c,
                  nd->out.data + (size_t)i * c);
}

static void gap_backward(struct node *nd, const struct pass *p)
{
    const struct tensor *dx = &nd->in[0]->dout;
    const size_t rows = (size_t)dx->h * (size_t)dx->w, c = (size_t)dx->c;

    if (!dx->data)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < dx->n; i++)
        spread_rows(rows, c, nd->dout.data + (size_t)i * c, nd->add[0],
                    dx->data + (size_t)i * rows * c);
}

static const struct op op_gap = {
    .name = "global average pool",
    .size = sizeof(struct node),
    .shape = gap_shape,
    .forward = gap_forward,
    .backward = gap_backward,
};

struct node *nn_global_avg_pool(struct graph *g, struct node *x,
                                const char *name)
{
    return graph_commit(g, x ? graph_add(g, &op_gap, name, x) : NULL);
}
