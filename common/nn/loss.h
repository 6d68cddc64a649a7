/*
 * loss.h - what training minimises
 *
 * A loss looks at the rows that this rank has of a batch.  It returns the sum,
 * not the mean, so that the ranks' results add up, and the gradient of the
 * mean over the batch of all ranks, so that their gradients add up too.
 */
#ifndef NN_LOSS_H
#define NN_LOSS_H

#include "base/err.h"

#include <stddef.h>

struct loss_batch {
    int n, k;         /* rows of this rank, 0 or more; columns, 1 or more */
    int n_global;     /* rows of all ranks, >= 1 */
    const float *z;   /* [in] (n, k) logits */
    const int *label; /* [in] (n) class of each row, 0 .. k-1 */
    float *dz;        /* [out] (n, k) d (mean over n_global) / d z; may be z;
                         NULL: not wanted */
};

struct loss {
    const char *name; /* as in the configuration */
    double (*sum)(const struct loss_batch *b);
};

/* The loss of that name.  Errors: ERR_USAGE unknown; the text lists all. */
MUST_USE const struct loss *loss_find(const char *name, struct err *err);

/*
 * Cross-entropy of softmax(z), in nats: sum over rows of
 *     l_i = log sum_j exp(z_ij - m_i) + m_i - z_i,label,  m_i = max_j z_ij
 *     dz_ij = (exp(z_ij - m_i) / sum_j exp(z_ij - m_i) - [j = label]) / n_global
 * Not collective.  Deterministic.  Any finite z is safe.  A z that is not
 * finite gives a result that is not.
 */
double loss_cross_entropy(const struct loss_batch *b);

/* Rows whose largest logit, the first of equal ones, is their label's. */
size_t loss_correct(const struct loss_batch *b);

#endif
