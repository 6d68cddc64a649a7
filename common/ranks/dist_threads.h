/*
 * dist_threads.h - several members in one process, each a rank to its caller
 *
 * A process that stands for n ranks runs n threads, each with a 'struct dist'
 * of its own: member m of process p of P is rank p n + m of P n.  Since every
 * rank then does the same arithmetic on the same rows whether it has a process
 * of its own or shares one, results do not depend on the number of processes,
 * as long as processes times members stays the same.
 */
#ifndef RANKS_DIST_THREADS_H
#define RANKS_DIST_THREADS_H

#include "ranks/dist.h"

enum { DIST_THREADS_MAX = 8 };

/* What each member does; 'self' is its own, 'd' its place among all. */
typedef void (*dist_threads_f)(void *self, struct dist *d);

/*
 * Run fn on 'n' members; self[m] is given to member m.  Member 0 runs on the
 * calling thread and alone uses MPI.  Only 'at_once' of them, 1 .. n, compute
 * at a time; who waits for the others lets another have its turn.  Returns
 * when all have returned.
 *   process [in] the job as processes
 * Collective.  A process that cannot start its threads ends the job, since
 * those it has would wait for ever.
 */
void dist_threads_turns(struct dist *process, int n, int at_once,
                        dist_threads_f fn, void *const *self);

/* For dist.c: the calls of a member. */
MUST_USE int dist_threads_sum(struct dist *d, const struct dist_sum_type *k,
                              void *x, size_t n, struct err *err);
/* 'at': bytes of all that lie before this member's. */
MUST_USE int dist_threads_gather(struct dist *d, const struct dist_items *g,
                                 size_t at, struct err *err);
MUST_USE int dist_threads_bcast(struct dist *d, void *bytes, size_t n,
                                struct err *err);
struct dist_seconds dist_threads_spent(const struct dist *d);
MUST_USE int dist_threads_barrier(struct dist *d, struct err *err);
MUST_USE int dist_threads_agree(struct dist *d, int rc, struct err *err);

#endif
