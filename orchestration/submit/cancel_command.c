/* cancel_command.c - take jobs out of the queue, in an order that saves work */
#include "orchestration/submit/cancel_command.h"

#include "base/clock.h"
#include "orchestration/submit/batch_jobs.h"

#include <time.h>

/* Do "COMMAND ID"; a job that has ended meanwhile is no fault. */
static int tell_system(const char *command, const char *id, struct err *err)
{
    struct buf b = {0}, out = {0};
    struct err why = {0};
    int rc;

    buf_printf(&b, "%s '%s' 2>&1", command, id);
    rc = buf_check(&b, err);
    if (rc == 0 && batch_jobs_command(b.data, &out, &why) < 0 &&
        why.code == ERR_SYSTEM) {
        *err = why;
        rc = -1;
    }
    buf_release(&b);
    buf_release(&out);
    return rc;
}

/* What is done to Slurm's jobs in a state. */
struct cancel_order {
    enum batch_state state;
    const char *command; /* the job's number follows */
    const char *said;    /* NULL: nothing */
};

static int tell_those(FILE *out, const struct batch_jobs *j,
                      const struct cancel_order *o, struct err *err)
{
    for (size_t i = 0; i < j->n; i++) {
        const struct batch_job *job = &j->job[i];

        if (job->system != BATCH_SLURM || job->state != o->state)
            continue;
        if (tell_system(o->command, job->id, err) < 0)
            return -1;
        if (o->said)
            fprintf(out, "%s %s: %s\n", job->id, job->what, o->said);
    }
    fflush(out);
    return 0;
}

static size_t count_running(const struct batch_jobs *j)
{
    size_t n = 0;

    for (size_t i = 0; i < j->n; i++)
        n += j->job[i].system == BATCH_SLURM && j->job[i].state != BATCH_GONE;
    return n;
}

/* Until all have ended or time is up; the states are then those of the end. */
static int await_ends(struct batch_jobs *j, int seconds, struct err *err)
{
    const struct timespec pause = {.tv_nsec = 500000000};
    const double end = clock_now() + seconds;

    for (;;) {
        if (batch_jobs_look(j, err) < 0)
            return -1;
        if (count_running(j) == 0 || clock_now() >= end)
            return 0;
        nanosleep(&pause, NULL);
    }
}

static int cancel_slurm(FILE *out, struct batch_jobs *j, int seconds,
                        struct err *err)
{
    static const struct cancel_order first[] = {
        {BATCH_PENDING, "scancel", "was waiting; cancelled"},
        {BATCH_RUNNING, "scancel --state=PENDING", NULL}, /* of an array */
        {BATCH_RUNNING, "scancel --batch --signal=USR1",
         "runs; told to save and end"},
    };
    static const struct cancel_order last = {BATCH_RUNNING, "scancel",
                                             "has not ended; cancelled"};

    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        if (tell_those(out, j, &first[i], err) < 0)
            return -1;
    return await_ends(j, seconds, err) < 0 ? -1
                                           : tell_those(out, j, &last, err);
}

/* Its jobs get a signal first anyway, and their states are not asked for. */
static int cancel_pbs(FILE *out, const struct batch_jobs *j, struct err *err)
{
    for (size_t i = 0; i < j->n; i++) {
        const struct batch_job *job = &j->job[i];

        if (job->system != BATCH_PBS)
            continue;
        if (tell_system("qdel", job->id, err) < 0)
            return -1;
        fprintf(out, "%s %s: qdel\n", job->id, job->what);
    }
    return 0;
}

int cancel_command_run(FILE *out, const char *run_dir, int seconds,
                       struct err *err)
{
    char mark[FILE_PATH_MAX];
    struct batch_jobs j;
    int rc = -1;

    if (batch_jobs_read(&j, run_dir, err) < 0)
        return -1;
    if (j.n == 0)
        return err_set(err, ERR_USAGE, "'%s' was never submitted", run_dir);
    /* jobs in the queue may not take the place of those that end */
    if (file_path(mark, err, "%s/submit/cancelled", run_dir) == 0 &&
        file_write(mark, "", 0, err) == 0 && batch_jobs_look(&j, err) == 0) {
        if (count_running(&j) == 0 && j.job[0].system == BATCH_SLURM)
            fprintf(out, "no job of it is in the queue\n");
        rc = cancel_slurm(out, &j, seconds, err);
        if (rc == 0)
            rc = cancel_pbs(out, &j, err);
    }
    batch_jobs_release(&j);
    return rc;
}
