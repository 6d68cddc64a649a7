/*
 * op_depthwise.c - a 3x3 kernel for each channel: y_c = x_c * W_c
 *
 *     x (n, h, w, c)   W (3, 3, c, 1)   no bias
 *
 * All passes go along rows of pixels (depthwise_rows.h).  Backward turns the
 * sum round: an input pixel gathers from the up to nine output pixels that saw
 * it, which are of rows of dy.
 *
 * Where a batch normalisation in front stores no value (read_through), each
 * thread makes the rows of x that it wants, keeps the last few, and adds up the
 * normalisation's gradient from rows of dx that it has just made.
 * Source: Howard et al. 2017, MobileNets (arXiv:1704.04861).
 */
#include "nn/bf16.h"
#include "nn/conv.h"
#include "nn/depthwise_rows.h"
#include "nn/graph.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <omp.h>
#include <string.h>

#include "nn/simd.h"

enum { TAPS = DEPTHWISE_TAPS, PIECES = 32, MAX_STRIDE = 2 };
enum { KEPT = 4 }; /* rows of x that a thread makes and keeps */

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

/* Floats of a row of x. */
static size_t row_len(const struct tensor *t)
{
    return (size_t)t->w * (size_t)t->c;
}

/*
 * A row of zeros, the kernel turned round, partial sums of dW; and where x is
 * read through, those of its normalisation's gradient and the rows that each
 * thread keeps; and where y is bf16, a row of it for each thread.
 */
static size_t depthwise_scratch(const struct node *nd, int threads)
{
    const size_t c = (size_t)nd->out.c;
    size_t n = zero_len(nd) + (1 + PIECES) * TAPS * c;

    if (nd->in[0]->read_through)
        n += PIECES * 2 * c + (size_t)threads * KEPT * row_len(&nd->in[0]->out);
    if (nd->out.bf16)
        n += (size_t)threads * row_len(&nd->out);
    return n * sizeof(float);
}

/* Where a thread finds rows of x. */
struct x_rows {
    const struct node *nd;
    const float *zero;   /* a row */
    struct bn_rows read; /* of what x is made of, */
    float *kept;         /* (KEPT, w, c) here; NULL: x has a value */
    size_t row[KEPT];    /* which these are, counted through the batch */
};

/* Sums of a normalisation's gradient (PIECES, 2, c); behind them lie the rows
 * that threads keep. */
static float *sums_of(const struct node *nd, const struct pass *p)
{
    float *zero = p->scratch;

    return zero + zero_len(nd) + (1 + PIECES) * TAPS * (size_t)nd->out.c;
}

/* Those of this thread. */
static struct x_rows own_rows(const struct node *nd, const struct pass *p)
{
    const struct node *in = nd->in[0];
    struct x_rows x = {.nd = nd, .zero = p->scratch};

    if (!in->read_through)
        return x;
    x.read = op_bn_rows(in);
    x.kept = sums_of(nd, p) + PIECES * 2 * (size_t)nd->out.c +
             (size_t)omp_get_thread_num() * KEPT * row_len(&in->out);
    for (int k = 0; k < KEPT; k++)
        x.row[k] = SIZE_MAX;
    return x;
}

/* Of y, where it is bf16, this thread's row. */
static float *own_output(const struct node *nd, const struct pass *p)
{
    const size_t behind =
        nd->in[0]->read_through
            ? PIECES * 2 * (size_t)nd->out.c +
                  (size_t)p->threads * KEPT * row_len(&nd->in[0]->out)
            : 0;

    return sums_of(nd, p) + behind +
           (size_t)omp_get_thread_num() * row_len(&nd->out);
}

/* Row 'y' of an image of x, or zeros; good until KEPT others were wanted. */
static const float *x_row(struct x_rows *x, size_t image, int y)
{
    const struct tensor *t = &x->nd->in[0]->out;
    const size_t row = image * (size_t)t->h + (size_t)y;
    float *made;

    if (y < 0 || y >= t->h)
        return x->zero;
    if (!x->kept)
        return t->data + row * row_len(t);
    made = x->kept + row % KEPT * row_len(t);
    if (x->row[row % KEPT] != row)
        bn_rows_make(&x->read, row * (size_t)t->w, (size_t)t->w, made);
    x->row[row % KEPT] = row;
    return made;
}

/* What output row 'r', counted through the batch, reads. */
static struct depthwise_rows rows_of_x(struct x_rows *x, size_t r)
{
    const struct depthwise *d = (const struct depthwise *)x->nd;
    const size_t h = (size_t)x->nd->out.h;
    const int top = (int)(r % h) * d->a.stride - d->top;
    struct depthwise_rows rows = {.n = x->nd->out.w,
                                  .stride = d->a.stride,
                                  .left = d->left,
                                  .w = x->nd->in[0]->out.w,
                                  .c = x->nd->out.c};

    for (int k = 0; k < DEPTHWISE_SIDE; k++)
        rows.row[k] = x_row(x, r / h, top + k);
    return rows;
}

/* Row 'y' of an image, or zeros. */
static const float *row_or_zero(const struct tensor *t, size_t image, int y,
                                const float *zero)
{
    return y < 0 || y >= t->h
               ? zero
               : t->data + (image * (size_t)t->h + (size_t)y) * row_len(t);
}

/* What row 'r' of dx reads of dy with stride 1: as y does of x, with the kernel
 * turned round. */
static struct depthwise_rows rows_of_dy(const struct node *nd, size_t r,
                                        const float *zero)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *dx = &nd->in[0]->dout;
    const size_t h = (size_t)dx->h;
    const int top = (int)(r % h) + d->top - 2;
    struct depthwise_rows rows = {.n = dx->w,
                                  .stride = 1,
                                  .left = 2 - d->left,
                                  .w = nd->out.w,
                                  .c = nd->out.c};

    for (int k = 0; k < DEPTHWISE_SIDE; k++)
        rows.row[k] = row_or_zero(&nd->dout, r / h, top + k, zero);
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
    nd->n_keep = nd->centre ? (size_t)nd->out.c : 0;
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
    const float *base = nd->fold     ? nd->ready + c
                        : nd->centre ? nd->keep
                                     : p->scratch;
    const size_t rows = (size_t)nd->out.n * (size_t)nd->out.h;
    struct gemm_after after;

    memset(p->scratch, 0, zero_len(nd) * sizeof(float));
    for (size_t j = 0; nd->centre && j < c; j++)
        nd->keep[j] = -op_bn_moving_mean(nd->centre)[j];
    if (nd->fold)
        after = conv_after(&(struct conv){.act = op_bn_act(nd->fold)}, NULL);
#pragma omp parallel num_threads(p->threads)
    {
        struct x_rows own = own_rows(nd, p);
        float *made = own_output(nd, p);

#pragma omp for schedule(static)
        for (size_t r = 0; r < rows; r++) {
            const struct depthwise_rows x = rows_of_x(&own, r);
            float *y = nd->out.bf16 ? made : nd->out.data + r * len;

            depthwise_rows_sum(&x, k, base, y);
            if (nd->fold)
                gemm_finish(&after, len / c, c, c, y);
            if (nd->out.bf16)
                bf16_round(len, y, tensor_bf16(&nd->out, r * len));
        }
    }
}

/* t = the kernel, turned round. */
static void turn_kernel(const struct node *nd, float *t)
{
    const size_t c = (size_t)nd->out.c;

    for (size_t k = 0; k < TAPS; k++)
        memcpy(t + (TAPS - 1 - k) * c, nd->param + k * c, c * sizeof(*t));
}

/* What backward is given beside the node. */
struct depthwise_back {
    const float *zero, *turned; /* a row; the kernel turned round */
    const float *base;          /* of dx; NULL: it is added to */
    float *part; /* sums of dW (TAPS, c) of a piece; NULL: not wanted */
    float *sums; /* of the normalisation's gradient (2, c); NULL likewise */
};

/* Row 'r' of dx, counted through the batch. */
static void data_row(const struct x_rows *x, size_t r,
                     const struct depthwise_back *b)
{
    const struct node *nd = x->nd;
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *t = &nd->in[0]->dout;
    float *dx = t->data + r * row_len(t);

    if (d->a.stride == 1) {
        const struct depthwise_rows dy = rows_of_dy(nd, r, b->zero);

        depthwise_rows_sum(&dy, b->turned, b->base, dx);
    } else {
        const struct depthwise_spread dy = spread_of_dy(nd, r, b->zero);

        depthwise_rows_spread(&dy, b->base, dx);
    }
    if (b->sums)
        bn_rows_sum(&x->read, r * (size_t)t->w, (size_t)t->w, dx, false,
                    b->sums);
}

/* The rows of dx that go with output row 'r': as many as the stride, with the
 * last row of an image all that are left. */
static void data_rows(const struct x_rows *x, size_t r,
                      const struct depthwise_back *b)
{
    const struct depthwise *d = (const struct depthwise *)x->nd;
    const size_t oh = (size_t)x->nd->out.h, h = (size_t)x->nd->in[0]->out.h;
    const size_t step = (size_t)d->a.stride, from = r % oh * step;
    const size_t end = r % oh == oh - 1 ? h : from + step;

    for (size_t y = from; y < end && y < h; y++)
        data_row(x, r / oh * h + y, b);
}

/* Output rows [r[0], r[1]), counted through the batch. */
static void backward_rows(struct x_rows *x, const size_t r[2],
                          const struct depthwise_back *b)
{
    const struct node *nd = x->nd;
    const size_t c = (size_t)nd->out.c;

    if (b->part)
        memset(b->part, 0, TAPS * c * sizeof(float));
    if (b->sums)
        memset(b->sums, 0, 2 * c * sizeof(float));
    for (size_t i = r[0]; i < r[1]; i++) {
        if (b->part) {
            const struct depthwise_rows rows = rows_of_x(x, i);

            depthwise_rows_gradient(
                &rows, nd->dout.data + i * row_len(&nd->dout), b->part);
        }
        if (nd->in[0]->dout.data)
            data_rows(x, i, b);
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

static void depthwise_backward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c, len = TAPS * c;
    const struct simd_chunks s =
        simd_chunks((size_t)nd->out.n * (size_t)nd->out.h, 1, PIECES);
    const bool through = nd->in[0]->read_through;
    float *zero = p->scratch, *turned = zero + zero_len(nd);
    float *part = turned + len, *sums = sums_of(nd, p);

    memset(zero, 0, zero_len(nd) * sizeof(float));
    turn_kernel(nd, turned);
#pragma omp parallel num_threads(p->threads)
    {
        struct x_rows x = own_rows(nd, p);

#pragma omp for schedule(static)
        for (int i = 0; i < s.pieces; i++)
            backward_rows(
                &x, (size_t[]){simd_chunk_begin(&s, i), simd_chunk_end(&s, i)},
                &(struct depthwise_back){
                    .zero = zero,
                    .turned = turned,
                    .base = nd->add[0] ? NULL : zero,
                    .part = nd->dparam ? part + (size_t)i * len : NULL,
                    .sums = through ? sums + (size_t)i * 2 * c : NULL});
#pragma omp for schedule(static)
        for (size_t k = 0; k < TAPS; k++)
            if (nd->dparam)
                add_parts(s.pieces, len, c, part + k * c, nd->dparam + k * c);
    }
    if (through)
        bn_rows_add(s.pieces, c, sums, op_bn_sums(nd->in[0]));
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
        d->base.folds = d->base.reads_through = true;
        d->base.writes_bf16 = d->base.centres = true;
    }
    return graph_commit(g, d);
}
