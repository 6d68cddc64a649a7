/*
 * op_conv2d.c - y = act(x * W + b); the arithmetic is conv.h's
 *
 *     x (n, h, w, ci)   W (size, size, ci, co)   b (co), if asked for
 *
 * Backward: first dy is cleared where the activation clipped y, in place; then
 * dx = W' applied to dy,  dW += x correlated with dy,  db += sums of dy over
 * pixels.  Initial W: as asked for, else Glorot uniform; initial b: 0.
 */
#include "nn/bf16.h"
#include "nn/conv_through.h"
#include "nn/graph.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <math.h>
#include <stdio.h>

#include "nn/simd.h"

enum { MAX_SIZE = 15, MAX_STRIDE = 8, MAX_FILTERS = 1 << 14 };
enum { PIECES = 16, ALIGN = 16 }; /* partial sums of db; floats */

struct conv2d {
    struct node base;
    struct conv_args a;
    const struct conv_provider *by; /* borrowed */
    bool keeps;                     /* what the provider makes of the kernel */
    struct conv c;
};

static int conv2d_shape(struct node *nd, struct err *err)
{
    struct conv2d *d = (struct conv2d *)nd;
    const struct conv_args *a = &d->a;
    const struct tensor *x = &nd->in[0]->out;
    struct conv *c = &d->c;

    if (a->filters < 1 || a->filters > MAX_FILTERS)
        return err_set(err, ERR_USAGE, "conv2d: 'filters' is %d, not 1 .. %d",
                       a->filters, MAX_FILTERS);
    if (a->size < 1 || a->size > MAX_SIZE)
        return err_set(err, ERR_USAGE, "conv2d: 'size' is %d, not 1 .. %d",
                       a->size, MAX_SIZE);
    if (a->stride < 1 || a->stride > MAX_STRIDE)
        return err_set(err, ERR_USAGE, "conv2d: 'stride' is %d, not 1 .. %d",
                       a->stride, MAX_STRIDE);
    *c = (struct conv){.n = x->n,
                       .h = x->h,
                       .w = x->w,
                       .ci = x->c,
                       .co = a->filters,
                       .size = a->size,
                       .stride = a->stride,
                       .act = (int)a->act,
                       .kernel = c->kernel,
                       .infers = c->infers};
    c->oh = conv_axis(x->h, a->size, a->stride, (int)a->pad, &c->top);
    c->ow = conv_axis(x->w, a->size, a->stride, (int)a->pad, &c->left);
    if (c->oh < 1 || c->ow < 1)
        return err_set(err, ERR_USAGE,
                       "conv2d: '%s': a kernel of %d does not fit %d x %d",
                       nd->name, a->size, x->h, x->w);
    d->by = conv_choose(c);
    nd->reads_through = d->by == &conv_blas && conv_through_fits(c);
    nd->reads_bf16 = d->by->reads_bf16;
    nd->takes_bf16 = d->by->reads_bf16;
    nd->gives_bf16 = d->by->gives_bf16;
    nd->writes_bf16 = a->act != ACT_RELU6; /* backward asks whether y is 6 */
    nd->out = (struct tensor){.h = c->oh, .w = c->ow, .c = c->co};
    node_slot(nd,
              &(struct slot){
                  "kernel:0", 4, {a->size, a->size, c->ci, c->co}, false, 0});
    if (a->bias)
        node_slot(nd, &(struct slot){"bias:0", 1, {c->co}, false, 0});
    return 0;
}

static size_t n_kernel(const struct conv *c)
{
    return (size_t)c->size * (size_t)c->size * (size_t)c->ci * (size_t)c->co;
}

/* Floats that the provider makes of the kernel. */
static size_t provider_ready(const struct node *nd)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    const size_t n = d->by->n_ready ? d->by->n_ready(&d->c) : 0;

    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/*
 * In training the weights change with every step: what the provider makes of
 * them (four times as much, of Winograd's) lies in scratch and is made anew for
 * each pass.
 */
static size_t conv2d_scratch(const struct node *nd, int threads)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    struct conv c = d->c;
    size_t n;

    c.threads = threads;
    n = d->by->scratch(&c) + (d->keeps ? 0 : provider_ready(nd));
    if (nd->in[0]->read_through && n < conv_through_scratch(&c))
        n = conv_through_scratch(&c);
    if (n < (size_t)PIECES * (size_t)c.co)
        n = (size_t)PIECES * (size_t)c.co;
    if (nd->fold && d->by->prepare && n < n_kernel(&c))
        n = n_kernel(&c);
    return n * sizeof(float);
}

static void conv2d_init(struct node *nd, struct rng *rng)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    const struct conv *c = &d->c;
    const double field = (double)c->size * (double)c->size;
    const struct fans fans = {field * c->ci, field * c->co};

    init_kernel(d->a.init, rng, fans, nd->param, n_kernel(c));
}

static struct conv this_pass(const struct node *nd, const struct pass *p)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    struct conv c = d->c;

    c.n = nd->out.n;
    c.threads = p->threads;
    c.scratch = p->scratch;
    c.ready = nd->ready;
    if (!d->keeps) {
        c.ready = p->scratch;
        c.scratch = c.ready + provider_ready(nd);
    }
    return c;
}

/*
 * Ready are: what the provider makes of the kernel; then, if there is a batch
 * normalisation to be folded in, its scale, its shift, which becomes the bias,
 * and the kernel times the scale, unless the provider made its own of that.
 */
static void conv2d_plan(struct node *nd)
{
    struct conv2d *d = (struct conv2d *)nd;
    struct conv *c = &d->c;

    c->x_bf16 = nd->in[0]->out.bf16;
    c->y_bf16 = nd->out.bf16;
    c->dx_bf16 = nd->in[0]->dout.bf16;
    c->dy_bf16 = nd->dout.bf16;
    if (nd->centre)
        nd->n_keep = (size_t)c->co;
    nd->n_ready = d->keeps ? provider_ready(nd) : 0;
    if (nd->fold)
        nd->n_ready += 2 * (size_t)c->co + (d->by->prepare ? 0 : n_kernel(c));
}

HOT static void scale_columns(size_t rows, size_t c, const float *x,
                              const float *scale, float *y)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c; j++)
            y[i * c + j] = x[i * c + j] * scale[j];
}

static float *fold_kernel(const struct node *nd)
{
    return nd->ready + provider_ready(nd) + 2 * (size_t)nd->out.c;
}

static const float *fold_bias(const struct node *nd)
{
    return nd->ready + provider_ready(nd) + (size_t)nd->out.c;
}

/* Scale and shift, and the kernel times the scale in w. */
static void fold_norm(struct node *nd, float *w)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    const size_t co = (size_t)d->c.co;
    float *at = nd->ready + provider_ready(nd);
    struct affine a = {.scale = at, .shift = at + co};

    op_bn_affine(nd->fold, &a);
    for (size_t j = 0; d->a.bias && j < co; j++)
        a.shift[j] += nd->param[n_kernel(&d->c) + j] * a.scale[j];
    scale_columns(n_kernel(&d->c) / co, co, nd->param, a.scale, w);
}

static void conv2d_prepare(struct node *nd, const struct pass *p)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    const struct conv c = this_pass(nd, p);
    float *w = nd->param;

    if (!d->keeps)
        return;
    if (nd->fold) {
        w = d->by->prepare ? p->scratch : fold_kernel(nd);
        fold_norm(nd, w);
    }
    if (d->by->prepare)
        d->by->prepare(&c, w);
}

/* The bias less what the values are centred by. */
static const float *centred_bias(const struct node *nd, const float *bias)
{
    const float *mean = op_bn_moving_mean(nd->centre);

    for (size_t j = 0; j < (size_t)nd->out.c; j++)
        nd->keep[j] = (bias ? bias[j] : 0.0f) - mean[j];
    return nd->keep;
}

static void conv2d_forward(struct node *nd, const struct pass *p)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    struct conv c = this_pass(nd, p);
    const float *w = nd->param, *bias = d->a.bias ? w + n_kernel(&c) : NULL;

    if (nd->fold) {
        w = d->by->prepare ? NULL : fold_kernel(nd);
        bias = fold_bias(nd);
        c.act = (int)op_bn_act(nd->fold);
    }
    if (nd->centre)
        bias = centred_bias(nd, bias);
    if (nd->in[0]->read_through) {
        const struct bn_rows x = op_bn_rows(nd->in[0]);

        conv_through_forward(&c, &x, w, bias, nd->out.data);
        return;
    }
    if (!d->keeps && d->by->prepare)
        d->by->prepare(&c, w);
    d->by->forward(&c, nd->in[0]->out.data, w, bias, nd->out.data);
}

INLINE void sum_numbers(size_t rows, size_t c, const void *x, bool bf16,
                        float *restrict sum)
{
    for (size_t j = 0; j < c; j++)
        sum[j] = 0.0f;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < c; j++)
            sum[j] += bf16_or_float(x, bf16, i * c + j);
}

/* sum (c) = the sums of rows of dy. */
HOT static void sum_rows(const struct node *nd, size_t rows, size_t at,
                         float *sum)
{
    const size_t c = (size_t)nd->out.c;
    const void *dy = tensor_number(&nd->dout, at);

    if (nd->dout.bf16)
        sum_numbers(rows, c, dy, true, sum);
    else
        sum_numbers(rows, c, dy, false, sum);
}

INLINE void clear_numbers(size_t n, float hi, const void *y, bool y_bf16,
                          void *dy, bool dy_bf16)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const float v = bf16_or_float(y, y_bf16, i);
        const float g = bf16_or_float(dy, dy_bf16, i);

        bf16_or_float_set(dy, dy_bf16, i, v > 0.0f && v < hi ? g : 0.0f);
    }
}

/* n numbers of dy = 0 where y was clipped. */
HOT static void clear_rows(const struct node *nd, size_t n, size_t at, float hi)
{
    const void *y = tensor_number(&nd->out, at);
    void *dy = tensor_number(&nd->dout, at);

    if (nd->out.bf16 && nd->dout.bf16)
        clear_numbers(n, hi, y, true, dy, true);
    else if (nd->out.bf16)
        clear_numbers(n, hi, y, true, dy, false);
    else if (nd->dout.bf16)
        clear_numbers(n, hi, y, false, dy, true);
    else
        clear_numbers(n, hi, y, false, dy, false);
}

/* What backward does to dy before the products. */
static void backward_output(const struct node *nd, const struct pass *p,
                            float *db)
{
    const enum act act = ((const struct conv2d *)nd)->a.act;
    const float hi = act == ACT_RELU6 ? 6.0f : INFINITY;
    const size_t c = (size_t)nd->out.c;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), 64, PIECES);
    float *part = p->scratch;

    if (act == ACT_NONE && !db)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t at = simd_chunk_begin(&s, i) * c;
        const size_t rows = simd_chunk_len(&s, i);

        if (act != ACT_NONE)
            clear_rows(nd, rows * c, at, hi);
        if (db)
            sum_rows(nd, rows, at, part + (size_t)i * c);
    }
    for (int i = 0; db && i < s.pieces; i++)
        for (size_t j = 0; j < c; j++)
            db[j] += part[(size_t)i * c + j];
}

static void conv2d_backward(struct node *nd, const struct pass *p)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    const struct conv c = this_pass(nd, p);
    const struct conv_back b = {.x = nd->in[0]->out.data,
                                .dy = nd->dout.data,
                                .w = nd->param,
                                .dw = nd->dparam,
                                .dx = nd->in[0]->dout.data,
                                .add = nd->add[0]};

    if (c.n == 0 && !nd->in[0]->read_through)
        return;
    backward_output(nd, p,
                    d->a.bias && nd->dparam ? nd->dparam + n_kernel(&c) : NULL);
    if (nd->in[0]->read_through) {
        const struct bn_rows x = op_bn_rows(nd->in[0]);

        conv_through_backward(&c, &x, &b, op_bn_sums(nd->in[0]));
        return;
    }
    if (d->by->prepare_back && b.dx)
        d->by->prepare_back(&c, nd->param);
    d->by->backward(&c, &b);
}

static void conv2d_cost(const struct node *nd, struct op_cost *cost)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    const double all = 2.0 * (double)tensor_len(&nd->out) * (double)d->c.ci *
                       (double)(d->c.size * d->c.size);

    cost->provider = d->by->name;
    cost->forward = all;
    cost->backward =
        (nd->dparam ? all : 0.0) + (nd->in[0]->dout.data ? all : 0);
}

static void conv2d_form(const struct node *nd, struct op_form *f)
{
    const struct conv2d *d = (const struct conv2d *)nd;
    const struct conv *c = &d->c;

    f->size = c->size;
    f->stride = c->stride;
    f->pad = (int)d->a.pad;
    f->act = c->act;
    f->top = c->top;
    f->left = c->left;
}

static const struct op op_conv2d = {
    .name = "conv2d",
    .kind = KIND_CONV,
    .size = sizeof(struct conv2d),
    .spares = SPARES_OUT,
    .shape = conv2d_shape,
    .scratch = conv2d_scratch,
    .init = conv2d_init,
    .plan = conv2d_plan,
    .prepare = conv2d_prepare,
    .forward = conv2d_forward,
    .backward = conv2d_backward,
    .cost = conv2d_cost,
    .form = conv2d_form,
};

/*
 * Backward spoils dy if there is an activation; where every dout is to stay
 * readable the activation becomes a node of its own, with the layer's name.
 */
struct node *nn_conv2d(struct graph *g, struct node *x, const char *name,
                       struct conv_args a)
{
    const bool apart = a.act != ACT_NONE && graph_keeps_all(g);
    char linear[NN_NAME_MAX];
    struct conv2d *d;

    snprintf(linear, sizeof(linear), "%.*s_linear", NN_NAME_MAX - 8, name);
    d = x ? graph_add(g, &op_conv2d, apart ? linear : name, x) : NULL;
    if (!d)
        return NULL;
    snprintf(d->base.prefix, sizeof(d->base.prefix), "%s", name);
    d->keeps = graph_keeps_ready(g);
    d->c.kernel = graph_kernel(g);
    d->c.infers = graph_infers(g);
    d->a = a;
    d->a.stride = a.stride ? a.stride : 1;
    d->a.act = apart ? ACT_NONE : a.act;
    d->base.folds = d->base.centres = d->a.act == ACT_NONE;
    d->base.rectified = d->a.act != ACT_NONE;
    d->base.step = d->a.size == 1 ? d->a.stride : 1;
    if (d->a.act != ACT_NONE)
        d->base.spares = 0;
    x = graph_commit(g, d);
    if (!apart)
        return x;
    return a.act == ACT_RELU6 ? nn_relu6(g, x, name) : nn_relu(g, x, name);
}
