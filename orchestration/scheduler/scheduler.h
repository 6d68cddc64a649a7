/*
 * scheduler.h - run the steps of a plan, one after another
 *
 * The scheduler binds one ROUTER (PROTOCOL.md, control plane), starts the
 * processes of the step in hand (launch.h), leases its units (lease_queue.h),
 * hears heartbeats, and seals the step when every unit is done or set aside.
 * Units that were finished before a crash are not done again: the sink names
 * them, and an undivided step resumes from its own partial output.
 */
#ifndef ORCHESTRATION_SCHEDULER_SCHEDULER_H
#define ORCHESTRATION_SCHEDULER_SCHEDULER_H

#include "orchestration/scheduler/launch.h"
#include "orchestration/scheduler/lease_queue.h"
#include "run/plan.h"
#include "worker/router.h"
#include "worker/scheduler_link.h"

enum step_state {
    STEP_WAITING,
    STEP_RUNNING,
    STEP_DONE,
    STEP_CURRENT, /* there before, not run */
    STEP_LATER,   /* would run, but is put off (--until) */
    STEP_FAILED,
    STEP_SKIPPED, /* an input failed */
};

struct scheduler {
    const struct config *config; /* borrowed */
    const struct plan *plan;     /* borrowed */
    char run_dir[FILE_PATH_MAX];
    enum step_state *state; /* owned: (plan->n_step) */
    double *seconds;        /* owned: (plan->n_step) that each took */
    char **why;             /* owned: (plan->n_step) why it failed or was
                               skipped, else NULL */
    int step;               /* in hand, -1 if none */
    double step_started, run_started;
    struct lease_queue queue;
    struct launcher launcher;
    int sink;          /* worker index of the step's sink, -1 if none */
    bool finish_sent;  /* of PLAN_FILES finish is its last unit */
    bool sealed;       /* the output has been seen on the disk, whole */
    double said;       /* when it was said to be sealed; 0: not yet */
    bool said_here;    /* by a process of this host */
    double next_check; /* for it */
    bool leaving;      /* workers of the step in hand are sent away */
    struct err fault;  /* of the step in hand */
    size_t n_aside;    /* units of the whole run */
    int n_failed;      /* steps */

    struct router router; /* owned; counts messages that are not valid or not
                             their sender's to say */
    struct buf out;       /* owned */
    double last_status;
};

/*
 * Bind, write control.json.
 * Errors: ERR_USAGE bad endpoint; ERR_SYSTEM.
 */
MUST_USE int scheduler_init(struct scheduler *s, const struct config *c,
                            const struct plan *plan, const char *run_dir,
                            struct err *err);

/*
 * Run every step whose 'run' is set.  A step that fails is skipped over with
 * all that depends on it; the count is in n_failed.
 * Errors: ERR_AGAIN asked to stop: what was done is kept; ERR_SYSTEM.
 */
MUST_USE int scheduler_run(struct scheduler *s, struct err *err);

void scheduler_release(struct scheduler *s);

#endif
