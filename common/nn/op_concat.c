/*
 * op_concat.c - channels of a, then those of b: Keras' Concatenate
 *
 * Backward gives each its part of dy.  Where the value grows in a's place
 * (graph_chains.c) a's channels are there already, in either direction.
 */
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

/* Rows of 'n' floats between matrices with 'from' and 'to' floats a row. */
HOT static void copy_rows(size_t rows, size_t n, const float *x, size_t from,
                          float *y, size_t to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++)
            y[i * to + j] = x[i * from + j];
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
    const size_t ca = (size_t)a->c, cb = (size_t)b->c;
    const size_t from = (size_t)a->pitch, pitch = (size_t)nd->out.pitch;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);
    double *moments = op_concat_moments(nd);

    if (moments && !nd->grows)
        moments[0] = 0.0;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t r = simd_chunk_begin(&s, i), n = simd_chunk_len(&s, i);
        float *y = nd->out.data + r * pitch;

        if (!nd->grows)
            copy_rows(n, ca, a->data + r * from, from, y, pitch);
        copy_rows(n, cb, b->data + r * cb, cb, y + ca, pitch);
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
        float *dx = nd->in[k]->dout.data;

        if (!dx)
            continue;
#pragma omp parallel for num_threads(p->threads) schedule(static)
        for (int i = 0; i < s.pieces; i++) {
            const size_t r = simd_chunk_begin(&s, i),
                         rows = simd_chunk_len(&s, i);

            (nd->add[k] ? add_rows : copy_rows)(rows, n, dy + r * pitch, pitch,
                                                dx + r * n, n);
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

    if (nd)
        nd->in[1] = b;
    return graph_commit(g, nd);
}
