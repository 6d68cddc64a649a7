/*
 * run_command.h - the verbs of papline that work on a run
 */
#ifndef ORCHESTRATION_RUN_COMMAND_H
#define ORCHESTRATION_RUN_COMMAND_H

#include "base/err.h"
#include "run/plan.h"

enum { RUN_LIST_MAX = 64 };

/* What was given by an option that may be given again, in order. */
struct run_list {
    struct config_set item[RUN_LIST_MAX];
    size_t n;
};

struct run_command_args {
    const char *config;    /* YAML file, or a run directory */
    struct run_list set;   /* --set */
    const char *dir;       /* --run DIR, or NULL: 'config' if it is a run
                          directory, else run.dir */
    struct run_list force; /* --force: steps to run again */
    struct run_list only;  /* --only: no others */
    struct run_list why;   /* --why, of plan: tell all about these */
    const char *until;     /* --until STAGE: no later ones; NULL: all */
    bool schedule;         /* --schedule: print where and when, too */
    bool verify; /* --verify: read all files, not only those that may have
                    changed */
    const char *scratch; /* where a run.dir lies that is relative; NULL: in the
                            working directory */
};

/*
 * Print every step with "run" or "reuse" and why; with a->why instead all
 * differences of these steps.  Changes nothing.
 * Errors: as config_read(), plan_init() and choose_steps().
 */
MUST_USE int run_command_plan(const struct run_command_args *a,
                              struct err *err);

/*
 * Do what the plan says must be done, then print where the report is and the
 * accuracies.  Only one scheduler works on a run at a time.
 * Errors: ERR_USAGE configuration; ERR_AGAIN stopped, or another scheduler is
 * at it; ERR_SYSTEM; ERR_INPUT some step failed.
 */
MUST_USE int run_command_start(const struct run_command_args *a,
                               struct err *err);

/* What is planned, and where it lives. */
struct run_planned {
    const struct config *config;
    const struct plan *plan;
    const char *dir; /* absolute */
};
typedef int (*run_planned_f)(void *self, const struct run_planned *r,
                             struct err *err);

/*
 * Plan a run that others are to start, write its run.yaml ('write'; else
 * nothing is changed) and call 'then'.
 * Errors: as run_command_start() before it does anything; of 'then'.
 */
MUST_USE int run_command_prepare(const struct run_command_args *a, bool write,
                                 run_planned_f then, void *self,
                                 struct err *err);

#endif
