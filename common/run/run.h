/*
 * run.h - what a process knows of its run: configuration, plan, locks
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "run/plan.h"

struct run_state {
    char dir[FILE_PATH_MAX]; /* "" while empty */
    struct config config;
    struct config own;     /* of the step that is worked on; run_config() */
    struct plan plan;      /* owned */
    char digest[HASH_HEX]; /* of run.yaml when it was read */
    int lock;              /* owned: file descriptor, 0 if none */
};

/*
 * Read RUN/run.yaml and plan; nothing is done if it is loaded already and the
 * file is as it was (a scheduler that starts anew writes it anew).
 * Errors: ERR_USAGE no such run; else as config_read(), plan_join().
 */
MUST_USE int run_load(struct run_state *r, const char *run_dir,
                      struct err *err);

/* The configuration that 'step' works by; borrowed, until the next call. */
const struct config *run_config(struct run_state *r,
                                const struct plan_step *step);

/*
 * Be the only process that makes 'step'; the lock ends with the process or
 * with run_unlock().  Waits a while for one that is just ending.
 * Errors: ERR_AGAIN another process is at it; ERR_SYSTEM, also where the file
 * system gives no locks.
 */
MUST_USE int run_lock(struct run_state *r, const struct plan_step *step,
                      struct err *err);

/*
 * Share the making of 'step' with others: begin its output if nobody did, and
 * keep run_lock() of others away until run_unlock().
 * Errors: ERR_AGAIN a process that wants it for itself is at it; ERR_SYSTEM; as
 * output_begin().
 */
MUST_USE int run_share(struct run_state *r, const struct plan_step *step,
                       struct err *err);

/*
 * Be the run's only scheduler; *lock is a file descriptor, which the caller
 * closes.  ERR_AGAIN there is one; ERR_SYSTEM.
 */
MUST_USE int run_lock_scheduler(const char *run_dir, int *lock,
                                struct err *err);

/*
 * Be the only process that works on the run, until run_unlock().
 * Errors: ERR_AGAIN a scheduler or a stage by hand is at it; ERR_SYSTEM.
 */
MUST_USE int run_lock_all(struct run_state *r, struct err *err);

void run_unlock(struct run_state *r);

void run_release(struct run_state *r);

#endif
