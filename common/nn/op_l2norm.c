/*
 * op_l2norm.c - y = x r, r = 1 / sqrt(max(sum x^2, 1e-12)), over the channels
 * of each pixel: tf.math.l2_normalize(x, axis=-1)
 *
 * Backward: dx = r (dy - y sum y dy) where the sum is 1e-12 or more; else r is
 * a constant, 1e6, and dx = r dy.  So the gradient at 0 is finite.
 */
#include "nn/graph.h"
#include "nn/layers.h"

#include <math.h>

#include "nn/simd.h"

enum { PIECES = 256, LEAST = 16 }; /* of pixels */

static const float least_sum = 1e-12f;

/* keep: r of each pixel, negative where it is the constant. */
static int l2_shape(struct node *nd, struct err *err)
{
    (void)err;
    nd->out = nd->in[0]->out;
    nd->flat = nd->in[0]->flat;
    nd->n_keep = tensor_pixels(&nd->out);
    return 0;
}

/* y may be x. */
HOT static void l2_rows(size_t rows, size_t c, const float *x, float *y,
                        float *keep)
{
    for (size_t i = 0; i < rows; i++, x += c, y += c) {
        float sum = 0.0f, r;

#pragma omp simd reduction(+ : sum)
        for (size_t j = 0; j < c; j++)
            sum += x[j] * x[j];
        r = 1.0f / sqrtf(sum < least_sum ? least_sum : sum);
        keep[i] = sum < least_sum ? -r : r;
#pragma omp simd
        for (size_t j = 0; j < c; j++)
            y[j] = x[j] * r;
    }
}

/* dx may be dy. */
HOT static void l2_back(size_t c, const float *y, const float *dy, float keep,
                        bool add, float *dx)
{
    const float r = fabsf(keep);
    float sum = 0.0f;

#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < c; j++)
        sum += y[j] * dy[j];
    if (keep < 0.0f)
        sum = 0.0f;
#pragma omp simd
    for (size_t j = 0; j < c; j++)
        dx[j] = (add ? dx[j] : 0.0f) + r * (dy[j] - y[j] * sum);
}

static void l2_forward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);
    const float *x = nd->in[0]->out.data;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t r = simd_chunk_begin(&s, i), n = simd_chunk_len(&s, i);

        l2_rows(n, c, x + r * c, nd->out.data + r * c, nd->keep + r);
    }
}

static void l2_backward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);
    float *dx = nd->in[0]->dout.data;

    if (!dx)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        for (size_t r = simd_chunk_begin(&s, i); r < simd_chunk_end(&s, i); r++)
            l2_back(c, nd->out.data + r * c, nd->dout.data + r * c, nd->keep[r],
                    nd->add[0], dx + r * c);
}

static const struct op op_l2 = {
    .name = "l2 normalize",
    .kind = KIND_L2_NORM,
    .size = sizeof(struct node),
    .in_place = true,
    .spares = SPARES_IN,
    .shape = l2_shape,
    .forward = l2_forward,
    .backward = l2_backward,
};

struct node *nn_l2_normalize(struct graph *g, struct node *x, const char *name)
{
    return graph_commit(g, x ? graph_add(g, &op_l2, name, x) : NULL);
}
