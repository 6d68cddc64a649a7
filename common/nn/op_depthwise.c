/*
 * op_depthwise.c - a 3x3 kernel for each channel: y_c = x_c * W_c
 *
 *     x (n, h, w, c)   W (3, 3, c, 1)   no bias
 *
 * Each output pixel is nine products of whole channel rows; rows outside the
 * image are a row of zeros.  Backward turns the sum round: an input pixel
 * gathers from the up to nine output pixels that saw it.  Where no tap falls
 * beside the image, a few channels at a time go along a row of pixels, so that
 * the kernel, or its gradient, stays in registers.
 * Source: Howard et al. 2017, MobileNets (arXiv:1704.04861).
 */
#include "nn/conv.h"
#include "nn/graph.h"
#include "nn/init.h"
#include "nn/layers.h"

#include <string.h>

#include "nn/simd.h"

enum { TAPS = 9, PIECES = 32, MAX_STRIDE = 2, LANES = 8 };

typedef float vec
    __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

#define VEC(p)    (*(const vec *)(const void *)(p))
#define VEC_TO(p) (*(vec *)(void *)(p))

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

/* Floats of a row of zeros, of x or of dy. */
static size_t zero_len(const struct node *nd)
{
    return (size_t)nd->in[0]->out.w * (size_t)nd->out.c;
}

/* A row of zeros, then partial sums of dW. */
static size_t depthwise_scratch(const struct node *nd, int threads)
{
    (void)threads;
    return (zero_len(nd) + PIECES * TAPS * (size_t)nd->out.c) * sizeof(float);
}

static void depthwise_init(struct node *nd, struct rng *rng)
{
    const size_t c = (size_t)nd->out.c;

    init_glorot(rng, (double)TAPS * (double)c, TAPS, nd->param, TAPS * c);
}

/* Does coordinate 'i' of 'n' exist? */
static bool is_inside(int i, int n)
{
    return i >= 0 && i < n;
}

/* What the nine taps of output (oy, ox) see of image 'x', or 'zero'. */
static void forward_taps(const struct depthwise *d, const float *x,
                         const int o[2], const float *zero,
                         const float *tap[TAPS])
{
    const struct tensor *t = &d->base.in[0]->out;

    for (int k = 0; k < TAPS; k++) {
        const int y = o[0] * d->a.stride + k / 3 - d->top;
        const int z = o[1] * d->a.stride + k % 3 - d->left;

        tap[k] = is_inside(y, t->h) && is_inside(z, t->w)
                     ? x + ((size_t)y * (size_t)t->w + (size_t)z) * (size_t)t->c
                     : zero;
    }
}

/* Which output pixels of 'dy' saw input (iy, ix) by each tap, or 'zero'. */
static void backward_taps(const struct depthwise *d, const float *dy,
                          const int i[2], const float *zero,
                          const float *tap[TAPS])
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
HOT static void sum_nine(size_t c, const float *const tap[TAPS], const float *w,
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

/*
 * Some of the taps, as with stride 2: y = base + sum of tap[k] w[k] over those
 * that are not 'zero'.
 */
HOT static void sum_some(size_t c, const float *const tap[TAPS],
                         const float *zero, const float *w, const float *base,
                         float *y)
{
    if (y != base)
        memcpy(y, base, c * sizeof(*y));
    for (size_t k = 0; k < TAPS; k++) {
        const float *a = tap[k], *b = w + k * c;

        for (size_t j = 0; a != zero && j < c; j++)
            y[j] += a[j] * b[j];
    }
}

/* A row of pixels none of whose taps is beside the image: pixel i reads
 * row[ky] + i step + kx c, channels are multiples of LANES. */
struct pixel_row {
    size_t n, c, step;
    const float *row[3];
};

/* y = base + products with w, turned if 'flip'; base (c), or y if 'add' */
HOT static void span_nine(const struct pixel_row *s, const float *w, bool flip,
                          const float *base, bool add, float *y)
{
    const size_t c = s->c, at = flip ? 8 * c : 0;
    const ptrdiff_t d = flip ? -(ptrdiff_t)c : (ptrdiff_t)c;

    for (size_t j = 0; j < c; j += LANES) {
        const float *r0 = s->row[0] + j, *r1 = s->row[1] + j;
        const float *r2 = s->row[2] + j, *v = w + at + j;
        const vec w0 = VEC(v), w1 = VEC(v + d), w2 = VEC(v + 2 * d);
        const vec w3 = VEC(v + 3 * d), w4 = VEC(v + 4 * d);
        const vec w5 = VEC(v + 5 * d), w6 = VEC(v + 6 * d);
        const vec w7 = VEC(v + 7 * d), w8 = VEC(v + 8 * d);

        for (size_t i = 0; i < s->n; i++) {
            float *to = y + i * c + j;
            vec a = VEC(add ? to : base + j), b = VEC(r1) * w3;

            a += VEC(r0) * w0 + VEC(r0 + c) * w1 + VEC(r0 + 2 * c) * w2;
            b += VEC(r1 + c) * w4 + VEC(r1 + 2 * c) * w5;
            a += VEC(r2) * w6 + VEC(r2 + c) * w7;
            b += VEC(r2 + 2 * c) * w8;
            VEC_TO(to) = a + b;
            r0 += s->step;
            r1 += s->step;
            r2 += s->step;
        }
    }
}

/* dw += products of what the pixels read with their dy */
HOT static void span_back(const struct pixel_row *s, const float *dy, float *dw)
{
    const size_t c = s->c;

    for (size_t j = 0; j < c; j += LANES) {
        const float *r0 = s->row[0] + j, *r1 = s->row[1] + j;
        const float *r2 = s->row[2] + j;
        vec d[TAPS];

        for (size_t k = 0; k < TAPS; k++)
            d[k] = VEC(dw + k * c + j);
        for (size_t i = 0; i < s->n; i++) {
            const vec g = VEC(dy + i * c + j);

            d[0] += VEC(r0) * g;
            d[1] += VEC(r0 + c) * g;
            d[2] += VEC(r0 + 2 * c) * g;
            d[3] += VEC(r1) * g;
            d[4] += VEC(r1 + c) * g;
            d[5] += VEC(r1 + 2 * c) * g;
            d[6] += VEC(r2) * g;
            d[7] += VEC(r2 + c) * g;
            d[8] += VEC(r2 + 2 * c) * g;
            r0 += s->step;
            r1 += s->step;
            r2 += s->step;
        }
        for (size_t k = 0; k < TAPS; k++)
            VEC_TO(dw + k * c + j) = d[k];
    }
}

/*
 * The pixels of a row of 'n' that read columns i stride - left + (0, 1, 2) of
 * 't' and none beside it; s->row is where the first of them reads in rows
 * top + (0, 1, 2).  Returns that first pixel; s->n may be 0.
 */
static int make_span(struct pixel_row *s, const struct tensor *t,
                     const float *image, const int n_top_left_stride[4],
                     const float *zero)
{
    const int n = n_top_left_stride[0], top = n_top_left_stride[1];
    const int left = n_top_left_stride[2], stride = n_top_left_stride[3];
    const int first = left > 0 ? (left + stride - 1) / stride : 0;
    const int end = (t->w - 3 + left) / stride + 1;
    const size_t c = (size_t)t->c;

    *s = (struct pixel_row){.c = c, .step = c * (size_t)stride};
    if (t->w - 3 + left < 0 || end <= first || c % LANES)
        return n;
    s->n = (size_t)((end < n ? end : n) - first);
    for (int k = 0; k < 3; k++)
        s->row[k] = is_inside(top + k, t->h)
                        ? image + ((size_t)(top + k) * (size_t)t->w +
                                   (size_t)(first * stride - left)) *
                                      c
                        : zero;
    return first;
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

/* What forward reads. */
struct depthwise_operands {
    const float *w, *base, *zero;
    struct gemm_after after;
};

static void forward_row(struct node *nd, int r,
                        const struct depthwise_operands *in)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *x = &nd->in[0]->out, *y = &nd->out;
    const float *image = x->data + (size_t)(r / y->h) * tensor_row(x);
    const size_t c = (size_t)y->c, w = (size_t)y->w;
    const int oy = r % y->h, stride = d->a.stride;
    float *row = y->data + (size_t)r * w * c;
    const float *tap[TAPS];
    struct pixel_row s;
    const int first = make_span(
        &s, x, image, (int[]){y->w, oy * stride - d->top, d->left, stride},
        in->zero);

    for (int i = 0; i < y->w; i++) {
        if (i == first) {
            span_nine(&s, in->w, false, in->base, false, row + (size_t)i * c);
            i += (int)s.n;
        }
        if (i == y->w)
            break;
        forward_taps(d, image, (int[]){oy, i}, in->zero, tap);
        sum_nine(c, tap, in->w, in->base, row + (size_t)i * c);
    }
    if (nd->fold)
        gemm_finish(&in->after, w, c, c, row);
}

static void depthwise_forward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    float *zero = p->scratch;
    struct depthwise_operands in = {.w = nd->param, .base = zero, .zero = zero};

    if (nd->fold) {
        in.w = nd->ready + 2 * c;
        in.base = nd->ready + c;
        in.after = conv_after(&(struct conv){.act = op_bn_act(nd->fold)}, NULL);
    }
    memset(zero, 0, zero_len(nd) * sizeof(float));
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int r = 0; r < nd->out.n * nd->out.h; r++)
        forward_row(nd, r, &in);
}

/* Stride 1: input (iy, ix) reads dy as an output reads x, with the kernel
 * turned round. */
static void data_row(struct node *nd, int r, const float *zero)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *dx = &nd->in[0]->dout, *dy = &nd->dout;
    const float *image = dy->data + (size_t)(r / dx->h) * tensor_row(dy);
    const size_t c = (size_t)dy->c, w = (size_t)dx->w;
    const bool add = nd->add[0], one = d->a.stride == 1;
    const int iy = r % dx->h;
    float *row = dx->data + (size_t)r * w * c;
    const float *tap[TAPS];
    struct pixel_row s = {0};
    const int first =
        one ? make_span(&s, dy, image,
                        (int[]){dx->w, iy + d->top - 2, 2 - d->left, 1}, zero)
            : dx->w;

    for (int i = 0; i < dx->w; i++) {
        float *to = row + (size_t)i * c;

        if (i == first) {
            span_nine(&s, nd->param, true, zero, add, to);
            i += (int)s.n;
            to = row + (size_t)i * c;
        }
        if (i == dx->w)
            break;
        backward_taps(d, image, (int[]){iy, i}, zero, tap);
        if (one)
            sum_nine(c, tap, nd->param, add ? to : zero, to);
        else
            sum_some(c, tap, zero, nd->param, add ? to : zero, to);
    }
}

static void backward_data(struct node *nd, const struct pass *p)
{
    const struct tensor *dx = &nd->in[0]->dout;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int r = 0; r < dx->n * dx->h; r++)
        data_row(nd, r, p->scratch);
}

static void weight_row(const struct node *nd, size_t r, const float *zero,
                       float *part)
{
    const struct depthwise *d = (const struct depthwise *)nd;
    const struct tensor *x = &nd->in[0]->out, *dy = &nd->dout;
    const size_t c = (size_t)dy->c, h = (size_t)dy->h;
    const float *image = x->data + r / h * tensor_row(x);
    const float *g = dy->data + r * (size_t)dy->w * c, *tap[TAPS];
    const int oy = (int)(r % h), stride = d->a.stride;
    struct pixel_row s;
    const int first =
        make_span(&s, x, image,
                  (int[]){dy->w, oy * stride - d->top, d->left, stride}, zero);

    for (int i = 0; i < dy->w; i++) {
        if (i == first) {
            span_back(&s, g + (size_t)i * c, part);
            i += (int)s.n;
        }
        if (i == dy->w)
            break;
        forward_taps(d, image, (int[]){oy, i}, zero, tap);
        nine_back(c, tap, g + (size_t)i * c, part);
    }
}

/* part = sums over output rows [r[0], r[1]), counted through the batch. */
static void weight_rows(const struct node *nd, const size_t r[2],
                        const float *zero, float *part)
{
    memset(part, 0, TAPS * (size_t)nd->out.c * sizeof(float));
    for (size_t i = r[0]; i < r[1]; i++)
        weight_row(nd, i, zero, part);
}

static void backward_weights(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;
    const struct simd_chunks s =
        simd_chunks((size_t)nd->out.n * (size_t)nd->out.h, 1, PIECES);
    float *zero = p->scratch, *part = zero + zero_len(nd);

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        weight_rows(nd,
                    (size_t[]){simd_chunk_begin(&s, i), simd_chunk_end(&s, i)},
                    zero, part + (size_t)i * TAPS * c);
    for (int i = 0; i < s.pieces; i++)
        for (size_t j = 0; j < TAPS * c; j++)
            nd->dparam[j] += part[(size_t)i * TAPS * c + j];
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
