#include "ranks/rank_mail.h"

#include "base/core_mask.h"

#include <mpi.h>
#include <stdlib.h>

enum { TAG = 1 };

static int check_call(int rc, const char *what, struct err *err)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int n = 0;

    if (rc == MPI_SUCCESS)
        return 0;
    MPI_Error_string(rc, text, &n);
    return err_set(err, ERR_SYSTEM, "%s: %.300s", what, text);
}

int rank_mail_open(struct rank_mail *m, struct err *err)
{
    int given = 0;

    if (check_call(MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &given),
                   "MPI_Init_thread", err) < 0)
        return -1;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &m->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &m->size);
    if (given == MPI_THREAD_MULTIPLE)
        return 0;
    MPI_Finalize();
    return err_set(err, ERR_SYSTEM,
                   "the MPI library does not let several threads use it");
}

void rank_mail_close(struct rank_mail *m)
{
    MPI_Finalize();
    *m = (struct rank_mail){0};
}

int rank_mail_send(const struct rank_mail *m, int to, const void *bytes,
                   size_t n, struct err *err)
{
    BUG_ON(to < 0 || to >= m->size);
    return check_call(
        MPI_Send(bytes, (int)n, MPI_BYTE, to, TAG, MPI_COMM_WORLD), "MPI_Send",
        err);
}

int rank_mail_receive(const struct rank_mail *m, int *from, void *bytes,
                      size_t room, size_t *n, struct err *err)
{
    MPI_Status status;
    int there = 0, size = 0;

    (void)m;
    if (check_call(
            MPI_Iprobe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &there, &status),
            "MPI_Iprobe", err) < 0)
        return -1;
    if (!there)
        return 0;
    MPI_Get_count(&status, MPI_BYTE, &size);
    if (size < 0 || (size_t)size > room)
        return err_set(err, ERR_SYSTEM, "a message of %d bytes, at most %zu",
                       size, room);
    *from = status.MPI_SOURCE;
    *n = (size_t)size;
    if (check_call(MPI_Recv(bytes, size, MPI_BYTE, *from, TAG, MPI_COMM_WORLD,
                            MPI_STATUS_IGNORE),
                   "MPI_Recv", err) < 0)
        return -1;
    return 1;
}

/* --- cores ---------------------------------------------------------------- */

struct rank_share {
    struct core_mask mask;
    int rank;
};

/* Of those before and behind this one on its host, only who shares counts. */
static int deal_cores(const struct rank_share *own,
                      const struct rank_share *all, int n)
{
    const int cores = core_mask_count(&own->mask);
    int sharers = 0, place = 0, mine;

    for (int i = 0; i < n; i++) {
        if (all[i].rank == 0 || !core_mask_meets(&own->mask, &all[i].mask))
            continue;
        place += all[i].rank < own->rank;
        sharers++;
    }
    if (sharers == 0)
        return cores;
    mine = cores * (place + 1) / sharers - cores * place / sharers;
    return mine > 0 ? mine : 1;
}

static int gather_shares(const struct rank_mail *m, MPI_Comm host, int *cores,
                         struct err *err)
{
    struct rank_share own = {.rank = m->rank}, *all;
    int n = 1, rc;

    MPI_Comm_size(host, &n);
    all = calloc((size_t)n, sizeof(*all));
    if (!all)
        return err_set(err, ERR_SYSTEM, "no memory for %d ranks", n);
    core_mask_own(&own.mask);
    rc = check_call(MPI_Allgather(&own, (int)sizeof(own), MPI_BYTE, all,
                                  (int)sizeof(own), MPI_BYTE, host),
                    "MPI_Allgather", err);
    if (rc == 0)
        *cores = deal_cores(&own, all, n);
    free(all);
    return rc;
}

int rank_mail_cores(const struct rank_mail *m, int *cores, struct err *err)
{
    MPI_Comm host;
    int rc;

    if (check_call(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0,
                                       MPI_INFO_NULL, &host),
                   "MPI_Comm_split_type", err) < 0)
        return -1;
    rc = gather_shares(m, host, cores, err);
    MPI_Comm_free(&host);
    return rc;
}

void rank_mail_abort(int status)
{
    MPI_Abort(MPI_COMM_WORLD, status);
    exit(status);
}
