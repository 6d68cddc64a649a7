/*
 * op_depthwise.c - a 3x3 kernel for each channel: y_c = x_c * W_c
 *
 *     x (n, h, w, c)   W (3, 3, c, 1)   no bias
 *
 * Each output pixel is nine products of whole channel rows; rows outside the
 * image are a row of zeros.  Backward turns the sum round: an input pixel
 * gathers from the up to nine output pixels that saw it.
 * Source: Howard et al. 2017, MobileNets (arXiv:1704.04861).
 */
#include "nn/conv.h"
#include "nn/graph.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <string.h>

#include "nn/simd.h"

enum { TAPS = 9, PIECES = 32, MAX_STRIDE = 2 };

struct depthwise {
    struct node base;
    struct conv_args a;
    int top, left;
};

static int depthwise_shape(struct node *nd, struct err *err)
{
    struct depthwise *d = (struct depthwise *)nd;
    const struct tensor *x = &nd->in[0]->out;
    int h, w;

    if (d->a.size != 3 || d->a.bias)
        return err_set(err, ERR_USAGE,
                       "depthwise: '%s': only 3 x 3 without bias, not %d x %d",
                       nd->name, d->a.size, d->a.size);
    if (d->a.stride < 1 || d->a.stride > MAX_STRIDE)
        return err_set(err, ERR_USAGE, "depthwise: 'stride' is %d, not 1 or 2",
                       d->a.stride);
    h = conv_axis(x->h, 3, d->a.stride, (int)d->a.pad, &d->top);
    w = conv_axis(x->w, 3, d->a.stride, (int)d->a.pad, &d->left);
    if (h < 1 || w < 1)
        return err_set(err, ERR_USAGE,
                       "depthwise: '%s': a kernel of 3 does not fit %d x %d",
                       nd->name, x->h, x->w);
    nd->out = (struct tensor){0, h, w, x->c, NULL};
    node_slot(
        nd, &(struct slot){"depthwise_kernel:0", 4, {3, 3, x->c, 1}, false, 0});
    return 0;
}

/* A row of zeros, then partial sums of dW. */
static size_t depthwise_scratch(const struct node *nd, int threads)
{
    (void)threads;
    return (1 + PIECES * TAPS) * (size_t)nd->out.c * sizeof(float);
}

static void depthwise_init(struct node *nd, struct rng *rng)
{
    const size_t c = (size_t)nd->out.c;

    init_glorot(rng, (double)TAPS * (double)c, TAPS, nd->param, TAPS * c);
}

/* Does coordinate 'i' of 'n' exist? */
static bool inside(int i, int n)
{
    return i >= 0 && i < n;
}

/* What the nine taps of output (oy, ox) see of image 'x', or 'zero'. */
static void seen(const struct depthwise *d, const float *x, const int o[2],
                 const float *zero, const float *tap[TAPS])
{
    const struct tensor *t = &d->base.in[0]->out;

    for (int k = 0; k < TAPS; k++) {
        const int y = o[0] * d->a.stride + k / 3 - d->top;
        const int z = o[1] * d->a.stride + k % 3 - d->left;

        tap[k] = inside(y, t->h) && inside(z, t->w)
                     ? x + ((size_t)y * (size_t)t->w + (size_t)z) * (size_t)t->c
                     : zero;
    }
}

/* Which output pixels of 'dy' saw input (iy, ix) by each tap, or 'zero'. */
static void saw(const struct depthwise *d, const float *dy, const int i[2],
                const float *zero, const float *tap[TAPS])
{
    const struct tensor *t = &d->base.out;
    const int s = d->a.stride;

    for (int k = 0; k < TAPS; k++) {
        const int y = i[0] + d->top - k / 3, z = i[1] + d->left - k % 3;
        const bool some = y >= 0 && z >= 0 && y % s == 0 && z % s == 0 &&
                          y / s < t->h && z / s < t->w;

        tap[k] = some
                     ? dy + ((size_t)(y / s) * (size_t)t->w + (size_t)(z / s)) *
                                (size_t)t->c
                     : zero;
    }
}

/* y = base + sum of tap[k] w[k]; 'base' may be y. */
HOT static void nine(size_t c, const float *const tap[TAPS], const float *w,
                     const float *base, float *y)
{
    const float *a0 = tap[0], *a1 = tap[1], *a2 = tap[2], *a3 = tap[3];
    const float *a4 = tap[4], *a5 = tap[5], *a6 = tap[6], *a7 = tap[7];
    const float *a8 = tap[8];

#pragma omp simd
    for (size_t j = 0; j < c; j++)
        y[j] = base[j] +
               ((a0[j] * w[j] + a1[j] * w[c + j] + a2[j] * w[2 * c + j]) +
                (a3[j] * w[3 * c + j] + a4[j] * w[4 * c + j] +
                 a5[j] * w[5 * c + j]) +
                (a6[j] * w[6 * c + j] + a7[j] * w[7 * c + j] +
                 a8[j] * w[8 * c + j]));
}

/* dw[k] += tap[k] dy */
HOT static void nine_back(size_t c, const float *const tap[TAPS],
                          const float *dy, float *restrict dw)
{
    for (int k = 0; k < TAPS; k++)
        for (size_t j = 0; j < c; j++)
            dw[(size_t)k * c + j] += tap[k][j] * dy[j];
}

/* Ready, for a batch normalisation to be folded in: its scale, its shift, and
 * the kernel times the scale. */
static void depthwise_plan(struct node *nd)
{
    nd->n_ready = nd->fold ? (TAPS + 2) * (size_t)nd->out.c : 0;
}

static void depthwise_prepare(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    struct affine a = {.scale = nd->ready, .shift = nd->ready + c};

    (void)p;
    if (!nd->fold)
        return;
    bn_affine(nd->fold, &a);
    for (size_t k = 0; k < TAPS; k++)
        for (size_t j = 0; j < c; j++)
            nd->ready[(2 + k) * c + j] = nd->param[k * c + j] * a.scale[j];
}

/* What forward reads. */
struct operands {
    const float *w, *base, *zero;
    struct gemm_after after;
};

static void forward_row(struct node *nd, int r, const struct operands *in)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *x = &nd->in[0]->out, *y = &nd->out;
    const float *image = x->data + (size_t)(r / y->h) * tensor_row(x);
    const size_t c = (size_t)y->c, w = (size_t)y->w;
    float *row = y->data + (size_t)r * w * c;
    const float *tap[TAPS];

    for (int i = 0; i < y->w; i++) {
        seen(d, image, (int[]){r % y->h, i}, in->zero, tap);
        nine(c, tap, in->w, in->base, row + (size_t)i * c);
    }
    if (nd->fold)
        gemm_finish(&in->after, w, c, c, row);
}

static void depthwise_forward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    float *zero = p->scratch;
    struct operands in = {.w = nd->param, .base = zero, .zero = zero};

    if (nd->fold) {
        in.w = nd->ready + 2 * c;
        in.base = nd->ready + c;
        in.after = conv_after(&(struct conv){.act = bn_act(nd->fold)}, NULL);
    }
    memset(zero, 0, c * sizeof(float));
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int r = 0; r < nd->out.n * nd->out.h; r++)
        forward_row(nd, r, &in);
}

static void backward_data(struct node *nd, const struct pass *p)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *dx = &nd->in[0]->dout, *dy = &nd->dout;
    const size_t c = (size_t)dy->c;
    const float *zero = p->scratch;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int r = 0; r < dx->n * dx->h; r++) {
        const float *image = dy->data + (size_t)(r / dx->h) * tensor_row(dy);
        const float *tap[TAPS];

        for (int i = 0; i < dx->w; i++) {
            float *to = dx->data + ((size_t)r * (size_t)dx->w + (size_t)i) * c;

            saw(d, image, (int[]){r % dx->h, i}, zero, tap);
            nine(c, tap, nd->param, nd->add[0] ? to : zero, to);
        }
    }
}

/* part = sums over output rows [r[0], r[1]), counted through the batch. */
static void weight_rows(const struct node *nd, const size_t r[2],
                        const float *zero, float *part)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *x = &nd->in[0]->out, *dy = &nd->dout;
    const size_t c = (size_t)dy->c, h = (size_t)dy->h, w = (size_t)dy->w;
    const float *tap[TAPS];

    memset(part, 0, TAPS * c * sizeof(float));
    for (size_t i = r[0] * w; i < r[1] * w; i++) {
        const int o[2] = {(int)(i / w % h), (int)(i % w)};

        seen(d, x->data + i / w / h * tensor_row(x), o, zero, tap);
        nine_back(c, tap, dy->data + i * c, part);
    }
}

static void backward_weights(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    const struct split s =
        split((size_t)nd->out.n * (size_t)nd->out.h, 1, PIECES);
    float *zero = p->scratch, *part = zero + c;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        weight_rows(nd, (size_t[]){split_begin(&s, i), split_end(&s, i)}, zero,
                    part + (size_t)i * TAPS * c);
    for (int i = 0; i < s.pieces; i++)
        for (size_t j = 0; j < TAPS * c; j++)
            nd->dparam[j] += part[(size_t)i * TAPS * c + j];
}

static void depthwise_backward(struct node *nd, const struct pass *p)
{
    memset(p->scratch, 0, (size_t)nd->out.c * sizeof(float));
    if (nd->dparam)
        backward_weights(nd, p);
    if (nd->in[0]->dout.data)
        backward_data(nd, p);
}

static void depthwise_cost(const struct node *nd, struct op_cost *cost)
{
    const double all = 2.0 * TAPS * (double)tensor_len(&nd->out);

    cost->provider = "depthwise";
    cost->forward = all;
    cost->backward =
        (nd->dparam ? all : 0.0) + (nd->in[0]->dout.data ? all : 0);
}

static const struct op op_depthwise = {
    .name = "depthwise",
    .size = sizeof(struct depthwise),
    .spares = SPARES_OUT,
    .shape = depthwise_shape,
    .scratch = depthwise_scratch,
    .init = depthwise_init,
    .plan = depthwise_plan,
    .prepare = depthwise_prepare,
    .forward = depthwise_forward,
    .backward = depthwise_backward,
    .cost = depthwise_cost,
};

struct node *nn_depthwise(struct graph *g, struct node *x, const char *name,
                          struct conv_args a)
{
    struct depthwise *d = x ? graph_add(g, &op_depthwise, name, x) : NULL;

    if (d) {
        d->a = a;
        d->a.stride = a.stride ? a.stride : 1;
        d->base.folds = true;
    }
    return graph_commit(g, d);
}
