/*
 * scheduler.h - run the nodes of a plan, one after another
 *
 * The scheduler binds one ROUTER (PROTOCOL.md, control plane), starts the
 * processes of the node in hand (launch.h), leases its units (lease_queue.h), hears
 * heartbeats, and seals the node when every unit is done or set aside.  Units
 * that were finished before a crash are not done again: the sink names them,
 * and an undivided node resumes from its own partial output.
 */
#ifndef ORCHESTRATION_SCHEDULER_SCHEDULER_H
#define ORCHESTRATION_SCHEDULER_SCHEDULER_H

#include "orchestration/scheduler/launch.h"
#include "orchestration/scheduler/lease_queue.h"
#include "run/plan.h"
#include "worker/router.h"
#include "worker/scheduler_link.h"

enum node_state {
    NODE_WAITING,
    NODE_RUNNING,
    NODE_DONE,
    NODE_CURRENT, /* there before, not run */
    NODE_LATER,   /* would run, but is put off (--until) */
    NODE_FAILED,
    NODE_SKIPPED, /* an input failed */
};

struct scheduler {
    const struct config *config; /* borrowed */
    const struct plan *plan;     /* borrowed */
    char run_dir[FILE_PATH_MAX];
    enum node_state *state; /* owned: (plan->n_node) */
    double *seconds;        /* owned: (plan->n_node) that each took */
    char **why;             /* owned: (plan->n_node) why it failed or was
                               skipped, else NULL */
    int node;               /* in hand, -1 if none */
    double node_started, run_started;
    struct queue queue;
    struct launcher launcher;
    int sink;         /* worker index of the node's sink, -1 if none */
    bool finish_sent; /* of PLAN_FILES finish is its last unit */
    bool sealed;      /* the output has been seen on the disk, whole */
    double said;      /* when it was said to be sealed; 0: not yet */
    bool said_here;   /* by a process of this host */
    double next_look; /* for it */
    bool leaving;     /* workers of the node in hand are sent away */
    struct err fault; /* of the node in hand */
    size_t n_aside;   /* units of the whole run */
    int n_failed;     /* nodes */

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
 * Run every node whose 'run' is set.  A node that fails is skipped over with
 * all that depends on it; the count is in n_failed.
 * Errors: ERR_AGAIN asked to stop: what was done is kept; ERR_SYSTEM.
 */
MUST_USE int scheduler_run(struct scheduler *s, struct err *err);

void scheduler_release(struct scheduler *s);

#endif
