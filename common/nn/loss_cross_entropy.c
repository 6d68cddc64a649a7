/*
 * loss_cross_entropy.c - softmax and cross-entropy in one
 *
 * With m = max z, s = sum exp(z - m) lies in [1, k], so neither exp nor log
 * leaves the range of numbers.  Sums are in double: there are few classes, and
 * the loss is what decides about the learning rate and the end of training.
 */
#include "nn/loss.h"

#include "nn/loss_row.h"

#include <math.h>

/* A row's target: t_j = in[0] [j = class[0]] + in[1] [j = class[1]] + off, of
 * sum w. */
struct target {
    int class[2], n;
    double in[2], off, w;
};

static struct target row_target(const struct loss_batch *b, int i)
{
    const struct loss_parts p = loss_parts(b, i);
    struct target t = {.n = p.n};

    for (int a = 0; a < p.n; a++) {
        const double w = p.share[a] * (b->weight ? b->weight[p.class[a]] : 1.0);

        t.class[a] = p.class[a];
        t.in[a] = w * (1.0 - b->smoothing);
        t.w += w;
    }
    t.off = t.w * b->smoothing / (double)b->k;
    return t;
}

static double row_loss(const float *z, int k, const struct target *t,
                       const struct softmax *s)
{
    double l = t->w * log(s->sum);

    for (int a = 0; a < t->n; a++)
        l -= t->in[a] * ((double)z[t->class[a]] - s->max);
    if (t->off > 0.0)
        for (int j = 0; j < k; j++)
            l -= t->off * ((double)z[j] - s->max);
    return l;
}

static void row_gradient(const struct loss_batch *b, const float *z,
                         const struct target *t, const struct softmax *s,
                         float *dz)
{
    const double scale = 1.0 / (double)b->n_global;

    for (int j = 0; j < b->k; j++) {
        double d = t->w * loss_softmax_at(s, z[j]) - t->off;

        for (int a = 0; a < t->n; a++)
            d -= j == t->class[a] ? t->in[a] : 0.0;
        dz[j] = (float)(d * scale);
    }
}

static double cross_entropy(const struct loss_batch *b, int i)
{
    const size_t at = (size_t)i * (size_t)b->k;
    const float *z = b->z + at;
    const struct softmax s = loss_softmax_of(z, b->k);
    const struct target t = row_target(b, i);
    const double l = row_loss(z, b->k, &t, &s);

    if (b->dz)
        row_gradient(b, z, &t, &s, b->dz + at);
    return b->teacher ? loss_distill(b, i, l) : l;
}

double loss_cross_entropy(const struct loss_batch *b)
{
    return loss_rows(b, cross_entropy);
}
