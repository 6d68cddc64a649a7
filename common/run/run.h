/*
 * run.h - what a process knows of its run: configuration, plan, locks
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "run/plan.h"

struct run_env {
    char dir[FILE_PATH_MAX]; /* "" while empty */
    struct config config;
    struct plan plan;      /* owned */
    char digest[HASH_HEX]; /* of run.yaml when it was read */
    int lock;              /* owned: file descriptor, 0 if none */
};

/*
 * Read RUN/run.yaml and plan; nothing is done if it is loaded already and the
 * file is as it was (a scheduler that starts anew writes it anew).
 * Errors: ERR_USAGE no such run; else as config_read(), plan_init().
 */
MUST_USE int env_load(struct run_env *e, const char *run_dir, struct err *err);

/*
 * Be the only process that makes 'node'; the lock ends with the process or
 * with env_unlock().  Waits a while for one that is just ending.
 * Errors: ERR_AGAIN another process is at it; ERR_SYSTEM, also where the file
 * system gives no locks.
 */
MUST_USE int env_lock(struct run_env *e, const struct plan_node *node,
                      struct err *err);

/*
 * Share the making of 'node' with others: begin its output if nobody did, and
 * keep env_lock() of others away until env_unlock().
 * Errors: ERR_AGAIN a process that wants it for itself is at it; ERR_SYSTEM; as
 * node_begin().
 */
MUST_USE int env_share(struct run_env *e, const struct plan_node *node,
                       struct err *err);
void env_unlock(struct run_env *e);

void env_release(struct run_env *e);

#endif
