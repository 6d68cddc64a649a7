#include "orchestration/tools/doctor_ranks.h"

#include "orchestration/scheduler/launch.h"
#include "ranks/rank_cores.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a rank says of itself. */
struct answer {
    char host[64];
    char cores[RANK_CORES_TEXT];
    bool crowded;
};

static void print_answer(FILE *out, const struct answer *a, int ranks)
{
    for (int r = 0; r < ranks; r++) {
        char who[32];

        snprintf(who, sizeof(who), "rank %d of %d", r, ranks);
        fprintf(out, "%-5s %-15s %s: %s%s\n", a[r].crowded ? "warn" : "ok", who,
                a[r].host, a[r].cores,
                a[r].crowded ? "; more threads than cores: lower train.ranks "
                               "or train.threads"
                             : "");
    }
}

static int gather_answers(FILE *out, struct dist *d, int threads,
                          struct err *err)
{
    const struct rank_cores p = rank_cores_of(d, threads);
    struct answer mine = {.crowded = rank_cores_crowded(&p)}, *all;
    size_t *one;
    int rc = 0;

    gethostname(mine.host, sizeof(mine.host) - 1);
    rank_cores_describe(&p, mine.cores);
    all = calloc((size_t)d->size, sizeof(*all));
    one = calloc((size_t)d->size, sizeof(*one));
    if (!all || !one)
        rc = err_set(err, ERR_SYSTEM, "no memory for %d answers", d->size);
    for (int r = 0; one && r < d->size; r++)
        one[r] = 1;
    rc = dist_agree(d, rc, err);
    if (rc == 0)
        rc = dist_gather(d, &(struct dist_items){&mine, one, sizeof(mine), all},
                         err);
    if (rc == 0 && d->rank == 0)
        print_answer(out, all, d->size);
    free(all);
    free(one);
    return rc;
}

int doctor_rank(FILE *out, int threads, struct err *err)
{
    struct dist d;
    int rc;

    if (dist_start(&d, err) < 0)
        return -1;
    rc = gather_answers(out, &d, threads, err);
    fflush(out);
    if (d.fault.code != ERR_NONE)
        dist_abort(&d, err_exit_status(d.fault.code));
    dist_stop(&d);
    return rc;
}

_Noreturn static void exec_mpirun(FILE *out, int ranks, const char *const *args)
{
    struct err err;

    dup2(fileno(out), STDOUT_FILENO);
    alarm(DOCTOR_RANKS_SECONDS);
    if (launch_exec_ranks(ranks, args, &err) < 0)
        fprintf(stderr, "papline: error: %s\n", err.text);
    _exit(127);
}

int doctor_ranks(FILE *out, int ranks, int threads, struct err *err)
{
    char number[16], text[128];
    const char *const args[] = {"doctor-rank", "--threads", number, NULL};
    int status = 0;
    pid_t child;

    snprintf(number, sizeof(number), "%d", threads);
    fflush(out);
    child = fork();
    if (child == 0)
        exec_mpirun(out, ranks, args);
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return err_set(err, ERR_SYSTEM, "cannot start mpirun: %s",
                       strerror(errno));
    if (status == 0)
        return 0;
    launch_describe(status, text, sizeof(text));
    return err_set(err, ERR_SYSTEM, "%d ranks did not answer: mpirun: %s",
                   ranks, text);
}
