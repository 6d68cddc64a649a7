/*
 * loss_triplet.c - a positive should be nearer than a negative, by a margin
 *
 * Three ways of choosing the triplets of anchor i.  The choice itself is not
 * differentiated.
 */
#include "nn/loss_pairs.h"

/* Columns of a row at the same distance, which share the gradient. */
struct found {
    double at;
    int n; /* 0: there is none */
};

/* One more candidate: is it further, or not as far, as those found? */
static void consider_candidate(struct found *f, double at, bool farther)
{
    if (f->n > 0 && at == f->at) {
        f->n++;
        return;
    }
    if (f->n == 0 || (farther ? at > f->at : at < f->at))
        *f = (struct found){at, 1};
}

/* Add 'dg', in equal shares, to what was found among i's positives or its
 * negatives. */
static void share_out(const struct pairs *p, int i, const struct found *f,
                      bool positive, double dg, double *g)
{
    const double *d = loss_pairs_row(p, i);

    for (int j = 0; f->n > 0 && j < p->n; j++)
        if (j != i && loss_pairs_same_class(p, i, j) == positive &&
            d[j] == f->at)
            g[j] += dg / (double)f->n;
}

/* --- semi-hard -------------------------------------------------------------*/

/* The nearest negative beyond 'least', or else the farthest. */
static struct found semihard_negative(const struct pairs *p, int i,
                                      double least)
{
    const double *d = loss_pairs_row(p, i);
    struct found near = {0}, far = {0};

    for (int j = 0; j < p->n; j++) {
        if (loss_pairs_same_class(p, i, j))
            continue;
        consider_candidate(&far, d[j], true);
        if (d[j] > least)
            consider_candidate(&near, d[j], false);
    }
    return near.n > 0 ? near : far;
}

static double semihard_row(const struct pairs *p, int i, double *g,
                           double *count)
{
    const double *d = loss_pairs_row(p, i);
    double value = 0.0;

    for (int j = 0; j < p->n; j++) {
        struct found negative;
        double l;

        if (j == i || !loss_pairs_same_class(p, i, j))
            continue;
        (*count)++;
        negative = semihard_negative(p, i, d[j]);
        l = p->args->margin + d[j] - negative.at;
        if (l <= 0.0)
            continue;
        value += l;
        g[j] += 1.0;
        share_out(p, i, &negative, false, -1.0, g);
    }
    return value;
}

/* --- hard ------------------------------------------------------------------*/

static double hard_row(const struct pairs *p, int i, double *g, double *count)
{
    const double *d = loss_pairs_row(p, i);
    struct found positive = {0}, negative = {0};
    double l;

    *count = 1;
    for (int j = 0; j < p->n; j++)
        if (!loss_pairs_same_class(p, i, j))
            consider_candidate(&negative, d[j], false);
        else if (j != i)
            consider_candidate(&positive, d[j], true);
    /* then the farthest row is the farthest positive: they cancel */
    if (negative.n == 0)
        return p->args->margin;
    l = p->args->margin + positive.at - negative.at;
    if (l <= 0.0)
        return 0.0;
    share_out(p, i, &positive, true, 1.0, g);
    share_out(p, i, &negative, false, -1.0, g);
    return l;
}

/* --- all -------------------------------------------------------------------*/

static double all_row(const struct pairs *p, int i, double *g, double *count)
{
    const double *d = loss_pairs_row(p, i);
    double value = 0.0;

    for (int j = 0; j < p->n; j++) {
        if (j == i || !loss_pairs_same_class(p, i, j))
            continue;
        for (int k = 0; k < p->n; k++) {
            const double l = p->args->margin + d[j] - d[k];

            if (loss_pairs_same_class(p, i, k) || l <= 0.0)
                continue;
            value += l;
            g[j] += 1.0;
            g[k] -= 1.0;
            (*count)++;
        }
    }
    return value;
}

const struct embed_loss embed_loss_triplet_semihard = {
    .name = "triplet_semihard", .kind = PAIRS_DISTANCE, .row = semihard_row};

const struct embed_loss embed_loss_triplet_hard = {
    .name = "triplet_hard", .kind = PAIRS_DISTANCE, .row = hard_row};

const struct embed_loss embed_loss_triplet_all = {
    .name = "triplet_all", .kind = PAIRS_DISTANCE, .row = all_row};
