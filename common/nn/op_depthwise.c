/*
 * op_depthwise.c - a 3x3 kernel for each channel: y_c = x_c * W_c
 *
 *     x (n, h, w, c)   W (3, 3, c, 1)   no bias
 *
 * All passes go along rows of pixels (depthwise_rows.h).  Backward turns the
 * sum round: an input pixel gathers from the up to nine output pixels that saw
 * it, which are of rows of dy.
 * Source: Howard et al. 2017, MobileNets (arXiv:1704.04861).
 */
#include "nn/conv.h"
#include "nn/depthwise_rows.h"
#include "nn/graph.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <string.h>

#include "nn/simd.h"

enum { TAPS = DEPTHWISE_TAPS, PIECES = 32, MAX_STRIDE = 2 };

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
    nd->out = (struct tensor){.h = h, .w = w, .c = x->c};
    node_slot(
        nd, &(struct slot){"depthwise_kernel:0", 4, {3, 3, x->c, 1}, false, 0});
    return 0;
}

/* Floats of a row of zeros, of x or of dy. */
static size_t zero_len(const struct node *nd)
{
    return (size_t)nd->in[0]->out.w * (size_t)nd->out.c;
}

/* A row of zeros, the kernel turned round, partial sums of dW. */
static size_t depthwise_scratch(const struct node *nd, int threads)
{
    (void)threads;
    return (zero_len(nd) + (1 + PIECES) * TAPS * (size_t)nd->out.c) *
           sizeof(float);
}

/* Row 'y' of an image, or zeros. */
static const float *row_or_zero(const struct tensor *t, size_t image, int y,
                                const float *zero)
{
    return y < 0 || y >= t->h ? zero
                              : t->data + (image * (size_t)t->h + (size_t)y) *
                                              (size_t)t->w * (size_t)t->c;
}

/* The rows are those of an image from 'top' on. */
static void find_rows(struct depthwise_rows *rows, const struct tensor *t,
                      size_t image, int top, const float *zero)
{
    rows->w = t->w;
    rows->c = t->c;
    for (int k = 0; k < DEPTHWISE_SIDE; k++)
        rows->row[k] = row_or_zero(t, image, top + k, zero);
}

/* What output row 'r', counted through the batch, reads. */
static struct depthwise_rows rows_of_x(const struct node *nd, size_t r,
                                       const float *zero)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const size_t h = (size_t)nd->out.h;
    struct depthwise_rows rows = {
        .n = nd->out.w, .stride = d->a.stride, .left = d->left};

    find_rows(&rows, &nd->in[0]->out, r / h,
              (int)(r % h) * d->a.stride - d->top, zero);
    return rows;
}

/* What row 'r' of dx reads of dy with stride 1: as y does of x, with the kernel
 * turned round. */
static struct depthwise_rows rows_of_dy(const struct node *nd, size_t r,
                                        const float *zero)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *dx = &nd->in[0]->dout;
    const size_t h = (size_t)dx->h;
    struct depthwise_rows rows = {.n = dx->w, .stride = 1, .left = 2 - d->left};

    find_rows(&rows, &nd->dout, r / h, (int)(r % h) + d->top - 2, zero);
    return rows;
}

/* The same with stride 2: the rows of dy that have read it, by row 1 of the
 * kernel one, else by rows 0 and 2. */
static struct depthwise_spread spread_of_dy(const struct node *nd, size_t r,
                                            const float *zero)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *dy = &nd->dout, *dx = &nd->in[0]->dout;
    const size_t h = (size_t)dx->h, row = DEPTHWISE_SIDE * (size_t)dy->c;
    const int y = (int)(r % h) + d->top;
    const bool one = y % 2;

    return (struct depthwise_spread){
        .n = dx->w,
        .left = d->left,
        .w = dy->w,
        .c = dy->c,
        .row = {row_or_zero(dy, r / h, y / 2, zero),
                one ? zero : row_or_zero(dy, r / h, y / 2 - 1, zero)},
        .k = {nd->param + (one ? row : 0), nd->param + 2 * row}};
}

static void depthwise_init(struct node *nd, struct rng *rng)
{
    const size_t c = (size_t)nd->out.c;

    init_glorot(rng, (double)TAPS * (double)c, TAPS, nd->param, TAPS * c);
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
    op_bn_affine(nd->fold, &a);
    for (size_t k = 0; k < TAPS; k++)
        for (size_t j = 0; j < c; j++)
            nd->ready[(2 + k) * c + j] = nd->param[k * c + j] * a.scale[j];
}

static void depthwise_forward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    const size_t len = (size_t)nd->out.w * c;
    const float *k = nd->fold ? nd->ready + 2 * c : nd->param;
    const float *base = nd->fold ? nd->ready + c : p->scratch;
    const size_t rows = (size_t)nd->out.n * (size_t)nd->out.h;
    struct gemm_after after;

    memset(p->scratch, 0, zero_len(nd) * sizeof(float));
    if (nd->fold)
        after = conv_after(&(struct conv){.act = op_bn_act(nd->fold)}, NULL);
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (size_t r = 0; r < rows; r++) {
        const struct depthwise_rows x = rows_of_x(nd, r, p->scratch);

        depthwise_rows_sum(&x, k, base, nd->out.data + r * len);
        if (nd->fold)
            gemm_finish(&after, len / c, c, c, nd->out.data + r * len);
    }
}

/* t = the kernel, turned round. */
static void turn_kernel(const struct node *nd, float *t)
{
    const size_t c = (size_t)nd->out.c;

    for (size_t k = 0; k < TAPS; k++)
        memcpy(t + (TAPS - 1 - k) * c, nd->param + k * c, c * sizeof(*t));
}

static void backward_data(struct node *nd, const struct pass *p)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *dx = &nd->in[0]->dout;
    const size_t len = (size_t)dx->w * (size_t)dx->c;
    const size_t rows = (size_t)dx->n * (size_t)dx->h;
    float *zero = p->scratch, *turned = zero + zero_len(nd);
    const float *base = nd->add[0] ? NULL : zero;

    turn_kernel(nd, turned);
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (size_t r = 0; r < rows; r++)
        if (d->a.stride == 1) {
            const struct depthwise_rows dy = rows_of_dy(nd, r, zero);

            depthwise_rows_sum(&dy, turned, base, dx->data + r * len);
        } else {
            const struct depthwise_spread dy = spread_of_dy(nd, r, zero);

            depthwise_rows_spread(&dy, base, dx->data + r * len);
        }
}

/* part = sums over output rows [r[0], r[1]), counted through the batch. */
static void weight_rows(const struct node *nd, const size_t r[2],
                        const float *zero, float *part)
{
    const size_t c = (size_t)nd->out.c, len = (size_t)nd->out.w * c;

    memset(part, 0, TAPS * c * sizeof(float));
    for (size_t i = r[0]; i < r[1]; i++) {
        const struct depthwise_rows x = rows_of_x(nd, i, zero);

        depthwise_rows_gradient(&x, nd->dout.data + i * len, part);
    }
}

/* to [0, n) += parts that are 'len' apart, in order. */
HOT static void add_parts(int parts, size_t len, size_t n, const float *part,
                          float *restrict to)
{
    for (int i = 0; i < parts; i++)
        for (size_t j = 0; j < n; j++)
            to[j] += part[(size_t)i * len + j];
}

static void backward_weights(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c, len = TAPS * c;
    const struct simd_chunks s =
        simd_chunks((size_t)nd->out.n * (size_t)nd->out.h, 1, PIECES);
    float *zero = p->scratch, *part = zero + zero_len(nd) + len;

#pragma omp parallel num_threads(p->threads)
    {
#pragma omp for schedule(static)
        for (int i = 0; i < s.pieces; i++)
            weight_rows(
                nd, (size_t[]){simd_chunk_begin(&s, i), simd_chunk_end(&s, i)},
                zero, part + (size_t)i * len);
#pragma omp for schedule(static)
        for (size_t k = 0; k < TAPS; k++)
            add_parts(s.pieces, len, c, part + k * c, nd->dparam + k * c);
    }
}

static void depthwise_backward(struct node *nd, const struct pass *p)
{
    memset(p->scratch, 0, zero_len(nd) * sizeof(float));
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

static void depthwise_form(const struct node *nd, struct op_form *f)
{
    const struct depthwise *d = (const struct depthwise *)nd;

    f->size = d->a.size;
    f->stride = d->a.stride;
    f->pad = (int)d->a.pad;
    f->top = d->top;
    f->left = d->left;
}

static const struct op op_depthwise = {
    .name = "depthwise",
    .kind = KIND_DEPTHWISE,
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
    .form = depthwise_form,
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
