/*
 * bench.h - papline bench: how fast the networks are on this machine
 *
 * For each network, with a linear head of 5 classes: milliseconds an image of a
 * whole training step (forward, backward, Adam) and of inference on random
 * images, medians; the most memory that training takes; if asked, the same
 * layer by layer.  With ranks, only the step, as papline-train divides it, and
 * how much of it is exchange.
 */
#ifndef ORCHESTRATION_TOOLS_BENCH_H
#define ORCHESTRATION_TOOLS_BENCH_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

enum { BENCH_MAX_STEPS = 1000 };

struct bench_args {
    const char *net; /* NULL: all of them, each in a process of its own, so
                        that the memory is its own */
    int size;        /* pixels a side, 32 .. 512 */
    int batch;       /* 1 .. GRAPH_MAX_BATCH */
    int threads;     /* 0: as many as OpenMP would start */
    int steps;       /* 1 .. BENCH_MAX_STEPS, measured behind one that is not */
    bool layers;
    int ranks;             /* 0: this process alone */
    const char *precision; /* of products, "float32" or "bf16"; NULL:
                              the first */
    bool strict;           /* of ranks: parts as of train.reproducible strict */
};

/* Are the numbers in range, is there such a network?  Errors: ERR_USAGE. */
MUST_USE int bench_check(const struct bench_args *a, struct err *err);

/* Print to 'out'.  Errors: ERR_USAGE unknown network, numbers out of range;
 * ERR_SYSTEM no memory, a process that failed. */
MUST_USE int bench(FILE *out, const struct bench_args *a, struct err *err);

/* Become a->ranks ranks that do bench_rank().  Returns only if that fails.
 * Errors: as bench(), and of launch_exec_ranks(). */
MUST_USE int bench_ranks(const struct bench_args *a, struct err *err);

/* What each of them does; rank 0 prints to 'out'.  Errors: as bench(), and
 * those of dist.h. */
MUST_USE int bench_rank(FILE *out, const struct bench_args *a, struct err *err);

#endif
