/*
 * scheduler.h - run the steps of a plan, as many at a time as there are cores
 *
 * The scheduler binds one ROUTER (PROTOCOL.md, control plane).  A step whose
 * inputs are there may start when cores are free (ready_steps.h) on the hosts
 * of the run (allocation.h); while it runs, running_step.h has all that is
 * known of it.
 */
#ifndef ORCHESTRATION_SCHEDULER_SCHEDULER_H
#define ORCHESTRATION_SCHEDULER_SCHEDULER_H

#include "base/turn_clock.h"
#include "orchestration/scheduler/running_step.h"
#include "orchestration/scheduler/worker_list.h"
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
    int threads;        /* of each rank; 0: not asked yet */
    double bytes, peak; /* of a rank, on average and at most */
};

struct scheduler {
    const struct config *config; /* borrowed */
    const struct plan *plan;     /* borrowed */
    char run_dir[FILE_PATH_MAX];
    enum step_state *state; /* owned: (plan->n_step) */
    double *seconds;        /* owned: (plan->n_step) that each took */
    double *expected;       /* owned: (plan->n_step) seconds that each takes, by
                               earlier runs or a guess */
    double *path;           /* owned: (plan->n_step) seconds to the end of the
                               run by way of each, about */
    char **why;             /* owned: (plan->n_step) why it failed or was
                               skipped, else NULL */
    double run_started;     /* clock_now() */
    double ends; /* clock_now() when work is saved, as the allocation is taken
                    away soon; 0: never */
    struct turn_clock clock; /* of all patience with others */
    struct running_step *running[SCHEDULER_MAX_RUNNING]; /* owned */
    int n_running;
    bool work_waits;                /* waiting_work.h: as the journal has it */
    struct allocation allocation;   /* hosts, and what of them is free */
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
 * Know the plan, the hosts and the times of earlier runs; nothing is written,
 * nobody can connect.  's' is released by scheduler_release() even on error.
 * Errors: ERR_USAGE no such hosts; ERR_SYSTEM.
 */
MUST_USE int scheduler_prepare(struct scheduler *s, const struct config *c,
                               const struct plan *plan, const char *run_dir,
                               struct err *err);

/*
 * The same, and bind, write control.json.
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

/* The step at this place of the plan, while it runs or its processes leave;
 * else NULL. */
struct running_step *scheduler_step_at(const struct scheduler *s, int index);

#endif
