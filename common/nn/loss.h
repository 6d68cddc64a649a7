/*
 * loss.h - what training of a classifier minimises
 *
 * A loss looks at the rows that this rank has of a batch.  It returns the sum,
 * not the mean, so that the ranks' results add up, and the gradient of the
 * mean over the batch of all ranks, so that their gradients add up too.  The
 * mean is over rows whatever they weigh, as in Keras: PyTorch divides by the
 * sum of the weights.
 *
 * The sum goes by halves, of which the first has the odd row.  Where ranks
 * share a batch out by halves, too, and add in the order of dist_sum(), it has
 * the same bits on 1, 2, 4, ... ranks.
 *
 * Every loss is linear in the label: a row with two, as mixup makes them, has
 * the mixture of what it has with either.
 *
 * What compares a batch's rows with one another is in loss_embed.h.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "base/err.h"

#include <stddef.h>

struct loss_batch {
    int n, k;             /* rows of this rank, 0 or more; columns, 1 or more */
    int n_global;         /* rows of all ranks, >= 1 */
    const float *z;       /* [in] (n, k) logits */
    const int *label;     /* [in] (n) class of each row, 0 .. k-1 */
    const int *other;     /* [in] (n) its second class; NULL: there is none */
    const float *share;   /* [in] (n) of the first class, 0 .. 1; the second's
                             is the rest; not read if other is NULL */
    const double *weight; /* [in] (k) of a row by its class, >= 0; NULL: 1 */
    const double *cost;   /* [in] (k, k) what it costs to call a class, the
                             row, another, the column, >= 0; row-major */
    double smoothing;     /* of the labels, 0 <= s < 1 */
    const float *teacher; /* [in] (n, k) what a teacher says of each row, of sum
                             1, at 'temperature'; NULL: there is none */
    double teacher_weight; /* w, 0 .. 1 */
    double temperature;    /* T, > 0 */
    float *dz;             /* [out] (n, k) d (mean over n_global) / d z; may be
                             z, but not with a teacher; NULL: not wanted */
};

typedef double (*loss_f)(const struct loss_batch *b);

/*
 * Cross-entropy of softmax(z), in nats: sum over rows, of class y, of
 *     l_i = w_y sum_j t_ij (log sum_l exp(z_il - m_i) + m_i - z_ij),
 *     m_i = max_j z_ij,  t_ij = (1 - s) [j = y] + s / k
 *     dz_ij = w_y (exp(z_ij - m_i) / sum_l exp(z_il - m_i) - t_ij) / n_global
 * with s the smoothing of Keras' CategoricalCrossentropy(label_smoothing) and
 * w Keras' class_weight.
 * With a teacher, q, a row's loss is
 *     (1 - w) l_i + w T^2 sum_j q_ij (log q_ij - log p_ij),
 *     p_i = softmax(z_i / T)
 * Hinton et al. 2015, "Distilling the knowledge in a neural network"
 * (arXiv:1503.02531), section 2.
 * Not collective.  Deterministic.  Any finite z is safe.  A z that is not
 * finite gives a result that is not.
 */
double loss_cross_entropy(const struct loss_batch *b);

/*
 * What a decision drawn from p = softmax(z) is expected to cost, of cost's
 * unit: sum over rows, of class y, of
 *     l_i = sum_j cost_yj p_ij
 *     dz_ij = p_ij (cost_yj - l_i) / n_global
 * Of a network that is trained so the cheapest decision is costs_decide() of
 * stats/costs.h, not always the largest p.
 * Not collective.  Deterministic.  Any finite z is safe, others as above.
 * Costs as in Elkan 2001, "The foundations of cost-sensitive learning", eq. 1,
 * whose matrix is this one transposed.
 */
double loss_expected_cost(const struct loss_batch *b);

/* Rows whose largest logit, the first of equal ones, is their label's. */
size_t loss_correct(const struct loss_batch *b);

/*
 * Weights that make every class count alike: n / (k n_c), as scikit-learn's
 * compute_class_weight("balanced").
 *   count  [in]  (k) samples of each class, n_c, above 0
 *   weight [out] (k) their mean over the samples is 1
 */
void loss_balanced(const size_t *count, int k, double *weight);

#endif
