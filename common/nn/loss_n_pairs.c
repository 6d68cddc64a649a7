/*
 * loss_n_pairs.c - softmax cross-entropy over the columns of a row of pairs
 *
 * With q_j the softmax and t_j the target, of sum 1, the row's loss is
 *     log sum exp - sum_j t_j logit_j,  d / d logit_j = q_j - t_j.
 */
#include "nn/loss_pairs.h"

/*
 * All columns take part, the row's own too, and share the target alike with
 * those of its class: so the loss does not fall below log m for m of them.
 */
static double n_pairs_row(const struct pairs *p, int i, double *g,
                          double *count)
{
    const double *s = loss_pairs_row(p, i), tau = p->args->temperature;
    const double target = 1.0 / (double)p->same[i];
    double max, value;

    for (int j = 0; j < p->n; j++)
        g[j] = 1.0;
    value = loss_pairs_softmax(p, i, g, &max);
    for (int j = 0; j < p->n; j++) {
        if (loss_pairs_same_class(p, i, j)) {
            value -= target * (s[j] / tau - max);
            g[j] -= target;
        }
        g[j] /= tau;
    }
    *count = 1;
    return value;
}

/* The second row of its class is its positive, the first the anchor. */
static double n_pairs_single_row(const struct pairs *p, int i, double *g,
                                 double *count)
{
    const double *s = loss_pairs_row(p, i), tau = p->args->temperature;
    double max, value;

    if (p->before[i] != 0 || p->same[i] < 2)
        return 0.0;
    for (int j = 0; j < p->n; j++)
        g[j] = p->before[j] == 1 ? 1.0 : 0.0;
    value = loss_pairs_softmax(p, i, g, &max);
    for (int j = 0; j < p->n; j++) {
        if (p->before[j] == 1 && loss_pairs_same_class(p, i, j)) {
            value -= s[j] / tau - max;
            g[j] -= 1.0;
        }
        g[j] /= tau;
    }
    *count = 1;
    return value;
}

const struct embed_loss embed_loss_n_pairs = {
    .name = "n_pairs", .kind = PAIRS_DOT, .row = n_pairs_row};

const struct embed_loss embed_loss_n_pairs_single = {
    .name = "n_pairs_single", .kind = PAIRS_DOT, .row = n_pairs_single_row};
