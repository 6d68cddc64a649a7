/*
 * dist.h - the ranks of one training job
 *
 * The only code that calls MPI.  Started by mpirun or srun a job has as many
 * ranks as that says; started alone it is one rank, and MPI is not touched.
 * Sums go up a binary tree of the ranks, (x0 + x1) + (x2 + x3), whatever the
 * size of the message and the MPI library: the result has the same bits on
 * every rank and in every run with as many ranks, and two ranks' sum is a part
 * of four's.
 *
 * Unless said otherwise every call is collective: all ranks make it, in the
 * same order, with equal sizes.  A call that fails makes all later ones fail.
 */
#ifndef RANKS_DIST_H
#define RANKS_DIST_H

#include "base/err.h"
#include "nn/op.h"

enum {
    DIST_PIECE = 4 << 20,        /* bytes: at most so much in one message */
    DIST_MAX_BYTES = 2000000000, /* of an array */
    DIST_MAX_RANKS = 4096
};

/* Spent in MPI so far, waiting for other ranks included. */
struct dist_seconds {
    double gradients; /* dist_sum_float() */
    double others;    /* dist_sum(), dist_gather(): statistics, losses */
};

struct dist {
    int rank, size;
    int processes;    /* fewer than ranks if those are members */
    int sharers;      /* ranks, this one too, that may use its cores */
    bool mpi;         /* started */
    bool group;       /* of some ranks of a larger job, which started MPI */
    struct err fault; /* of the first call that failed */
    struct dist_seconds spent;
    void *scratch; /* owned: partial sums */
    void *comm;    /* owned */
    /* Borrowed: of a member, else NULL; dist_threads.h. */
    struct dist_threads *team;
    int member;
};

/*
 * Join the job.  Errors: ERR_SYSTEM MPI or memory.
 * dist_alone() is a job of one rank, also under mpirun; it cannot fail.
 */
MUST_USE int dist_start(struct dist *d, struct err *err);
void dist_alone(struct dist *d);

/*
 * Make a job of some ranks of a larger one, which has started MPI (rank_mail.h).
 * Collective among them.  When one of them cannot, the others wait: end them all
 * by dist_abort().
 *   ranks [in] (n) of the larger job, each once; in their new order
 *   tag   [in] 0 .. 32767, not that of a group that is being made
 * Errors: ERR_SYSTEM MPI or memory; ERR_USAGE too many.
 */
MUST_USE int dist_start_group(struct dist *d, const int *ranks, int n, int tag,
                              struct err *err);

/* Leave it.  After dist_start() failed nothing happens. */
void dist_stop(struct dist *d);

/* End every rank at once with that exit status; of a group, all of the larger
 * job, with 75: its other work can go on.  Not collective. */
_Noreturn void dist_abort(const struct dist *d, int status);

/* x[0 .. n-1] becomes its sum over the ranks.  Errors: ERR_SYSTEM. */
MUST_USE int dist_sum(struct dist *d, double *x, size_t n, struct err *err);
MUST_USE int dist_sum_float(struct dist *d, float *x, size_t n,
                            struct err *err);

/*
 * For dist_threads.c: what is summed.  add() makes items begin .. end - 1 of
 * x[0] the sum of those of 'n' arrays, in the order of a binary tree,
 * (x0 + x1) + (x2 + x3); the other arrays are overwritten.
 */
struct dist_sum_type {
    size_t item; /* bytes of an item */
    void (*add)(void *const *x, size_t n, size_t begin, size_t end);
};

/* dist_sum() of either type. */
MUST_USE int dist_sum_items(struct dist *d, const struct dist_sum_type *k,
                            void *x, size_t n, struct err *err);

struct dist_items {
    const void *x;   /* [in] (n[rank]) this rank's; may lie in its place in
                        all, but not elsewhere in it */
    const size_t *n; /* [in] (size) items of each rank, 0 or more; the same
                        numbers on all ranks */
    size_t item;     /* [in] bytes of an item, >= 1 */
    void *all;       /* [out] (sum of n) rank 0's, rank 1's, ... */
};

/*
 * Every rank gets the items of all, one rank after another: rows of float or
 * of int, as many as each happens to have.
 * Errors: ERR_USAGE more than DIST_MAX_BYTES in all, said on every rank;
 * ERR_SYSTEM.
 */
MUST_USE int dist_gather(struct dist *d, const struct dist_items *g,
                         struct err *err);

/* What this process, with all its members, has spent.  Not collective.  Of a
 * member other than 0: nothing, since it does not use MPI. */
struct dist_seconds dist_spent(const struct dist *d);

/* 'n' bytes of rank 0 go to all.  Errors: ERR_SYSTEM. */
MUST_USE int dist_bcast(struct dist *d, void *bytes, size_t n, struct err *err);

/* Wait for all.  Errors: ERR_SYSTEM. */
MUST_USE int dist_barrier(struct dist *d, struct err *err);

/*
 * Did all succeed?  'rc' and 'err' are how this rank fared.  Returns 0 if each
 * rc is 0; else -1 with the fault of the lowest rank that had one, on all.
 */
MUST_USE int dist_agree(struct dist *d, int rc, struct err *err);

/*
 * dist_sum() for the layers of a graph.  It cannot report a fault: that stays
 * in d->fault, and the next of the calls above reports it.
 */
struct collective dist_collective(struct dist *d);

/* The MPI library and its version, in a line.  Needs no job. */
void dist_library(char *text, size_t size);

#endif
