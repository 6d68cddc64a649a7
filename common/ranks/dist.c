/*
 * dist.c - sums in a fixed order over MPI
 *
 * MPI_Allreduce may add in any order.  Small arrays are therefore gathered
 * whole by every rank, which adds them itself.  Of large ones each rank is
 * sent everybody's part of one slice (alltoall), adds it and sends the sum
 * back (allgather): as few bytes as a ring needs, in the same order.
 */
#include "ranks/dist.h"

#include "base/clock.h"
#include "base/core_mask.h"
#include "ranks/dist_threads.h"
#include "ranks/launched.h"
#include "ranks/mpi_wait.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL = 1 << 18 }; /* bytes from all ranks: fewer are gathered at once */

/* The fault of an MPI call, kept for all later calls. */
static int check_mpi(struct dist *d, int rc, const char *what, struct err *err)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int n = 0;

    if (rc == MPI_SUCCESS)
        return 0;
    MPI_Error_string(rc, text, &n);
    err_set(&d->fault, ERR_SYSTEM, "rank %d: %s: %.300s", d->rank, what, text);
    *err = d->fault;
    return -1;
}

/* Of a call that has begun '*r', if rc says so: wait for it. */
static int finish(struct dist *d, int rc, MPI_Request *r, const char *what,
                  struct err *err)
{
    return check_mpi(d, rc == MPI_SUCCESS ? mpi_wait(r) : rc, what, err);
}

static int check_fault(const struct dist *d, struct err *err)
{
    if (d->fault.code == ERR_NONE)
        return 0;
    *err = d->fault;
    return -1;
}

static MPI_Comm comm_of(const struct dist *d)
{
    return *(MPI_Comm *)d->comm;
}

void dist_alone(struct dist *d)
{
    *d = (struct dist){.size = 1, .processes = 1, .sharers = 1};
}

/* How many ranks of this host, this one too, may use its cores. */
static int count_sharers(struct dist *d, MPI_Comm host, struct err *err)
{
    struct core_mask own, *all;
    int n = 1, rc;

    MPI_Comm_size(host, &n);
    all = calloc((size_t)n, sizeof(*all));
    if (!all)
        return err_set(err, ERR_SYSTEM, "no memory for %d ranks", n);
    core_mask_own(&own);
    rc = check_mpi(d,
                   MPI_Allgather(&own, (int)sizeof(own), MPI_BYTE, all,
                                 (int)sizeof(own), MPI_BYTE, host),
                   "MPI_Allgather", err);
    d->sharers = 0;
    for (int i = 0; i < n; i++)
        d->sharers += core_mask_meets(&own, &all[i]);
    free(all);
    return rc;
}

/* Own communicators, of the ranks of 'all': for the job, and for the ranks of
 * this host. */
static int make_comm(struct dist *d, MPI_Comm all, struct err *err)
{
    MPI_Comm *comm = malloc(sizeof(*comm)), host;
    int rc;

    d->scratch = malloc(DIST_PIECE);
    if (!comm || !d->scratch) {
        free(comm);
        return err_set(err, ERR_SYSTEM, "no memory for messages");
    }
    *comm = MPI_COMM_NULL;
    d->comm = comm;
    MPI_Comm_set_errhandler(all, MPI_ERRORS_RETURN);
    if (check_mpi(d, MPI_Comm_dup(all, comm), "MPI_Comm_dup", err) < 0)
        return -1;
    MPI_Comm_set_errhandler(*comm, MPI_ERRORS_RETURN);
    MPI_Comm_rank(*comm, &d->rank);
    MPI_Comm_size(*comm, &d->size);
    d->processes = d->size;
    if (d->size > DIST_MAX_RANKS)
        return err_set(err, ERR_USAGE, "%d ranks, at most %d", d->size,
                       DIST_MAX_RANKS);
    if (check_mpi(d,
                  MPI_Comm_split_type(*comm, MPI_COMM_TYPE_SHARED, 0,
                                      MPI_INFO_NULL, &host),
                  "MPI_Comm_split_type", err) < 0)
        return -1;
    rc = count_sharers(d, host, err);
    MPI_Comm_free(&host);
    return rc;
}

int dist_start(struct dist *d, struct err *err)
{
    int given = 0;

    dist_alone(d);
    if (!launched_is_rank())
        return 0;
    if (check_mpi(d, MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given),
                  "MPI_Init_thread", err) < 0)
        return -1;
    d->mpi = true;
    if (make_comm(d, MPI_COMM_WORLD, err) < 0) {
        dist_stop(d);
        return -1;
    }
    return 0;
}

int dist_start_group(struct dist *d, const int *ranks, int n, int tag,
                     struct err *err)
{
    MPI_Group world, group;
    MPI_Comm all = MPI_COMM_NULL;
    int rc;

    dist_alone(d);
    d->mpi = d->group = true;
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    rc = check_mpi(d, MPI_Group_incl(world, n, ranks, &group), "MPI_Group_incl",
                   err);
    MPI_Group_free(&world);
    if (rc < 0)
        return -1;
    rc = check_mpi(d, MPI_Comm_create_group(MPI_COMM_WORLD, group, tag, &all),
                   "MPI_Comm_create_group", err);
    MPI_Group_free(&group);
    if (rc == 0)
        rc = make_comm(d, all, err);
    if (all != MPI_COMM_NULL)
        MPI_Comm_free(&all);
    return rc;
}

void dist_stop(struct dist *d)
{
    MPI_Comm *comm = d->comm;

    if (d->group && comm && *comm != MPI_COMM_NULL)
        MPI_Comm_free(comm);
    else if (d->mpi && !d->group)
        MPI_Finalize();
    free(d->scratch);
    free(d->comm);
    dist_alone(d);
}

_Noreturn void dist_abort(const struct dist *d, int status)
{
    if (d->mpi)
        MPI_Abort(MPI_COMM_WORLD,
                  d->group ? err_exit_status(ERR_AGAIN) : status);
    exit(status);
}

/* --- sums ------------------------------------------------------------------*/

static void add_floats(void *const *x, size_t n, size_t begin, size_t end)
{
    for (size_t step = 1; step < n; step *= 2)
        for (size_t r = 0; r + step < n; r += 2 * step) {
            float *s = x[r];
            const float *from = x[r + step];

            for (size_t i = begin; i < end; i++)
                s[i] += from[i];
        }
}

static void add_doubles(void *const *x, size_t n, size_t begin, size_t end)
{
    for (size_t step = 1; step < n; step *= 2)
        for (size_t r = 0; r + step < n; r += 2 * step) {
            double *s = x[r];
            const double *from = x[r + step];

            for (size_t i = begin; i < end; i++)
                s[i] += from[i];
        }
}

static const struct dist_sum_type floats = {sizeof(float), add_floats};
static const struct dist_sum_type doubles = {sizeof(double), add_doubles};

/* Of the ranks' 'n' items, one rank's after another's in d->scratch. */
static void add_ranks(struct dist *d, const struct dist_sum_type *k, size_t n)
{
    void *x[DIST_MAX_RANKS];

    for (int r = 0; r < d->size; r++)
        x[r] = (char *)d->scratch + (size_t)r * n * k->item;
    k->add(x, (size_t)d->size, 0, n);
}

static int sum_small(struct dist *d, const struct dist_sum_type *k, void *x,
                     size_t n, struct err *err)
{
    const int bytes = (int)(n * k->item);
    MPI_Request r;
    const int rc = MPI_Iallgather(x, bytes, MPI_BYTE, d->scratch, bytes,
                                  MPI_BYTE, comm_of(d), &r);

    if (finish(d, rc, &r, "MPI_Iallgather", err) < 0)
        return -1;
    add_ranks(d, k, n);
    memcpy(x, d->scratch, n * k->item);
    return 0;
}

/*
 * One piece: n is a multiple of the number of ranks, slice r lies at r n / R.
 *   x     [in,out]  (R, n/R)
 *   parts [scratch] (R, n/R) this rank's slice, as the ranks have it; then
 *                   the sum in the first row
 */
static int sum_slices(struct dist *d, const struct dist_sum_type *k, void *x,
                      size_t n, struct err *err)
{
    const size_t slice = n / (size_t)d->size;
    const int bytes = (int)(slice * k->item);
    void *parts = d->scratch;
    MPI_Request r;
    int rc = MPI_Ialltoall(x, bytes, MPI_BYTE, parts, bytes, MPI_BYTE,
                           comm_of(d), &r);

    if (finish(d, rc, &r, "MPI_Ialltoall", err) < 0)
        return -1;
    add_ranks(d, k, slice);
    rc = MPI_Iallgather(parts, bytes, MPI_BYTE, x, bytes, MPI_BYTE, comm_of(d),
                        &r);
    return finish(d, rc, &r, "MPI_Iallgather", err);
}

static int sum_all(struct dist *d, const struct dist_sum_type *k, void *x,
                   size_t n, struct err *err)
{
    const size_t size = (size_t)d->size;
    const size_t most = DIST_PIECE / k->item / size * size;
    const size_t small = SMALL / k->item / size;
    /* what is gathered whole must fit into scratch */
    const size_t whole = DIST_PIECE / k->item / size;
    char *p = x;

    if (check_fault(d, err) < 0)
        return -1;
    if (d->size == 1)
        return 0;
    while (n > 0) {
        size_t m = n;

        if (m > small && m >= size) {
            m = m < most ? m / size * size : most;
            if (sum_slices(d, k, p, m, err) < 0)
                return -1;
        } else {
            m = m < whole ? m : whole;
            if (sum_small(d, k, p, m, err) < 0)
                return -1;
        }
        p += m * k->item;
        n -= m;
    }
    return 0;
}

int dist_sum_items(struct dist *d, const struct dist_sum_type *k, void *x,
                   size_t n, struct err *err)
{
    const double begin = clock_now();
    int rc;

    if (d->team)
        return dist_threads_sum(d, k, x, n, err);
    rc = sum_all(d, k, x, n, err);
    *(k == &floats ? &d->spent.gradients : &d->spent.others) +=
        clock_now() - begin;
    return rc;
}

int dist_sum(struct dist *d, double *x, size_t n, struct err *err)
{
    return dist_sum_items(d, &doubles, x, n, err);
}

int dist_sum_float(struct dist *d, float *x, size_t n, struct err *err)
{
    return dist_sum_items(d, &floats, x, n, err);
}

struct dist_seconds dist_spent(const struct dist *d)
{
    return d->team ? dist_threads_spent(d) : d->spent;
}

static void collective_sum(void *self, double *x, size_t n)
{
    struct err err = {0};

    if (dist_sum(self, x, n, &err) < 0)
        return; /* d->fault keeps it */
}

struct collective dist_collective(struct dist *d)
{
    return (struct collective){
        .rank = d->rank, .size = d->size, .sum = collective_sum, .self = d};
}

/* --- gathering -------------------------------------------------------------*/

/* Bytes of each rank and where they go; fails alike on all ranks. */
static int lay_out(const struct dist *d, const struct dist_items *g, int *bytes,
                   int *at, struct err *err)
{
    const size_t most = DIST_MAX_BYTES / g->item;
    size_t sum = 0;

    for (int r = 0; r < d->size; r++) {
        if (g->n[r] > most || sum + g->n[r] > most)
            return err_set(err, ERR_USAGE,
                           "%d ranks gather more than %zu items of %zu bytes",
                           d->size, most, g->item);
        at[r] = (int)(sum * g->item);
        bytes[r] = (int)(g->n[r] * g->item);
        sum += g->n[r];
    }
    return 0;
}

int dist_gather(struct dist *d, const struct dist_items *g, struct err *err)
{
    int bytes[DIST_MAX_RANKS], at[DIST_MAX_RANKS];
    char *all = g->all;
    MPI_Request r;
    double begin;
    int rc;

    if (check_fault(d, err) < 0 || lay_out(d, g, bytes, at, err) < 0)
        return -1;
    if (d->team)
        return dist_threads_gather(d, g, (size_t)at[d->rank], err);
    if (bytes[d->rank] > 0)
        memmove(all + at[d->rank], g->x, (size_t)bytes[d->rank]);
    if (d->size == 1)
        return 0;
    begin = clock_now();
    rc = MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, all, bytes, at,
                         MPI_BYTE, comm_of(d), &r);
    rc = finish(d, rc, &r, "MPI_Iallgatherv", err);
    d->spent.others += clock_now() - begin;
    return rc;
}

/* --- the rest --------------------------------------------------------------*/

/* 'n' bytes of rank 'from' to all. */
static int send_from(struct dist *d, void *bytes, int n, int from,
                     struct err *err)
{
    MPI_Request r;
    const int rc = MPI_Ibcast(bytes, n, MPI_BYTE, from, comm_of(d), &r);

    return finish(d, rc, &r, "MPI_Ibcast", err);
}

int dist_bcast(struct dist *d, void *bytes, size_t n, struct err *err)
{
    char *p = bytes;

    if (d->team)
        return dist_threads_bcast(d, bytes, n, err);
    if (check_fault(d, err) < 0)
        return -1;
    if (d->size == 1)
        return 0;
    while (n > 0) {
        const size_t m = n < DIST_PIECE ? n : DIST_PIECE;

        if (send_from(d, p, (int)m, 0, err) < 0)
            return -1;
        p += m;
        n -= m;
    }
    return 0;
}

int dist_barrier(struct dist *d, struct err *err)
{
    MPI_Request r;
    int rc;

    if (d->team)
        return dist_threads_barrier(d, err);
    if (check_fault(d, err) < 0)
        return -1;
    if (d->size == 1)
        return 0;
    rc = MPI_Ibarrier(comm_of(d), &r);
    return finish(d, rc, &r, "MPI_Ibarrier", err);
}

int dist_agree(struct dist *d, int rc, struct err *err)
{
    int mine = rc < 0 ? d->rank : d->size, first = d->size;
    struct err theirs = {0};
    MPI_Request r;
    int started;

    if (d->team)
        return dist_threads_agree(d, rc, err);
    if (d->size == 1)
        return rc;
    if (check_fault(d, err) < 0)
        return -1;
    started =
        MPI_Iallreduce(&mine, &first, 1, MPI_INT, MPI_MIN, comm_of(d), &r);
    if (finish(d, started, &r, "MPI_Iallreduce", err) < 0)
        return -1;
    if (first == d->size)
        return 0;
    if (first == d->rank)
        theirs = *err;
    if (send_from(d, &theirs, (int)sizeof(theirs), first, err) < 0)
        return -1;
    if (first != 0)
        return err_set(err, theirs.code, "rank %d: %.400s", first, theirs.text);
    *err = theirs;
    return -1;
}

void dist_library(char *text, size_t size)
{
    char all[MPI_MAX_LIBRARY_VERSION_STRING] = "unknown MPI";
    int n = 0;

    if (MPI_Get_library_version(all, &n) != MPI_SUCCESS)
        snprintf(all, sizeof(all), "unknown MPI");
    all[strcspn(all, "\n")] = '\0';
    snprintf(text, size, "%s", all);
}
