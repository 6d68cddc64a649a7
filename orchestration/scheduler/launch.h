/*
 * launch.h - the processes that the scheduler starts itself
 *
 * How many a stage has stands in run/stage_table.h.  A child gets SIGTERM
 * when the scheduler dies, so none is left behind by kill -9, and has a
 * process group of its own, so that a Ctrl-C reaches only the scheduler, which
 * then asks it to stop in order.
 */
#ifndef ORCHESTRATION_SCHEDULER_LAUNCH_H
#define ORCHESTRATION_SCHEDULER_LAUNCH_H

#include "orchestration/scheduler/allocation.h"
#include "orchestration/scheduler/process_log.h"
#include "run/plan.h"

#include <sys/resource.h>
#include <sys/types.h>

enum { LAUNCH_MAX_CHILDREN = 1024 };

enum child_role { CHILD_WORKER, CHILD_SINK };

struct child {
    pid_t pid; /* 0: the place is free */
    enum child_role role;
    int step;              /* in the plan, that it was started for */
    const char *step_name; /* borrowed */
    uint64_t token; /* of its hello, also behind mpirun (scheduler_link.h) */
    struct process_place place; /* of a worker */
    bool leaving;               /* it was asked to, for others */
    double started;             /* clock_now() */
    struct process_log log;     /* owned */
};

struct launcher {
    const char *run_dir;                 /* borrowed */
    const struct allocation *allocation; /* borrowed */
    rlim_t files; /* soft limit of descriptors that children have; 0: as here.
                     The rest is zero at first */
    struct child child[LAUNCH_MAX_CHILDREN];
};

/* Room for one more; NULL: there is none. */
struct child *launch_free_child(struct launcher *l);

/* How many of a step are running, but for those that leave for others. */
int launch_running(const struct launcher *l, int step, enum child_role role);

/* How many of a step are there at all. */
int launch_left(const struct launcher *l, int step);

/* What is to be started. */
struct launch_args {
    const struct config *config;
    const struct plan_step *step;
    int index; /* its place in the plan */
    enum child_role role;
    struct process_place place; /* that it has taken; of a sink: none */
};

/*
 * Start one process of a step.
 * Errors: ERR_USAGE a program is missing; ERR_SYSTEM.
 */
MUST_USE int launch_start(struct launcher *l, const struct launch_args *a,
                          struct err *err);

/* Pass on what the children say.
 *   name  of the steps in the plan, where their lines are to be told apart;
 *         NULL: they are not */
void launch_read_logs(struct launcher *l, const struct plan *name);

/* Take note of a child that ended: 1 with what it was and its wait status, 0 if
 * none has.  Its log is closed.  The journal has beginning and end of those
 * that have a place. */
int launch_reap(struct launcher *l, struct child *ended, int *status);

/* The running child with this token, or NULL. */
const struct child *launch_find(const struct launcher *l, uint64_t token);

/* Send a signal to every child of a step (and what it started). */
void launch_signal(struct launcher *l, int step, int sig);

/*
 * Become another of our programs, which lies beside this one.
 *   args  [in] its arguments without its name; ends in NULL
 * Returns only if that fails.  Errors: ERR_USAGE it is missing; ERR_SYSTEM.
 */
MUST_USE int launch_exec(const char *program, const char *const *args,
                         struct err *err);

/*
 * Become mpirun with 'ranks' processes of this program, placed as those of
 * training are.
 *   args  [in] its arguments without its name; ends in NULL
 * Returns only if that fails.  Errors: ERR_USAGE it is missing; ERR_SYSTEM.
 */
MUST_USE int launch_exec_ranks(int ranks, const char *const *args,
                               struct err *err);

/* "exit status 3", "killed by signal 9 (Killed)"; of mpirun "exit status 137
 * (signal 9, Killed, ended one of its processes)". */
void launch_describe(int status, char *text, size_t size);

#endif
