/*
 * op_bn.c - batch normalisation with an activation behind it
 *
 *     y = act(gamma (x - mean) / sqrt(var + eps) + beta), per channel
 *
 * TRAIN: mean and biased variance of the global batch, all ranks together;
 * then moving = momentum moving + (1 - momentum) batch, where an image batch
 * (Keras' fused kernel) gives the variance N / (N - 1), a flat one does not.
 * graph_set_share() may give 1 - momentum for all layers.  Where x has been
 * centred (node.centre) x and the mean that is kept are less the moving one.
 * INFER: the moving ones, also in backward, where they are constants.
 *
 * Backward, with g = dy where the activation is not clipped, r = 1 / sqrt(var
 * + eps) and sums over the global batch of N:
 *     dbeta = sum g,  dgamma = sum g (x - mean) r
 *     dx = gamma r (g - dbeta / N - (x - mean) r dgamma / N)
 * A frozen one, as Keras' with trainable=False, is INFER's in either phase:
 *     dx = gamma r g
 * Source: Ioffe and Szegedy 2015 (arXiv:1502.03167).
 */
#include "nn/bf16.h"
#include "nn/graph.h"
#include "nn/layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nn/simd.h"

enum { PIECES = 64, LEAST = 32 }; /* of a batch's rows, for partial sums */

struct bn {
    struct node base;
    float momentum, eps;
    float lo, hi; /* the activation clips to these */
};

/* Parts of param, state and keep, each of c floats. */
enum { GAMMA, BETA };
enum { MOVING_MEAN, MOVING_VAR };
enum { MEAN, RSTD, SCALE, SHIFT, N_KEEP };

static void bn_forward(struct node *nd, const struct pass *p);

static int bn_shape(struct node *nd, struct err *err)
{
    const struct bn *b = (const struct bn *)nd;
    const int c = nd->in[0]->out.c;

    if (!(b->momentum > 0.0f && b->momentum < 1.0f))
        return err_set(err, ERR_USAGE,
                       "batch_norm: 'momentum' is %g, need 0 < m < 1",
                       (double)b->momentum);
    if (!(b->eps > 0.0f))
        return err_set(err, ERR_USAGE, "batch_norm: 'eps' is %g, need > 0",
                       (double)b->eps);
    nd->out = nd->in[0]->out;
    nd->flat = nd->in[0]->flat;
    nd->n_keep = (size_t)N_KEEP * (size_t)c;
    node_slot(nd, &(struct slot){"gamma:0", 1, {c}, false, 0});
    node_slot(nd, &(struct slot){"beta:0", 1, {c}, false, 0});
    node_slot(nd, &(struct slot){"moving_mean:0", 1, {c}, true, 0});
    node_slot(nd, &(struct slot){"moving_variance:0", 1, {c}, true, 0});
    return 0;
}

/* The totals of doubles, then partial sums of floats. */
static size_t bn_scratch(const struct node *nd, int threads)
{
    const size_t c = (size_t)nd->out.c;
    const size_t back =
        (2 * c + 1) * sizeof(double) + (size_t)PIECES * 2 * c * sizeof(float);
    const size_t moments = op_bn_moments_scratch(nd);

    (void)threads;
    return back > moments ? back : moments;
}

/* Backward of a frozen one reads y if it clips, and never x; who reads one
 * through leaves sums behind what is kept. */
static void bn_plan(struct node *nd)
{
    if (nd->frozen)
        nd->spares = SPARES_IN | (op_bn_act(nd) == ACT_NONE ? SPARES_OUT : 0u);
    if (nd->read_through)
        nd->n_keep += 2 * (size_t)nd->out.c * sizeof(double) / sizeof(float);
}

static void bn_init(struct node *nd, struct rng *rng)
{
    const size_t c = (size_t)nd->out.c;

    (void)rng;
    for (size_t j = 0; j < c; j++) {
        nd->param[GAMMA * c + j] = 1.0f;
        nd->state[MOVING_VAR * c + j] = 1.0f;
    }
}

const float *op_bn_moving_mean(const struct node *bn)
{
    return bn->state + MOVING_MEAN * (size_t)bn->out.c;
}

/* What has been subtracted from channel j of what is read (node.centre). */
static float centre_of(const struct node *nd, size_t j)
{
    return nd->in[0]->centre == nd ? op_bn_moving_mean(nd)[j] : 0.0f;
}

/* From the moments of the global batch: keep's MEAN and RSTD; move the state.
 */
static void use_batch(struct node *nd, const struct pass *p)
{
    const struct bn *b = (const struct bn *)nd;
    const size_t c = (size_t)nd->out.c;
    const double *moments = op_bn_moments(nd, p), n = moments[0];
    const double m = p->share > 0.0 ? 1.0 - p->share : (double)b->momentum;
    const double bessel = nd->flat ? 1.0 : n / fmax(n - 1.0, 1.0);
    float *moving = nd->state;

    for (size_t j = 0; j < c; j++) {
        const double *sum = moments + 1 + 2 * j;
        const double mean = n > 0.0 ? sum[0] / n : 0.0;
        const double var = n > 0.0 ? fmax(sum[1] / n - mean * mean, 0.0) : 1.0;

        nd->keep[MEAN * c + j] = (float)mean;
        nd->keep[RSTD * c + j] = (float)(1.0 / sqrt(var + (double)b->eps));
        if (n > 0.0) {
            float *mm = &moving[MOVING_MEAN * c + j];
            float *mv = &moving[MOVING_VAR * c + j];

            *mm = (float)(m * (double)*mm +
                          (1.0 - m) * (mean + (double)centre_of(nd, j)));
            *mv = (float)(m * (double)*mv + (1.0 - m) * var * bessel);
        }
    }
}

static void use_moving(struct node *nd)
{
    const struct bn *b = (const struct bn *)nd;
    const size_t c = (size_t)nd->out.c;

    for (size_t j = 0; j < c; j++) {
        const double var = (double)nd->state[MOVING_VAR * c + j];

        nd->keep[MEAN * c + j] =
            nd->state[MOVING_MEAN * c + j] - centre_of(nd, j);
        nd->keep[RSTD * c + j] = (float)(1.0 / sqrt(var + (double)b->eps));
    }
}

bool op_is_bn(const struct node *nd)
{
    return nd->op->forward == bn_forward;
}

int op_bn_act(const struct node *nd)
{
    const struct bn *b = (const struct bn *)nd;

    return b->lo < 0.0f ? ACT_NONE : b->hi < INFINITY ? ACT_RELU6 : ACT_RELU;
}

void op_bn_affine(const struct node *nd, struct affine *a)
{
    const struct bn *b = (const struct bn *)nd;
    const size_t c = (size_t)nd->out.c;

    for (size_t j = 0; j < c; j++) {
        const double var = (double)nd->state[MOVING_VAR * c + j];
        const double rstd = 1.0 / sqrt(var + (double)b->eps);
        const double scale = (double)nd->param[GAMMA * c + j] * rstd;

        a->scale[j] = (float)scale;
        a->shift[j] = (float)((double)nd->param[BETA * c + j] -
                              (double)nd->state[MOVING_MEAN * c + j] * scale);
    }
    a->lo = b->lo;
    a->hi = b->hi;
}

/* Does this pass normalise by the batch, not by the moving statistics? */
static bool uses_batch(const struct node *nd, const struct pass *p)
{
    return p->phase == PHASE_TRAIN && !nd->frozen;
}

struct bn_rows op_bn_rows(const struct node *nd)
{
    const struct bn *b = (const struct bn *)nd;
    const size_t c = (size_t)nd->out.c;

    return (struct bn_rows){.c = c,
                            .pitch = (size_t)nd->in[0]->out.pitch,
                            .bf16 = nd->in[0]->out.bf16,
                            .x = nd->in[0]->out.data,
                            .mean = nd->keep + MEAN * c,
                            .scale = nd->keep + SCALE * c,
                            .shift = nd->keep + SHIFT * c,
                            .lo = b->lo,
                            .hi = b->hi};
}

double *op_bn_sums(const struct node *nd)
{
    return (double *)(void *)(nd->keep + (size_t)N_KEEP * (size_t)nd->out.c);
}

/* y from x and the scale and shift that are kept. */
static void bn_remake(struct node *nd, const struct pass *p)
{
    const struct bn_rows rows = op_bn_rows(nd);
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);

#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t at = simd_chunk_begin(&s, i);

        if (nd->out.bf16)
            bn_rows_make_bf16(&rows, at, simd_chunk_len(&s, i),
                              tensor_bf16(&nd->out, at * rows.c));
        else
            bn_rows_make(&rows, at, simd_chunk_len(&s, i),
                         nd->out.data + at * rows.c);
    }
}

static void bn_forward(struct node *nd, const struct pass *p)
{
    const size_t c = (size_t)nd->out.c;

    if (nd->done)
        return;
    if (uses_batch(nd, p))
        use_batch(nd, p);
    else
        use_moving(nd);
    for (size_t j = 0; j < c; j++) {
        const float scale = nd->param[GAMMA * c + j] * nd->keep[RSTD * c + j];

        nd->keep[SCALE * c + j] = scale;
        nd->keep[SHIFT * c + j] =
            nd->param[BETA * c + j] - nd->keep[MEAN * c + j] * scale;
    }
    if (!nd->read_through)
        bn_remake(nd, p);
}

/* dx = (add ? dx : 0) + scale g + k1 x + k0;  k is (2, c). */
INLINE void grad_numbers(size_t rows, const struct node *nd, const float *k,
                         size_t at, bool x_bf16, bool dy_bf16, bool dx_bf16)
{
    const struct bn *b = (const struct bn *)nd;
    const size_t c = (size_t)nd->out.c, pitch = (size_t)nd->in[0]->out.pitch;
    const void *x = tensor_number(&nd->in[0]->out, at * pitch);
    const void *dy = tensor_number(&nd->dout, at * c);
    const float *scale = nd->keep + SCALE * c, *shift = nd->keep + SHIFT * c;
    const float lo = b->lo, hi = b->hi, *k1 = k, *k0 = k + c;
    const bool add = nd->add[0];
    void *dx = tensor_number(&nd->in[0]->dout, at * pitch);

    for (size_t i = 0; i < rows; i++)
#pragma omp simd
        for (size_t j = 0; j < c; j++) {
            const size_t e = i * pitch + j;
            const float xe = bf16_or_float(x, x_bf16, e);
            const float de = bf16_or_float(dy, dy_bf16, i * c + j);
            const float v = xe * scale[j] + shift[j];
            const float g = v > lo && v < hi ? de : 0.0f;
            const float d = scale[j] * g + k1[j] * xe + k0[j];

            /* bf16 is not added to */
            bf16_or_float_set(dx, dx_bf16, e,
                              !dx_bf16 && add ? ((float *)dx)[e] + d : d);
        }
}

/* One function each: of several loops in one the compiler makes vectors of the
 * first ones alone. */
#define GRAD_ROWS(NAME, X_BF16, DY_BF16, DX_BF16)                              \
    HOT static void NAME(size_t rows, const struct node *nd, const float *k,   \
                         size_t at)                                            \
    {                                                                          \
        grad_numbers(rows, nd, k, at, X_BF16, DY_BF16, DX_BF16);               \
    }
GRAD_ROWS(grad_floats, false, false, false)
GRAD_ROWS(grad_of_x, true, false, false)
GRAD_ROWS(grad_of_dy, false, true, false)
GRAD_ROWS(grad_of_both, true, true, false)
GRAD_ROWS(grad_of_x_to_dx, true, false, true)
GRAD_ROWS(grad_all, true, true, true)

/* The one for the numbers of x, dy and dx. */
static void grad_rows(size_t rows, const struct node *nd, const float *k,
                      size_t at)
{
    const bool x = nd->in[0]->out.bf16, dy = nd->dout.bf16;

    if (nd->in[0]->dout.bf16)
        (dy ? grad_all : grad_of_x_to_dx)(rows, nd, k, at);
    else if (dy)
        (x ? grad_of_both : grad_of_dy)(rows, nd, k, at);
    else
        (x ? grad_of_x : grad_floats)(rows, nd, k, at);
}

/* Gradients of gamma and beta from this rank's sums (2, c). */
static void add_dparam(struct node *nd, const double *sum)
{
    const size_t c = (size_t)nd->out.c;

    for (size_t j = 0; j < c; j++) {
        nd->dparam[BETA * c + j] += (float)sum[j];
        nd->dparam[GAMMA * c + j] +=
            (float)(sum[c + j] * (double)nd->keep[RSTD * c + j]);
    }
}

/* The constants of grad_rows() from sums over all ranks. */
static void grad_constants(const struct node *nd, const double *sum, float *k)
{
    const size_t c = (size_t)nd->out.c;
    const double n = fmax(sum[2 * c], 1.0);

    for (size_t j = 0; j < c; j++) {
        const double rstd = (double)nd->keep[RSTD * c + j];
        const double scale = (double)nd->keep[SCALE * c + j];
        const double k1 = -scale * rstd * rstd * sum[c + j] / n;

        k[j] = (float)k1;
        k[c + j] =
            (float)(-scale * sum[j] / n - k1 * (double)nd->keep[MEAN * c + j]);
    }
}

/* This rank's sums (2, c) of g and g (x - mean). */
static void sum_gradient(const struct node *nd, const struct pass *p,
                         double *sum, float *part)
{
    const struct bn_rows rows = op_bn_rows(nd);
    const size_t two = 2 * rows.c;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);

    if (nd->read_through) {
        memcpy(sum, op_bn_sums(nd), two * sizeof(double));
        return;
    }
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t at = simd_chunk_begin(&s, i);

        memset(part + (size_t)i * two, 0, two * sizeof(*part));
        bn_rows_sum(&rows, at, simd_chunk_len(&s, i),
                    tensor_number(&nd->dout, at * rows.c), nd->dout.bf16,
                    part + (size_t)i * two);
    }
    bn_rows_add(s.pieces, rows.c, part, sum);
}

static void bn_backward(struct node *nd, const struct pass *p)
{
    const struct bn *b = (const struct bn *)nd;
    const size_t c = (size_t)nd->out.c;
    const struct simd_chunks s =
        simd_chunks(tensor_pixels(&nd->out), LEAST, PIECES);
    double *sum = p->scratch;
    float *part = (float *)(void *)(sum + 2 * c + 1);

    if (nd->frozen) {
        op_bn_backward_frozen(nd, p, nd->keep + SCALE * c,
                              (float[]){b->lo, b->hi});
        return;
    }
    sum_gradient(nd, p, sum, part);
    if (nd->dparam)
        add_dparam(nd, sum);
    sum[2 * c] = (double)s.n;
    if (uses_batch(nd, p))
        pass_sum(p, sum, 2 * c + 1);
    else
        memset(sum, 0, 2 * c * sizeof(double));
    if (!nd->in[0]->dout.data)
        return;
    grad_constants(nd, sum, part);
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        grad_rows(simd_chunk_len(&s, i), nd, part, simd_chunk_begin(&s, i));
}

static void bn_form(const struct node *nd, struct op_form *f)
{
    const struct bn *b = (const struct bn *)nd;

    f->eps = b->eps;
    f->momentum = b->momentum;
    f->act = op_bn_act(nd);
}

static const struct op op_bn = {
    .name = "batch_norm",
    .kind = KIND_BATCH_NORM,
    .size = sizeof(struct bn),
    .in_place = true,
    .spares = SPARES_OUT,
    .shape = bn_shape,
    .scratch = bn_scratch,
    .init = bn_init,
    .plan = bn_plan,
    .forward = bn_forward,
    .backward = bn_backward,
    .remake = bn_remake,
    .form = bn_form,
};

struct node *nn_batch_norm(struct graph *g, struct node *x, const char *name,
                           struct bn_args a)
{
    const bool act = a.act != ACT_NONE && graph_fuses(g);
    struct bn *b =
        x ? graph_add(g, &op_bn, act && a.act_name ? a.act_name : name, x)
          : NULL;

    if (!b)
        return NULL;
    snprintf(b->base.prefix, sizeof(b->base.prefix), "%s", name);
    b->momentum = a.momentum == 0.0f ? 0.99f : a.momentum;
    b->eps = a.eps == 0.0f ? 1e-3f : a.eps;
    b->base.rectified = act;
    b->base.reads_bf16 = b->base.writes_bf16 = true;
    b->base.takes_bf16 = b->base.gives_bf16 = true;
    b->lo = act ? 0.0f : -INFINITY;
    b->hi = act && a.act == ACT_RELU6 ? 6.0f : INFINITY;
    x = graph_commit(g, b);
    if (act || a.act == ACT_NONE)
        return x;
    return a.act == ACT_RELU6 ? nn_relu6(g, x, a.act_name)
                              : nn_relu(g, x, a.act_name);
}
