/* op_pad.c - rows and columns of zeros around: Keras' ZeroPadding2D */
#include "nn/graph.h"
#include "nn/layers.h"

#include <string.h>

#include "nn/simd.h"

enum { MAX_PAD = 64 };

struct zero_pad {
    struct node base;
    struct pad_args a;
};

static int pad_shape(struct node *nd, struct err *err)
{
    const struct pad_args *a = &((const struct zero_pad *)nd)->a;
    const struct tensor *x = &nd->in[0]->out;
    const int pad[] = {a->top, a->bottom, a->left, a->right};

    for (int i = 0; i < 4; i++)
        if (pad[i] < 0 || pad[i] > MAX_PAD)
            return err_set(err, ERR_USAGE, "pad: '%s': %d is not in 0 .. %d",
                           nd->name, pad[i], MAX_PAD);
    nd->out = *x;
    nd->out.h += a->top + a->bottom;
    nd->out.w += a->left + a->right;
    return 0;
}

static void pad_window(const struct node *nd, struct op_window *w)
{
    const struct pad_args *a = &((const struct zero_pad *)nd)->a;

    *w = (struct op_window){1, 1, 1, a->top, a->left};
}

/* The place in 'y' of row r (counted through the batch) of 'x'. */
static size_t padded_row(const struct zero_pad *z, const struct tensor *x,
                         int r)
{
    const struct tensor *y = &z->base.out;
    const size_t row =
        (size_t)(r / x->h) * (size_t)y->h + (size_t)(r % x->h + z->a.top);

    return (row * (size_t)y->w + (size_t)z->a.left) * (size_t)y->c;
}

static void pad_forward(struct node *nd, const struct pass *p)
{
    const struct zero_pad *z = (const struct zero_pad *)nd;
    const struct tensor *x = &nd->in[0]->out;
    const size_t len = (size_t)x->w * (size_t)x->c;

    memset(nd->out.data, 0, tensor_len(&nd->out) * sizeof(float));
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int r = 0; r < x->n * x->h; r++)
        memcpy(nd->out.data + padded_row(z, x, r), x->data + (size_t)r * len,
               len * sizeof(float));
}

HOT static void copy_row(size_t n, const float *x, bool add, float *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = add ? y[i] + x[i] : x[i];
}

static void pad_backward(struct node *nd, const struct pass *p)
{
    const struct zero_pad *z = (const struct zero_pad *)nd;
    const struct tensor *dx = &nd->in[0]->dout;
    const size_t len = (size_t)dx->w * (size_t)dx->c;

    if (!dx->data)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int r = 0; r < dx->n * dx->h; r++)
        copy_row(len, nd->dout.data + padded_row(z, dx, r), nd->add[0],
                 dx->data + (size_t)r * len);
}

static const struct op op_pad = {
    .name = "pad",
    .size = sizeof(struct zero_pad),
    .spares = SPARES_IN | SPARES_OUT,
    .shape = pad_shape,
    .window = pad_window,
    .forward = pad_forward,
    .backward = pad_backward,
};

struct node *nn_zero_pad(struct graph *g, struct node *x, const char *name,
                         struct pad_args a)
{
    struct zero_pad *z = x ? graph_add(g, &op_pad, name, x) : NULL;

    if (z)
        z->a = a;
    return graph_commit(g, z);
}
