/*
 * loss_embed.h - losses that compare the embeddings of a batch with each other
 *
 * Such a loss is no sum over rows: what a row contributes depends on all
 * others.  Every rank is therefore given the embeddings and labels of the
 * batch of all ranks (dist_gather() of ranks/dist.h), works out the value of
 * the whole, and the gradient of its own rows: exactly the derivative of that
 * value, through the rows of other ranks too, so that nothing is left to be
 * added between ranks but the gradients of the weights, as ever.
 *
 * Each is a function of the (n, n) dot products or distances of the rows; its
 * derivative by those is computed whole by every rank, O(n^2) to O(n^3), and
 * carried to the own rows, O(n d) each.  Sums are in double and in the order of
 * the global batch, so that value and gradient have the same bits however the
 * rows are spread over ranks and whatever the number of threads.
 *
 * The embeddings are taken as they are; a last layer nn_l2_normalize() makes
 * them rows of norm 1.  Labels may be any ints.
 */
#ifndef NN_LOSS_EMBED_H
#define NN_LOSS_EMBED_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    EMBED_LEAST_BATCH = 4
}; /* two classes of two rows: anchor, positive and
                                   negative for each */

struct embed_args {
    double temperature;      /* tau > 0, no unit: of all but the triplets */
    double base_temperature; /* of supcon, > 0; equal to tau: plain mean */
    double margin;           /* of the triplets, > 0, in the unit of z */
    bool drop_lone; /* supcon: the mean is over the anchors with a positive,
                       not over all */
};

struct embed_batch {
    int n, d;         /* rows of all ranks and their length, >= 1 */
    int begin, end;   /* this rank's rows: begin .. end-1, perhaps none */
    const float *z;   /* [in] (n, d) embeddings */
    const int *label; /* [in] (n) class of each row */
    float *dz;        /* [out] (end - begin, d) d value / d z of the own rows;
                         not part of z; NULL: not wanted */
    void *scratch;    /* [scratch] loss_embed_scratch(n) bytes, for doubles */
    int threads;      /* OpenMP threads, >= 1 */
};

struct embed_loss; /* embed_losses.def names them all */

/* The i-th of them, or NULL. */
const struct embed_loss *loss_embed_at(int i);

/*
 * Errors: ERR_USAGE what the loss reads of 'a' is out of range or not finite.
 */
MUST_USE int loss_embed_check(const struct embed_loss *l,
                              const struct embed_args *a, struct err *err);

/* Bytes of scratch for a batch of 'n' rows, about 16 n^2. */
size_t loss_embed_scratch(int n);

/*
 * The value for the whole batch, in nats (triplets: in the unit of z), the
 * same on every rank, and the gradient of the own rows.  Of s_ij = z_i z_j,
 * D_ij = |z_i - z_j|, "positives" P(i) the other rows of i's class and
 * "negatives" N(i) those of other classes:
 *
 * n_pairs: s_ij / tau is row i's logit of column j; its target is 1/m at the m
 * rows of its class, itself included; mean of the cross-entropies over rows.
 *     Source: tensorflow-addons npairs_loss() on Z Z^T / tau.
 *
 * n_pairs_single: of each class of two rows or more the first is the anchor
 * a_c, the second the positive p_c; mean over these classes of
 *     log sum_e exp(a_c p_e / tau) - a_c p_c / tau.
 *     Source: Sohn 2016, "Improved deep metric learning with multi-class n-pair
 *     loss objective", section 3.2; pytorch-metric-learning NPairsLoss (tau 1).
 *
 * supcon, also called supervised NT-Xent:
 *     - tau / tau_base mean_{j in P(i)} log (exp(s_ij / tau) /
 *                                            sum_{l != i} exp(s_il / tau)),
 * mean over the rows; one without positive has 0, and with drop_lone does not
 * count.  Source: Khosla et al. 2020 (arXiv:2004.11362), eq. 2; the authors'
 * SupConLoss, contrast mode "all", for tau_base.
 *
 * triplet_semihard: for each row i and positive j the loss
 *     max(0, margin + D_ij - D_il),
 * l the nearest negative that is farther than j, if there is none the farthest
 * negative, if there is none D_il = 0; mean over all pairs (i, j).
 *     Source: tensorflow-addons triplet_semihard_loss().
 *
 * triplet_hard: D_ij of the farthest positive (none: 0), D_il of the nearest
 * negative (none: the farthest row); mean of the same over all rows.
 *     Source: tensorflow-addons triplet_hard_loss(), soft=False.
 *
 * triplet_all: every i, j in P(i), l in N(i); mean over those whose loss is
 * more than 0.  Source: pytorch-metric-learning TripletMarginLoss with
 * AvgNonZeroReducer, on embeddings as they are.
 *
 * A distance of 0 has the gradient 0, a loss of exactly 0 too; of several rows
 * that are equally near or far, each has an equal share of the gradient, as in
 * TensorFlow.  With nothing to take the mean of, value and gradient are 0
 * (tensorflow-addons: not a number).
 *
 * A row that is alone with its class in the batch is a negative to all others,
 * but for n_pairs_single, which leaves it out.  It is no anchor, except that
 * supcon counts its 0 in the mean, that n_pairs takes it for its own positive,
 * and triplet_hard has its positive at distance 0.
 * Not collective, but meant to be called by all ranks with the same batch.
 * Deterministic.  Neither allocates nor fails; a z that is not finite gives a
 * result that is not, if any other row is compared with it.
 */
double loss_embed_value(const struct embed_loss *l, const struct embed_args *a,
                        const struct embed_batch *b);

#endif
