/*
 * loss_supcon.c - supervised contrastive loss, the mean outside the logarithm
 *
 * With q the softmax over the other rows and m positives, row i has
 *     c (log sum exp - mean of the positives' logits),  c = tau / tau_base,
 *     d / d s_ij = c (q_j - [j positive] / m) / tau = (q_j - ...) / tau_base.
 * Source: Khosla et al. 2020 (arXiv:2004.11362), eq. 2.
 */
#include "nn/loss_pairs.h"

static double supcon_row(const struct pairs *p, int i, double *g, double *count)
{
    const struct embed_args *a = p->args;
    const double *s = loss_pairs_row(p, i);
    double max, value, target;

    if (p->same[i] < 2) {
        *count = a->drop_lone ? 0 : 1;
        return 0.0;
    }
    for (int j = 0; j < p->n; j++)
        g[j] = j == i ? 0.0 : 1.0;
    value = loss_pairs_softmax(p, i, g, &max);
    target = 1.0 / (double)(p->same[i] - 1);
    for (int j = 0; j < p->n; j++) {
        if (j != i && loss_pairs_same_class(p, i, j)) {
            value -= target * (s[j] / a->temperature - max);
            g[j] -= target;
        }
        g[j] /= a->base_temperature;
    }
    *count = 1;
    return value * a->temperature / a->base_temperature;
}

const struct embed_loss embed_loss_supcon = {.name = "supcon",
                                             .kind = PAIRS_DOT,
                                             .base_temperature = true,
                                             .row = supcon_row};
