/*
 * op_pool.c - y_c = mean, or maximum, of x over rows and columns
 *
 * Keras' GlobalAveragePooling2D; backward: dx = dy / (h w).
 * Keras' GlobalMaxPooling2D; backward shares dy equally among the pixels that
 * are the maximum, as TensorFlow's reduce_max does.
 */
#include "nn/graph.h"
#include "nn/layers.h"

#include "nn/simd.h"

static int gap_shape(struct node *nd, struct err *err)
{
    (void)err;
    nd->out = (struct tensor){.h = 1, .w = 1, .c = nd->in[0]->out.c};
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

/* Each image's pixels become one. */
static void pool_images(struct node *nd, const struct pass *p,
                        void (*pool)(size_t rows, size_t c, const float *x,
                                     float *y))
{
    const struct tensor *x = &nd->in[0]->out;
    const size_t rows = (size_t)x->h * (size_t)x->w, c = (size_t)x->c;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < x->n; i++)
        pool(rows, c, x->data + (size_t)i * rows * c,
             nd->out.data + (size_t)i * c);
}

static void gap_forward(struct node *nd, const struct pass *p)
{
    pool_images(nd, p, mean_rows);
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
    .kind = KIND_GLOBAL_MEAN,
    .size = sizeof(struct node),
    .spares = SPARES_IN | SPARES_OUT,
    .shape = gap_shape,
    .forward = gap_forward,
    .backward = gap_backward,
};

HOT static void max_rows(size_t rows, size_t c, const float *x, float *y)
{
    for (size_t j = 0; j < c; j++)
        y[j] = x[j];
    for (size_t i = 1; i < rows; i++)
        for (size_t j = 0; j < c; j++)
            y[j] = x[i * c + j] > y[j] ? x[i * c + j] : y[j];
}

static void gmp_forward(struct node *nd, const struct pass *p)
{
    pool_images(nd, p, max_rows);
}

/* dx of image 'n'; 'part' (c) is working space. */
HOT static void share_image(const struct node *nd, size_t n, float *part)
{
    const struct tensor *x = &nd->in[0]->out;
    const size_t rows = (size_t)x->h * (size_t)x->w, c = (size_t)x->c;
    const float *y = nd->out.data + n * c, *dy = nd->dout.data + n * c;
    const float *in = x->data + n * rows * c;
    float *dx = nd->in[0]->dout.data + n * rows * c;
    const bool add = nd->add[0];

    for (size_t j = 0; j < c; j++)
        part[j] = 0.0f;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c; j++)
            part[j] += in[i * c + j] == y[j] ? 1.0f : 0.0f;
    for (size_t j = 0; j < c; j++)
        part[j] = dy[j] / (part[j] > 0.0f ? part[j] : 1.0f);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c; j++) {
            const float g = in[i * c + j] == y[j] ? part[j] : 0.0f;

            dx[i * c + j] = (add ? dx[i * c + j] : 0.0f) + g;
        }
}

static void gmp_backward(struct node *nd, const struct pass *p)
{
    if (!nd->in[0]->dout.data)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < nd->out.n; i++)
        share_image(nd, (size_t)i,
                    (float *)p->scratch + (size_t)i * (size_t)nd->out.c);
}

static size_t gmp_scratch(const struct node *nd, int threads)
{
    (void)threads;
    return tensor_len(&nd->out) * sizeof(float);
}

static const struct op op_gmp = {
    .name = "global max pool",
    .kind = KIND_GLOBAL_MAX,
    .size = sizeof(struct node),
    .shape = gap_shape,
    .scratch = gmp_scratch,
    .forward = gmp_forward,
    .backward = gmp_backward,
};

struct node *nn_global_max_pool(struct graph *g, struct node *x,
                                const char *name)
{
    return graph_commit(g, x ? graph_add(g, &op_gmp, name, x) : NULL);
}

struct node *nn_global_avg_pool(struct graph *g, struct node *x,
                                const char *name)
{
    return graph_commit(g, x ? graph_add(g, &op_gap, name, x) : NULL);
}
