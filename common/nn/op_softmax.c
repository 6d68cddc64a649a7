/*
 * op_softmax.c - y_c = exp(x_c) / sum exp(x), over the channels of each pixel
 *
 * The largest x is subtracted first, so that nothing overflows.
 * Backward: dx = y (dy - sum y dy).
 */
#include "nn/graph.h"
#include "nn/layers.h"

#include <math.h>

#include "nn/simd.h"

enum { PIECES = 256, LEAST = 16 }; /* of pixels */

static int softmax_shape(struct node *nd, struct err *err)
{
    (void)err;
    nd->out = nd->in[0]->out;
    nd->flat = nd->in[0]->flat;
    return 0;
}

/* y may be x. */
static void softmax_rows(size_t rows, size_t c, const float *x, float *y)
{
    for (size_t i = 0; i < rows; i++, x += c, y += c) {
        float top = x[0], sum = 0.0f;

        for (size_t j = 1; j < c; j++)
            top = x[j] > top ? x[j] : top;
        for (size_t j = 0; j < c; j++)
            sum += y[j] = expf(x[j] - top);
        for (size_t j = 0; j < c; j++)
            y[j] /= sum;
    }
}

/* dx may be dy. */
HOT static void softmax_back(size_t rows, size_t c, const float *y,
                             const float *dy, bool add, float *dx)
{
    for (size_t i = 0; i < rows; i++, y += c, dy += c, dx += c) {
        float sum = 0.0f;

#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < c; j++)
            sum += y[j] * dy[j];
#pragma omp simd
        for (size_t j = 0; j < c; j++)
            dx[j] = (add ? dx[j] : 0.0f) + y[j] * (dy[j] - sum);
    }
}

static void softmax_forward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);
    const float *x = nd->in[0]->out.data;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t r = simd_chunk_begin(&s, i), n = simd_chunk_end(&s, i) - r;

        softmax_rows(n, c, x + r * c, nd->out.data + r * c);
    }
}

static void softmax_backward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);
    float *dx = nd->in[0]->dout.data;

    if (!dx)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t r = simd_chunk_begin(&s, i), n = simd_chunk_end(&s, i) - r;

        softmax_back(n, c, nd->out.data + r * c, nd->dout.data + r * c,
                     nd->add[0], dx + r * c);
    }
}

static const struct op op_softmax = {
    .name = "softmax",
    .size = sizeof(struct node),
    .in_place = true,
    .spares = SPARES_IN,
    .shape = softmax_shape,
    .forward = softmax_forward,
    .backward = softmax_backward,
};

struct node *nn_softmax(struct graph *g, struct node *x, const char *name)
{
    return graph_commit(g, x ? graph_add(g, &op_softmax, name, x) : NULL);
}
