/*
 * batch_jobs.h - the jobs of a run in a batch system: their record, the
 * commands of the system, what state they are in
 *
 * RUN/submit/jobs.jsonl has a line for each job that was ever submitted.
 */
#ifndef ORCHESTRATION_SUBMIT_BATCH_JOBS_H
#define ORCHESTRATION_SUBMIT_BATCH_JOBS_H

#include "base/buf.h"
#include "orchestration/submit/site.h"
#include "run/plan.h"

enum { BATCH_ID_MAX = 64 };

/* In order of what is done to them when a run is cancelled. */
enum batch_state { BATCH_GONE, BATCH_PENDING, BATCH_RUNNING };

struct batch_job {
    enum batch_system system;
    char id[BATCH_ID_MAX]; /* of an array: of all its jobs */
    char what[CONFIG_NAME_MAX +
              PLAN_NAME_MAX]; /* "run.sh", "experiment.sh NAME" */
    enum batch_state state;   /* when batch_jobs_look() was last called; of an
                               array of the last in order */
};

struct batch_jobs {
    struct batch_job *job; /* owned */
    size_t n;
};

/* Read the record; there are none if there is no record.
 * Errors: ERR_INPUT it is damaged; ERR_SYSTEM. */
MUST_USE int batch_jobs_read(struct batch_jobs *j, const char *run_dir,
                             struct err *err);
void batch_jobs_release(struct batch_jobs *j);

/* Add a job to the record.  Errors: ERR_SYSTEM. */
MUST_USE int batch_jobs_add(const char *run_dir, const struct batch_job *job,
                            struct err *err);

/* Ask Slurm for the state of each job; those of PBS are taken to be pending.
 * Errors: ERR_AGAIN it does not answer. */
MUST_USE int batch_jobs_look(struct batch_jobs *j, struct err *err);

/*
 * Do a command of the shell and append to 'out' what it prints.
 * Errors: ERR_AGAIN it fails, with its last line of output; ERR_SYSTEM.
 */
MUST_USE int batch_jobs_command(const char *command, struct buf *out,
                                struct err *err);

#endif
