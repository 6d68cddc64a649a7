/*
 * op_relu.c - rectifiers: y = max(x, 0) and y = min(max(x, 0), 6)
 *
 * Backward: dx = dy where 0 < y (and y < 6).  A NaN stays one.
 * Source: Howard et al. 2017, MobileNets (arXiv:1704.04861).
 */
#include "nn/bf16.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <math.h>

#include "nn/simd.h"

enum { PIECE = 1 << 14, AT_ONCE = 1 << 10 };

struct relu {
    struct node base;
    float top;
};

static int relu_shape(struct node *nd, struct err *err)
{
    (void)err;
    nd->out = nd->in[0]->out;
    nd->flat = nd->in[0]->flat;
    return 0;
}

HOT static void clamp_values(size_t n, float lo, float hi, const float *x,
                             float *y)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float v = lo > x[i] ? lo : x[i];

        y[i] = hi < v ? hi : v;
    }
}

/* Nothing is rounded: 0 and 6 are numbers of bf16. */
HOT static void clamp_bf16(size_t n, float hi, const uint16_t *x, uint16_t *y)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float v = bf16_to(x[i]), w = 0.0f > v ? 0.0f : v;

        y[i] = bf16_cut(hi < w ? hi : w);
    }
}

/* n numbers of y from 'at' on. */
static void clamp_numbers(const struct node *nd, float top, size_t at, size_t n)
{
    const struct tensor *x = &nd->in[0]->out;
    float room[2][AT_ONCE];

    if (x->bf16 && nd->out.bf16) {
        clamp_bf16(n, top, tensor_bf16(x, at), tensor_bf16(&nd->out, at));
        return;
    }
    for (size_t m; n > 0; at += m, n -= m) {
        float *y = nd->out.bf16 ? room[1] : nd->out.data + at;

        m = n < AT_ONCE ? n : AT_ONCE;
        clamp_values(m, 0.0f, top,
                     bf16_floats(tensor_number(x, at), x->bf16, m, room[0]), y);
        if (nd->out.bf16)
            bf16_round(m, y, tensor_bf16(&nd->out, at));
    }
}

HOT static void clamp_back(size_t n, float hi, const float *y, const float *dy,
                           float *dx)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        dx[i] = y[i] > 0.0f && y[i] < hi ? dy[i] : 0.0f;
}

HOT static void clamp_back_add(size_t n, float hi, const float *y,
                               const float *dy, float *dx)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        dx[i] += y[i] > 0.0f && y[i] < hi ? dy[i] : 0.0f;
}

static void clamp_back_numbers(const struct node *nd, float top, size_t at,
                               size_t n)
{
    const float *dy = nd->dout.data;
    float *dx = nd->in[0]->dout.data, room[AT_ONCE];

    for (size_t m; n > 0; at += m, n -= m) {
        m = n < AT_ONCE ? n : AT_ONCE;
        (nd->add[0] ? clamp_back_add : clamp_back)(
            m, top,
            bf16_floats(tensor_number(&nd->out, at), nd->out.bf16, m, room),
            dy + at, dx + at);
    }
}

static void relu_forward(struct node *nd, const struct pass *p)
{
    const struct simd_chunks s = simd_chunks(tensor_len(&nd->out), PIECE, 1024);
    const float top = ((const struct relu *)nd)->top;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        clamp_numbers(nd, top, simd_chunk_begin(&s, i), simd_chunk_len(&s, i));
}

static void relu_backward(struct node *nd, const struct pass *p)
{
    const struct simd_chunks s = simd_chunks(tensor_len(&nd->out), PIECE, 1024);
    const float top = ((const struct relu *)nd)->top;

    if (!nd->in[0]->dout.data)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        clamp_back_numbers(nd, top, simd_chunk_begin(&s, i),
                           simd_chunk_len(&s, i));
}

static void relu_form(const struct node *nd, struct op_form *f)
{
    const bool bounded = isfinite(((const struct relu *)nd)->top);

    f->act = bounded ? ACT_RELU6 : ACT_RELU;
}

static const struct op op_relu = {
    .name = "relu",
    .kind = KIND_RELU,
    .size = sizeof(struct relu),
    .in_place = true,
    .spares = SPARES_IN,
    .shape = relu_shape,
    .forward = relu_forward,
    .backward = relu_backward,
    .form = relu_form,
};

static struct node *new_rectifier(struct graph *g, struct node *x,
                                  const char *name, float top)
{
    struct relu *r = x ? graph_add(g, &op_relu, name, x) : NULL;

    if (r) {
        r->top = top;
        r->base.rectified = true;
        r->base.reads_bf16 = r->base.writes_bf16 = true;
        r->base.keeps_bf16 = isfinite(top); /* backward asks whether y is 6 */
    }
    return graph_commit(g, r);
}

struct node *nn_relu(struct graph *g, struct node *x, const char *name)
{
    return new_rectifier(g, x, name, INFINITY);
}

struct node *nn_relu6(struct graph *g, struct node *x, const char *name)
{
    return new_rectifier(g, x, name, 6.0f);
}
