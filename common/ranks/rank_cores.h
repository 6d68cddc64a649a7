/*
 * rank_cores.h - how the parts of a batch and the cores of a host are shared
 * out among ranks
 */
#ifndef RANKS_RANK_CORES_H
#define RANKS_RANK_CORES_H

#include "ranks/dist.h"

#include <stdint.h>

/* Where this process computes, and with how many threads. */
struct rank_cores {
    int threads; /* >= 1 */
    int cores;   /* that it may use */
    int sharers; /* ranks, this one too, that may use the same */
};

/*
 * Its threads: 'wanted', or if that is 0 OMP_NUM_THREADS, or if that is not set
 * its share of the cores that it may use.  Not collective.
 */
struct rank_cores rank_cores_of(const struct dist *d, int64_t wanted);

/* Do more threads than cores compute there? */
bool rank_cores_crowded(const struct rank_cores *p);

enum { RANK_CORES_TEXT = 160 };

/* "1 thread on cores 0-3, shared by 2 ranks". */
void rank_cores_describe(const struct rank_cores *p,
                         char text[RANK_CORES_TEXT]);

/*
 * How many ranks are crowded, on all.  Collective.  Errors: ERR_SYSTEM.
 */
MUST_USE int rank_cores_count_crowded(struct dist *d,
                                      const struct rank_cores *p, int *count,
                                      struct err *err);

/*
 * How many parts of each batch this process does.  A batch is divided into a
 * fixed number of parts, however many processes share them, so that one rank
 * and several do the same arithmetic.  With a number of ranks among which they
 * cannot be shared out each takes one part of its own; in strict mode that is
 * an error.
 *   d     [in] the job as processes
 *   parts [in] of a batch
 *   batch [in] images
 * Errors, as -1: ERR_USAGE as told, the same on all ranks.
 */
MUST_USE int rank_cores_parts(const struct dist *d, int parts, bool strict,
                              int64_t batch, struct err *err);

#endif
