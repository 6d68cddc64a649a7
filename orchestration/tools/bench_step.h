/*
 * bench_step.h - one network's step, again and again, by the clock
 */
#ifndef ORCHESTRATION_TOOLS_BENCH_STEP_H
#define ORCHESTRATION_TOOLS_BENCH_STEP_H

#include "nn/nets.h"
#include "nn/optim.h"
#include "orchestration/tools/bench.h"
#include "ranks/dist.h"

struct bench_step {
    const struct bench_args *args; /* borrowed */
    struct dist *dist;             /* borrowed; NULL: no other ranks */
    struct collective coll;
    struct graph *graph; /* owned */
    const struct optim *optim;
    float *slot[OPTIM_MAX_SLOT]; /* owned */
    struct node_time *time;      /* owned; one for each node */
    int steps;                   /* that 'time' and the next are the sum of */
    double optim_seconds;
    struct dist_seconds exchange; /* of rank 0, likewise */
};

/*
 * A network for 'a'; with ranks, this one's part of the batch.
 *   d  [in] NULL: the whole batch is here
 * Errors: ERR_SYSTEM memory; bench_step_release() is due then, too.
 */
MUST_USE int bench_step_init(struct bench_step *t, const struct net *net,
                             const struct bench_args *a,
                             enum graph_memory memory, struct dist *d,
                             struct err *err);
void bench_step_release(struct bench_step *t);

/*
 * Median seconds of a->steps steps behind one that is not measured; without
 * those of filling in the input.  With ranks every one does it; a fault of
 * theirs stays in d->fault.
 */
double bench_step_run(struct bench_step *t, enum phase phase);

#endif
