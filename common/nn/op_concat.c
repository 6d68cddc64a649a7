/*
 * op_concat.c - channels of a, then those of b: Keras' Concatenate
 *
 * Backward gives each its part of dy.  Where the value grows in a's place
 * (graph_chains.c) a's channels are there already, in either direction.
 */
#include "nn/bf16.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <string.h>

#include "nn/simd.h"

enum { PIECES = 256, LEAST = 16 }; /* of pixels */

static int concat_shape(struct node *nd, struct err *err)
{
    const struct tensor *a = &nd->in[0]->out, *b = &nd->in[1]->out;

    if (a->h != b->h || a->w != b->w)
        return err_set(err, ERR_USAGE, "concat: '%s': %d x %d beside %d x %d",
                       nd->name, a->h, a->w, b->h, b->w);
    nd->out = *a;
    nd->out.c = a->c + b->c;
    nd->flat = nd->in[0]->flat;
    return 0;
}

/* Numbers between matrices with x_row and y_row of them a row. */
struct copied {
    size_t rows, n; /* of each row */
    const void *x;
    bool x_bf16;
    size_t x_row;
    void *y;
    bool y_bf16;
    size_t y_row;
};

INLINE void copy_numbers(const struct copied *m, bool x_bf16, bool y_bf16)
{
    for (size_t i = 0; i < m->rows; i++)
#pragma omp simd
        for (size_t j = 0; j < m->n; j++)
            bf16_or_float_set(m->y, y_bf16, i * m->y_row + j,
                              bf16_or_float(m->x, x_bf16, i * m->x_row + j));
}

HOT static void copy_rows(const struct copied *m)
{
    if (m->x_bf16 && m->y_bf16)
        copy_numbers(m, true, true);
    else if (m->x_bf16)
        copy_numbers(m, true, false);
    else if (m->y_bf16)
        copy_numbers(m, false, true);
    else
        copy_numbers(m, false, false);
}

/* y's channels from 'at' on of pixels [r, r + n) are x's. */
static void put_channels(const struct tensor *x, const struct tensor *y,
                         size_t at, size_t r, size_t n)
{
    const size_t from = (size_t)x->pitch, to = (size_t)y->pitch;

    copy_rows(&(struct copied){n, (size_t)x->c, tensor_number(x, r * from),
                               x->bf16, from, tensor_number(y, r * to + at),
                               y->bf16, to});
}

HOT static void add_rows(size_t rows, size_t n, const float *x, size_t from,
                         float *y, size_t to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++)
            y[i * to + j] += x[i * from + j];
}

static void concat_forward(struct node *nd, const struct pass *p)
{
    const struct tensor *a = &nd->in[0]->out, *b = &nd->in[1]->out;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);
    double *moments = op_concat_moments(nd);

    if (moments && !nd->grows)
        moments[0] = 0.0;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t r = simd_chunk_begin(&s, i), n = simd_chunk_len(&s, i);

        if (!nd->grows)
            put_channels(a, &nd->out, 0, r, n);
        put_channels(b, &nd->out, (size_t)a->c, r, n);
    }
}

static void concat_backward(struct node *nd, const struct pass *p)
{
    const size_t pitch = (size_t)nd->dout.pitch, ca = (size_t)nd->in[0]->out.c;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);

    for (int k = nd->grows ? 1 : 0; k < 2; k++) {
        const size_t n = (size_t)nd->in[k]->out.c;
        const float *dy = nd->dout.data + (k ? ca : 0);
        const struct tensor *dx = &nd->in[k]->dout;

        if (!dx->data)
            continue;
#pragma omp parallel for num_threads(p->threads) schedule(static)
        for (int i = 0; i < s.pieces; i++) {
            const size_t r = simd_chunk_begin(&s, i),
                         rows = simd_chunk_len(&s, i);

            if (nd->add[k])
                add_rows(rows, n, dy + r * pitch, pitch, dx->data + r * n, n);
            else
                copy_rows(&(struct copied){rows, n, dy + r * pitch, false,
                                           pitch, tensor_number(dx, r * n),
                                           dx->bf16, n});
        }
    }
}

double *op_concat_moments(const struct node *nd)
{
    return nd->op->kind == KIND_CONCAT && nd->n_keep > 0
               ? (double *)(void *)nd->keep
               : NULL;
}

static const struct op op_concat = {
    .name = "concat",
    .kind = KIND_CONCAT,
    .size = sizeof(struct node),
    .spares = SPARES_IN | SPARES_OUT,
    .shape = concat_shape,
    .forward = concat_forward,
    .backward = concat_backward,
};

struct node *nn_concat(struct graph *g, struct node *a, struct node *b,
                       const char *name)
{
    struct node *nd = a && b ? graph_add(g, &op_concat, name, a) : NULL;

    if (nd) {
        nd->in[1] = b;
        nd->reads_bf16 = nd->writes_bf16 = nd->gives_bf16 = true;
    }
    return graph_commit(g, nd);
}
