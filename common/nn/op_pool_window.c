/*
 * op_pool_window.c - maximum and mean over windows
 *
 *     max: y_c = the largest x_c of the window; backward gives dy to the first
 *          one that is as large, as TensorFlow does
 *     avg: y_c = the mean of the window's pixels that lie inside the image;
 *          backward shares dy out among them
 *
 * Keras' MaxPooling2D and AveragePooling2D, padding "valid" and "same".  A
 * maximum of NaN is NaN if the NaN comes first.
 */
#include "nn/bf16.h"
#include "nn/conv.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <string.h>

#include "nn/simd.h"

enum { MAX_SIZE = 15, MAX_STRIDE = 8 };

struct pool {
    struct node base;
    struct pool_args a;
    int top, left; /* rows, columns outside before the first window */
};

static int pool_shape(struct node *nd, struct err *err)
{
    struct pool *d = (struct pool *)nd;
    const struct pool_args *a = &d->a;
    const struct tensor *x = &nd->in[0]->out;

    if (a->size < 1 || a->size > MAX_SIZE)
        return err_set(err, ERR_USAGE, "pool: 'size' is %d, not 1 .. %d",
                       a->size, MAX_SIZE);
    if (a->stride < 1 || a->stride > MAX_STRIDE)
        return err_set(err, ERR_USAGE, "pool: 'stride' is %d, not 1 .. %d",
                       a->stride, MAX_STRIDE);
    if (a->pad != PAD_VALID && a->pad != PAD_SAME)
        return err_set(err, ERR_USAGE, "pool: '%s' is neither valid nor same",
                       nd->name);
    nd->out = *x;
    nd->out.h = conv_axis(x->h, a->size, a->stride, (int)a->pad, &d->top);
    nd->out.w = conv_axis(x->w, a->size, a->stride, (int)a->pad, &d->left);
    if (nd->out.h < 1 || nd->out.w < 1)
        return err_set(err, ERR_USAGE,
                       "pool: '%s': a window of %d does not fit %d x %d",
                       nd->name, a->size, x->h, x->w);
    return 0;
}

/* The rows y[0] .. y[1] - 1 and columns x[0] .. x[1] - 1 that a window sees. */
struct window {
    int y[2], x[2];
};

/* i, or the end of an axis of length n that it lies beyond. */
static int clamp_index(int i, int n)
{
    return i < 0 ? 0 : i > n ? n : i;
}

static struct window window_at(const struct pool *d, int oy, int ox)
{
    const struct tensor *x = &d->base.in[0]->out;
    const int top = oy * d->a.stride - d->top;
    const int left = ox * d->a.stride - d->left;

    return (struct window){
        .y = {clamp_index(top, x->h), clamp_index(top + d->a.size, x->h)},
        .x = {clamp_index(left, x->w), clamp_index(left + d->a.size, x->w)}};
}

/* y = the largest of x's numbers 'at' + j + (0, right) + (0, down). */
INLINE void larger_numbers(size_t c, const void *x, bool x_bf16,
                           const size_t at[3], void *restrict y, bool y_bf16)
{
    const size_t a = at[0], b = a + at[1], down = at[2];

    for (size_t j = 0; j < c; j++) {
        const float p = bf16_or_float(x, x_bf16, a + j);
        const float q = bf16_or_float(x, x_bf16, b + j);
        const float r = bf16_or_float(x, x_bf16, a + down + j);
        const float s = bf16_or_float(x, x_bf16, b + down + j);
        const float u = q > p ? q : p, v = s > r ? s : r;

        bf16_or_float_set(y, y_bf16, j, v > u ? v : u);
    }
}

HOT static void larger_of_four(size_t c, const struct tensor *x,
                               const size_t at[3], void *y, bool y_bf16)
{
    if (x->bf16 && y_bf16)
        larger_numbers(c, x->data, true, at, y, true);
    else if (x->bf16)
        larger_numbers(c, x->data, true, at, y, false);
    else
        larger_numbers(c, x->data, false, at, y, false);
}

INLINE void max_numbers(size_t c, const void *x, bool x_bf16, size_t at,
                        void *restrict y, bool y_bf16)
{
    for (size_t j = 0; j < c; j++) {
        const float v = bf16_or_float(x, x_bf16, at + j);
        const float w = bf16_or_float(y, y_bf16, j);

        bf16_or_float_set(y, y_bf16, j, v > w ? v : w);
    }
}

HOT static void max_row(size_t c, const struct tensor *x, size_t at, void *y,
                        bool y_bf16)
{
    if (x->bf16 && y_bf16)
        max_numbers(c, x->data, true, at, y, true);
    else if (x->bf16)
        max_numbers(c, x->data, true, at, y, false);
    else
        max_numbers(c, x->data, false, at, y, false);
}

/* y = x's numbers from 'at' on. */
static void copy_row(size_t c, const struct tensor *x, size_t at, void *y,
                     bool y_bf16)
{
    const float *p;

    if (x->bf16 && y_bf16) {
        memcpy(y, tensor_bf16(x, at), c * sizeof(uint16_t));
        return;
    }
    p = bf16_floats(tensor_number(x, at), x->bf16, c, y);
    if (p != y)
        memcpy(y, p, c * sizeof(float));
}

HOT static void add_row(size_t c, const float *x, float *restrict y)
{
    for (size_t j = 0; j < c; j++)
        y[j] += x[j];
}

HOT static void scale_row(size_t c, float f, float *y)
{
    for (size_t j = 0; j < c; j++)
        y[j] *= f;
}

/* y = the largest, or the mean, which is of floats, of the window's pixels in
 * the image that begins with number 'image' of x. */
static void reduce_window(const struct pool *d, const struct window *w,
                          size_t image, bool mean, void *y)
{
    const struct tensor *x = &d->base.in[0]->out;
    const bool bf16 = d->base.out.bf16;
    const size_t c = (size_t)x->c, row = (size_t)x->w * c;
    const int n = (w->y[1] - w->y[0]) * (w->x[1] - w->x[0]);
    const size_t at = image + (size_t)w->y[0] * row + (size_t)w->x[0] * c;

    if (!mean && n == 4 && w->y[1] - w->y[0] == 2) {
        larger_of_four(c, x, (size_t[]){at, c, row}, y, bf16);
        return;
    }
    copy_row(c, x, at, y, bf16);
    for (int i = w->y[0]; i < w->y[1]; i++)
        for (int j = w->x[0]; j < w->x[1]; j++) {
            const size_t p = image + (size_t)i * row + (size_t)j * c;

            if (p == at)
                continue;
            if (mean)
                add_row(c, x->data + p, y);
            else
                max_row(c, x, p, y, bf16);
        }
    if (mean)
        scale_row(c, 1.0f / (float)n, y);
}

static void pool_forward(const struct node *nd, const struct pass *p, bool mean)
{
    const struct pool *d = (const struct pool *)nd;
    const struct tensor *x = &nd->in[0]->out, *y = &nd->out;
    const size_t c = (size_t)y->c;

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int r = 0; r < y->n * y->h; r++)
        for (int i = 0; i < y->w; i++) {
            const struct window w = window_at(d, r % y->h, i);

            reduce_window(
                d, &w, (size_t)(r / y->h) * tensor_row(x), mean,
                tensor_number(y, ((size_t)r * (size_t)y->w + (size_t)i) * c));
        }
}

static void max_forward(struct node *nd, const struct pass *p)
{
    pool_forward(nd, p, false);
}

static void avg_forward(struct node *nd, const struct pass *p)
{
    pool_forward(nd, p, true);
}

INLINE void give_numbers(size_t c, const void *x, bool x_bf16, const void *y,
                         bool y_bf16, float *restrict left, float *restrict dx)
{
    for (size_t j = 0; j < c; j++) {
        const bool here =
            bf16_or_float(x, x_bf16, j) == bf16_or_float(y, y_bf16, j);

        dx[j] += here ? left[j] : 0.0f;
        left[j] = here ? 0.0f : left[j];
    }
}

/* dx += dy where x is y and 'left' says that nobody has had it; clears it.  Of
 * x from number e[0] on, of y from e[1]. */
HOT static void give_first(const struct pool *d, const size_t e[2], float *left)
{
    const struct tensor *x = &d->base.in[0]->out, *y = &d->base.out;
    const void *p = tensor_number(x, e[0]), *q = tensor_number(y, e[1]);
    const size_t c = (size_t)x->c;
    float *dx = d->base.in[0]->dout.data + e[0];

    if (x->bf16 && y->bf16)
        give_numbers(c, p, true, q, true, left, dx);
    else if (x->bf16)
        give_numbers(c, p, true, q, false, left, dx);
    else
        give_numbers(c, p, false, q, false, left, dx);
}

HOT static void add_share(size_t c, float f, const float *dy,
                          float *restrict dx)
{
    for (size_t j = 0; j < c; j++)
        dx[j] += f * dy[j];
}

/* Add what output pixel (oy, ox) of image n gives to its window. */
static void spread_gradient(const struct pool *d, const int o[3], bool mean,
                            float *left)
{
    const struct tensor *x = &d->base.in[0]->out, *y = &d->base.out;
    const struct window w = window_at(d, o[1], o[2]);
    const size_t c = (size_t)x->c, first = (size_t)o[0] * tensor_row(x);
    const size_t at = (size_t)o[0] * tensor_row(y) +
                      ((size_t)o[1] * (size_t)y->w + (size_t)o[2]) * c;
    const float part = 1.0f / (float)((w.y[1] - w.y[0]) * (w.x[1] - w.x[0]));
    float *dx = d->base.in[0]->dout.data;

    if (!mean)
        memcpy(left, d->base.dout.data + at, c * sizeof(float));
    for (int i = w.y[0]; i < w.y[1]; i++)
        for (int j = w.x[0]; j < w.x[1]; j++) {
            const size_t e = first + ((size_t)i * (size_t)x->w + (size_t)j) * c;

            if (mean)
                add_share(c, part, d->base.dout.data + at, dx + e);
            else
                give_first(d, (size_t[]){e, at}, left);
        }
}

/* Windows of an image may overlap, so an image is one thread's. */
static void pool_backward(const struct node *nd, const struct pass *p,
                          bool mean)
{
    const struct pool *d = (const struct pool *)nd;
    const struct tensor *dx = &nd->in[0]->dout, *y = &nd->out;
    const size_t c = (size_t)y->c;

    if (!dx->data)
        return;
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int n = 0; n < y->n; n++) {
        float *left = (float *)p->scratch + (size_t)n * c;

        if (!nd->add[0])
            memset(dx->data + (size_t)n * tensor_row(dx), 0,
                   tensor_row(dx) * sizeof(float));
        for (int i = 0; i < y->h; i++)
            for (int j = 0; j < y->w; j++)
                spread_gradient(d, (int[]){n, i, j}, mean, left);
    }
}

static void max_backward(struct node *nd, const struct pass *p)
{
    pool_backward(nd, p, false);
}

static void avg_backward(struct node *nd, const struct pass *p)
{
    pool_backward(nd, p, true);
}

static size_t pool_scratch(const struct node *nd, int threads)
{
    (void)threads;
    return (size_t)nd->out.n * (size_t)nd->out.c * sizeof(float);
}

static void pool_form(const struct node *nd, struct op_form *f)
{
    const struct pool *d = (const struct pool *)nd;

    f->size = d->a.size;
    f->stride = d->a.stride;
    f->pad = (int)d->a.pad;
    f->top = d->top;
    f->left = d->left;
}

static const struct op op_max = {
    .name = "max pool",
    .kind = KIND_MAX_POOL,
    .size = sizeof(struct pool),
    .shape = pool_shape,
    .scratch = pool_scratch,
    .forward = max_forward,
    .backward = max_backward,
    .form = pool_form,
};

static const struct op op_avg = {
    .name = "average pool",
    .kind = KIND_MEAN_POOL,
    .size = sizeof(struct pool),
    .spares = SPARES_IN | SPARES_OUT,
    .shape = pool_shape,
    .scratch = pool_scratch,
    .forward = avg_forward,
    .backward = avg_backward,
    .form = pool_form,
};

static struct node *new_pool(struct graph *g, const struct op *op,
                             struct node *x, const char *name,
                             struct pool_args a)
{
    struct pool *d = x ? graph_add(g, op, name, x) : NULL;

    if (d) {
        d->a = a;
        d->a.stride = a.stride ? a.stride : a.size;
        d->base.reads_bf16 = d->base.writes_bf16 = d->base.keeps_bf16 =
            op == &op_max;
    }
    return graph_commit(g, d);
}

struct node *nn_max_pool(struct graph *g, struct node *x, const char *name,
                         struct pool_args a)
{
    return new_pool(g, &op_max, x, name, a);
}

struct node *nn_avg_pool(struct graph *g, struct node *x, const char *name,
                         struct pool_args a)
{
    return new_pool(g, &op_avg, x, name, a);
}
