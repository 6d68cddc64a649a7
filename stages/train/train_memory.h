/*
 * train_memory.h - what one process of a training takes in memory
 *
 * The networks that the process will build are planned as it will plan them
 * (graph.h), but not allocated, so that the large part is exact:
 *
 *     own = process + threads + weights to begin with
 *           + parts (network + moments + best accuracy + lowest loss + average
 *                    + rows on their way)
 *     mapped = data/images.npy + augment/images.npy + frozen layers' cache
 *
 * A regime's courses and, where layers are frozen, the filling of their cache
 * come one after another: the largest counts.  Parts are those that a batch is
 * divided into (rank_cores.h), each with a network of its own.
 */
#ifndef TRAIN_TRAIN_MEMORY_H
#define TRAIN_TRAIN_MEMORY_H

#include "config/config.h"

/* Bytes of a training without network, measured: the program and its libraries.
 */
#define TRAIN_MEMORY_PROCESS 45e6

struct train_memory_args {
    const struct config *config;
    const char *network, *regime;
    int threads;    /* of one rank, >= 1 */
    int classes;    /* of the data */
    double samples; /* that train or validate, with stored variants */
};

/* Bytes. */
struct train_memory {
    double own;   /* of one rank */
    double cache; /* of what frozen layers put out, which all ranks of a host
                     map; 0: it is not kept */
};

/*
 * Deterministic.  Takes some milliseconds.
 * Errors: ERR_USAGE there is no such network or regime, or it does not take
 * pictures of that size; ERR_SYSTEM.
 */
MUST_USE int train_memory_plan(struct train_memory *m,
                               const struct train_memory_args *a,
                               struct err *err);

#endif
