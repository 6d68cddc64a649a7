/*
 * op_mixstyle.c - MixStyle: the style of a sample, mixed with another's
 *
 * In training, in half of the steps, for sample i of a part of the batch with
 * partner j, and each channel, over rows and columns,
 *
 *     m = mean x, s = sqrt(var x + 1e-6), var divided by one less than all
 *     y = (x - m_i) / s_i (l s_i + (1 - l) s_j) + l m_i + (1 - l) m_j
 *
 * else, and while statistics are made anew (graph_set_share()), y = x.  l and j
 * are mixstyle.h's.  Backward takes m and s for constants, as the authors' code
 * does: dx = dy (l s_i + (1 - l) s_j) / s_i.  Of a map of one pixel var is 0.
 * Source: Zhou et al. 2021, "Domain generalization with MixStyle"
 * (arXiv:2104.02008), eq. 3 to 6; KaiyangZhou/mixstyle-release.
 */
#include "nn/graph.h"
#include "nn/layers.h"
#include "nn/mixstyle.h"
#include "nn/mixup.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "nn/simd.h"

static const float EPS = 1e-6f;

struct mixstyle {
    struct node base;
    double alpha;
};

/* Of each sample and channel, in keep: (n, c) each. */
struct styles {
    float *scale; /* of dy */
    float *mean, *deviation;
    float *shift; /* the mixed mean */
};

static struct styles styles_of(const struct node *nd)
{
    const size_t one = nd->n_keep / 4;

    return (struct styles){nd->keep, nd->keep + one, nd->keep + 2 * one,
                           nd->keep + 3 * one};
}

static int mixstyle_shape(struct node *nd, struct err *err)
{
    const double alpha = ((const struct mixstyle *)nd)->alpha;

    if (!(alpha >= MIXUP_ALPHA_MIN && alpha <= MIXUP_ALPHA_MAX))
        return err_set(err, ERR_USAGE, "mixstyle: 'alpha' is %g, need %g .. %g",
                       alpha, MIXUP_ALPHA_MIN, MIXUP_ALPHA_MAX);
    nd->out = nd->in[0]->out;
    nd->flat = nd->in[0]->flat;
    nd->n_keep = 4 * (size_t)nd->out.n * (size_t)nd->out.c;
    return 0;
}

/* A sum of each channel for each thread, then the partners. */
static size_t mixstyle_scratch(const struct node *nd, int threads)
{
    return (size_t)threads * (size_t)nd->out.c * sizeof(double) +
           (size_t)nd->out.n * sizeof(uint32_t);
}

HOT static void add_values(size_t c, const float *x, double *sum)
{
#pragma omp simd
    for (size_t k = 0; k < c; k++)
        sum[k] += (double)x[k];
}

HOT static void add_squares(size_t c, const float *x, const float *mean,
                            double *sum)
{
#pragma omp simd
    for (size_t k = 0; k < c; k++) {
        const double d = (double)(x[k] - mean[k]);

        sum[k] += d * d;
    }
}

/* Of one sample, 'pixels' rows of c channels. */
static void measure_style(const float *x, size_t pixels, size_t c, double *sum,
                          float *mean, float *deviation)
{
    const double rest = pixels > 1 ? (double)(pixels - 1) : 1.0;

    memset(sum, 0, c * sizeof(*sum));
    for (size_t i = 0; i < pixels; i++)
        add_values(c, x + i * c, sum);
    for (size_t k = 0; k < c; k++) {
        mean[k] = (float)(sum[k] / (double)pixels);
        sum[k] = 0.0;
    }
    for (size_t i = 0; i < pixels; i++)
        add_squares(c, x + i * c, mean, sum);
    for (size_t k = 0; k < c; k++)
        deviation[k] = sqrtf((float)(sum[k] / rest) + EPS);
}

HOT static void restyle(size_t pixels, size_t c, const float *x,
                        const float *mean, const float *scale,
                        const float *shift, float *y)
{
    for (size_t i = 0; i < pixels; i++) {
#pragma omp simd
        for (size_t k = 0; k < c; k++)
            y[i * c + k] = (x[i * c + k] - mean[k]) * scale[k] + shift[k];
    }
}

HOT static void scale_back(size_t pixels, size_t c, const float *scale,
                           const float *dy, float *dx)
{
    for (size_t i = 0; i < pixels; i++) {
#pragma omp simd
        for (size_t k = 0; k < c; k++)
            dx[i * c + k] = dy[i * c + k] * scale[k];
    }
}

HOT static void scale_back_add(size_t pixels, size_t c, const float *scale,
                               const float *dy, float *dx)
{
    for (size_t i = 0; i < pixels; i++) {
#pragma omp simd
        for (size_t k = 0; k < c; k++)
            dx[i * c + k] += dy[i * c + k] * scale[k];
    }
}

static uint64_t layer_seed(const struct node *nd, const struct pass *p)
{
    return rng_mix(p->seed, nd->name, strlen(nd->name));
}

static bool mixes(const struct node *nd, const struct pass *p)
{
    return p->phase == PHASE_TRAIN && p->share == 0.0 &&
           mixstyle_acts(layer_seed(nd, p), p->step);
}

/* scale and shift of sample i, whose partner is j. */
static void mix_styles(const struct styles *s, size_t c, size_t i, size_t j,
                       float share)
{
    const float *m = s->mean, *d = s->deviation;

    for (size_t k = 0; k < c; k++) {
        const size_t a = i * c + k, b = j * c + k;

        s->scale[a] = (share * d[a] + (1.0f - share) * d[b]) / d[a];
        s->shift[a] = share * m[a] + (1.0f - share) * m[b];
    }
}

static void mixstyle_forward(struct node *nd, const struct pass *p)
{
    const double alpha = ((const struct mixstyle *)nd)->alpha;
    const size_t row = tensor_row(&nd->out), c = (size_t)nd->out.c;
    const struct styles s = styles_of(nd);
    const float *x = nd->in[0]->out.data;
    const uint64_t seed = layer_seed(nd, p);
    double *sum = p->scratch; /* (threads, c) */
    uint32_t *partner = (void *)(sum + (size_t)p->threads * c);

    if (!mixes(nd, p)) {
        if (x != nd->out.data)
            memcpy(nd->out.data, x, (size_t)nd->out.n * row * sizeof(float));
        return;
    }
    mixstyle_partners(seed, p->step, p->first_row, (uint32_t)nd->out.n,
                      partner);
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < nd->out.n; i++)
        measure_style(x + (size_t)i * row, row / c, c,
                      sum + (size_t)omp_get_thread_num() * c,
                      s.mean + (size_t)i * c, s.deviation + (size_t)i * c);
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < nd->out.n; i++) {
        const size_t at = (size_t)i * c;

        mix_styles(
            &s, c, (size_t)i, partner[i],
            mixstyle_share(seed, p->step, p->first_row + (uint32_t)i, alpha));
        restyle(row / c, c, x + (size_t)i * row, s.mean + at, s.scale + at,
                s.shift + at, nd->out.data + (size_t)i * row);
    }
}

/* dx = dy, where it is not so already. */
static void pass_back(const struct node *nd)
{
    const size_t len = tensor_len(&nd->out);
    const float *dy = nd->dout.data;
    float *dx = nd->in[0]->dout.data;

    for (size_t i = 0; i < len && nd->add[0]; i++)
        dx[i] += dy[i];
    if (!nd->add[0] && dx != dy)
        memcpy(dx, dy, len * sizeof(*dx));
}

static void mixstyle_backward(struct node *nd, const struct pass *p)
{
    const size_t row = tensor_row(&nd->out), c = (size_t)nd->out.c;
    const struct styles s = styles_of(nd);
    float *dx = nd->in[0]->dout.data;

    if (!dx)
        return;
    if (!mixes(nd, p)) {
        pass_back(nd);
        return;
    }
#pragma omp parallel for num_threads(p->threads) schedule(static)
    for (int i = 0; i < nd->out.n; i++)
        (nd->add[0] ? scale_back_add : scale_back)(
            row / c, c, s.scale + (size_t)i * c,
            nd->dout.data + (size_t)i * row, dx + (size_t)i * row);
}

static const struct op op_mixstyle = {
    .name = "mixstyle",
    .size = sizeof(struct mixstyle),
    .random = true,
    .in_place = true,
    .unnumbered = true,
    .spares = SPARES_IN | SPARES_OUT,
    .shape = mixstyle_shape,
    .scratch = mixstyle_scratch,
    .forward = mixstyle_forward,
    .backward = mixstyle_backward,
};

struct node *nn_mixstyle(struct graph *g, struct node *x, const char *name,
                         struct mixstyle_args a)
{
    struct mixstyle *m = x ? graph_add(g, &op_mixstyle, name, x) : NULL;

    if (m)
        m->alpha = a.alpha;
    return graph_commit(g, m);
}
