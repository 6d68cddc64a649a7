/*
 * running_step.h - a step that is being made: its units, processes and end
 *
 * The scheduler starts its processes with threads for its cores, leases its
 * units (lease_queue.h), and has the output sealed when every unit is done or
 * set aside.
 * Units that were finished before a crash are not done again: the sink names
 * them, and an undivided step resumes from its own partial output.  A step is
 * over when its output is seen on the disk, whatever is said of it; then its
 * processes are asked to leave, and when they have left its cores are free.
 */
#ifndef ORCHESTRATION_SCHEDULER_RUNNING_STEP_H
#define ORCHESTRATION_SCHEDULER_RUNNING_STEP_H

#include "base/progress.h"
#include "orchestration/scheduler/launch.h"
#include "orchestration/scheduler/lease_queue.h"

struct scheduler;

struct running_step {
    struct scheduler *scheduler;  /* borrowed */
    const struct plan_step *step; /* borrowed */
    int index;                    /* in the plan */
    struct process_need need;     /* of each of its workers */
    double started;               /* clock_now() */
    struct progress progress;
    struct lease_queue queue;       /* owned */
    double first_heard, first_done; /* time_left.h; 0: not yet */
    int restarts;     /* of processes that ended too early, for no spare unit */
    int sink;         /* its place in the list of workers, -1 if none */
    bool finish_sent; /* with STAGE_FILES finish is its last unit */
    bool sealed;      /* the output has been seen on the disk, whole */
    double said;    /* when it was said to be sealed, of the scheduler's clock;
                       0: not yet */
    bool said_here; /* by a process of this host */
    double next_look; /* for the output, of the same clock */
    struct err fault;
    uint64_t failed_token;          /* of the process that failed last */
    char failed_log[FILE_PATH_MAX]; /* and of one that has ended its log; "" */
    size_t failed_said;             /* (process_log.h) */
    double leaving;  /* when its processes were asked to leave, of the same
                        clock; 0: not yet */
    bool terminated; /* those that did not were sent SIGTERM */
};

/*
 * Begin step 'index' of the plan, whose processes need so much each.  A fault,
 * as that its units cannot be told, ends it at the next running_step_advance().
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int running_step_begin(struct scheduler *s, int index,
                                const struct process_need *need,
                                struct err *err);

/* Do what the time and the messages since the last call ask for. */
void running_step_advance(struct running_step *r);

/* Has it ended, and have its processes left? */
bool running_step_has_left(const struct running_step *r);

/*
 * A process of it has ended, and what it sent was read; 'status' as wait() has
 * it.  That costs nothing if the output is there; a try of its unit, if the
 * step may do without that; else a restart of the step.
 */
void running_step_take_exit(struct running_step *r, const struct child *ended,
                            int status);

/* Does it take as many workers as there are cores, and give cores back? */
bool running_step_is_elastic(const struct running_step *r);

/* Has it, if it is elastic, units for one more worker? */
bool running_step_wants_worker(const struct running_step *r);

/* One more worker of an elastic step, if it has units and there is a place.
 * Returns whether one was started. */
bool running_step_grow(struct running_step *r);

/* Cores that its processes have. */
int running_step_cores(const struct running_step *r);

/* May the step do without a unit that was set aside? */
bool running_step_spares(const struct running_step *r,
                         const struct lease_queue_unit *u);

/* Its fraction that is done, 0 to 1, and what its process says of it. */
double running_step_done(const struct running_step *r, const char **note);

/* Take into its progress what its processes have said of it. */
void running_step_watch(struct running_step *r);

void running_step_free(struct running_step *r);

#endif
