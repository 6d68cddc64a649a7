/*
 * gradient_sum.h - the sum of a gradient over the ranks, while backward goes on
 *
 * Backward completes a gradient from its end to its beginning, layer by layer.
 * As soon as GRADIENT_SUM_BUCKET floats are complete they are summed: they are
 * still in the cache then, and no message is longer than is fast.  Each float
 * is added up in the order of dist.h's tree wherever buckets begin, so that
 * they do not show in the result.
 *
 *     gradient_sum_begin(&s, dist, graph_dparam(g), graph_n_param(g));
 *     graph_backward_each(g, gradient_sum_ready, &s);
 *     if (gradient_sum_end(&s, err) < 0) ...
 *
 * Collective: all ranks do the same with gradients of equal length.
 */
#ifndef RANKS_GRADIENT_SUM_H
#define RANKS_GRADIENT_SUM_H

#include "ranks/dist.h"

enum { GRADIENT_SUM_BUCKET = DIST_PIECE / (int)sizeof(float) };

struct gradient_sum {
    struct dist *dist; /* borrowed */
    float *x;          /* borrowed */
    size_t left;       /* x[0 .. left-1] are not summed yet */
    int rc;            /* of the first sum that failed; later ones are none */
    struct err err;
};

void gradient_sum_begin(struct gradient_sum *s, struct dist *d, float *x,
                        size_t n);

/* x[from ..] will not change any more.  A graph_ready_f of nn/graph.h. */
void gradient_sum_ready(void *self, size_t from);

/* All is complete: sum the rest.  Errors: ERR_SYSTEM, of any of the sums. */
MUST_USE int gradient_sum_end(struct gradient_sum *s, struct err *err);

#endif
