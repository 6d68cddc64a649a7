/*
 * scheduler.h - run the steps of a plan, as many at a time as there are cores
 *
 * The scheduler binds one ROUTER (PROTOCOL.md, control plane).  A step whose
 * inputs are there may start when cores are free (ready_steps.h); while it
 * runs, running_step.h has all that is known of it.
 */
#ifndef ORCHESTRATION_SCHEDULER_SCHEDULER_H
#define ORCHESTRATION_SCHEDULER_SCHEDULER_H

#include "orchestration/scheduler/launch.h"
#include "orchestration/scheduler/running_step.h"
#include "orchestration/scheduler/worker_list.h"
#include "run/plan.h"
#include "worker/router.h"

enum { SCHEDULER_MAX_RUNNING = 256 }; /* steps at a time */

enum step_state {
    STEP_WAITING,
    STEP_RUNNING,
    STEP_DONE,
    STEP_CURRENT, /* there before, not run */
    STEP_LATER,   /* would run, but is put off (--until) */
    STEP_FAILED,
    STEP_SKIPPED, /* an input failed */
};

/* What a step takes on so many cores, once it has been asked for. */
struct planned_memory {
    int cores;          /* 0: not asked yet */
    double bytes, peak; /* of all processes; of each of them */
};

struct scheduler {
    const struct config *config; /* borrowed */
    const struct plan *plan;     /* borrowed */
    char run_dir[FILE_PATH_MAX];
    enum step_state *state; /* owned: (plan->n_step) */
    double *seconds;        /* owned: (plan->n_step) that each took */
    double *path;           /* owned: (plan->n_step) seconds to the end of the
                               run by way of each, about */
    char **why;             /* owned: (plan->n_step) why it failed or was
                               skipped, else NULL */
    double run_started;     /* clock_now() */
    struct running_step *running[SCHEDULER_MAX_RUNNING]; /* owned */
    int n_running;
    int cores_all, cores_free;
    double memory_all, memory_free; /* bytes; 0 in all: not known */
    struct planned_memory *planned; /* owned: (plan->n_step) */
    struct worker_list workers;
    struct launcher launcher;
    size_t n_aside;       /* units of the whole run */
    int n_failed;         /* steps */
    struct router router; /* owned; counts messages that are not valid or not
                             their sender's to say */
    struct buf out;       /* owned */
    double last_status;   /* clock_now() when status.json was written */
};

/*
 * Bind, write control.json.
 * Errors: ERR_USAGE bad endpoint; ERR_SYSTEM.
 */
MUST_USE int scheduler_init(struct scheduler *s, const struct config *c,
                            const struct plan *plan, const char *run_dir,
                            struct err *err);

/*
 * Run every step whose 'run' is set.  A step that fails is passed over with
 * all that depends on it; the count is in n_failed.
 * Errors: ERR_AGAIN asked to stop: what was done is kept; ERR_SYSTEM.
 */
MUST_USE int scheduler_run(struct scheduler *s, struct err *err);

void scheduler_release(struct scheduler *s);

#endif
