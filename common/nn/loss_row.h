/* loss_row.h - what the losses of a classifier share: a row's softmax, its one
 * or two labels, and the sum over rows */
#ifndef NN_LOSS_ROW_H
#define NN_LOSS_ROW_H

#include "nn/loss.h"

#include <math.h>

/* p_j = exp(z_j - max) / sum */
struct softmax {
    double max, sum;
};

static inline struct softmax loss_softmax_of(const float *z, int k)
{
    struct softmax s = {.max = (double)z[0]};

    for (int j = 1; j < k; j++)
        s.max = fmax(s.max, (double)z[j]);
    for (int j = 0; j < k; j++)
        s.sum += exp((double)z[j] - s.max);
    return s;
}

static inline double loss_softmax_at(const struct softmax *s, float z)
{
    return exp((double)z - s->max) / s->sum;
}

struct loss_parts {
    int n, class[2];
    double share[2]; /* of sum 1 */
};

static inline struct loss_parts loss_parts(const struct loss_batch *b, int i)
{
    struct loss_parts p = {.n = 1, .class = {b->label[i]}, .share = {1.0}};

    if (b->other) {
        p.n = 2;
        p.class[1] = b->other[i];
        p.share[0] = (double)b->share[i];
        p.share[1] = 1.0 - p.share[0];
    }
    return p;
}

/* The loss of row i; writes its gradient if that is wanted. */
typedef double (*loss_row_f)(const struct loss_batch *b, int i);

/* The loss of row i is l without its teacher; returns it with, and changes the
 * gradient that is there accordingly. */
double loss_distill(const struct loss_batch *b, int i, double l);

/* The sum over the rows: that of the first half, which has the odd one, and
 * that of the second. */
double loss_rows(const struct loss_batch *b, loss_row_f row);

#endif
