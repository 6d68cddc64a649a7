/*
 * ready_steps.h - which step starts next, and with how many threads
 *
 * A step is ready when all its inputs have been made (with any_inputs: have
 * ended, whatever became of them).  Among those that are ready the one goes
 * first from which the way to the end of the run is longest, by the seconds
 * that steps took in earlier runs, else by a guess for their stage.  A step
 * whose threads are counted by the configuration waits until so many cores are
 * free; one that takes what there is shares the free cores with the others of
 * its kind that are ready.  While the first one waits, another may start that
 * will have ended before the first could start.
 */
#ifndef ORCHESTRATION_SCHEDULER_READY_STEPS_H
#define ORCHESTRATION_SCHEDULER_READY_STEPS_H

#include "orchestration/scheduler/scheduler.h"

/*
 * Seconds that each step takes, and from its beginning to the end of the run
 * at least.
 *   seconds [in]  (plan->n_step) of earlier runs; 0: not known
 *   expected, path [out] (plan->n_step)
 */
void ready_steps_paths(const struct plan *plan, const double *seconds,
                       double *expected, double *path);

/* Mark the steps that will never be ready, as an input of theirs failed. */
void ready_steps_skip(struct scheduler *s);

/* Bytes that each rank of step i would take, with so many threads.  Its inputs
 * are there, so that planning once is enough. */
double ready_steps_memory(const struct scheduler *s, int i, int threads);

struct ready_choice {
    int step;                 /* that is to start now, -1 if none may */
    struct process_need need; /* of each of its processes */
    int waits;                /* the first that finds no place, -1 if none */
    struct process_need waits_need;
};

/* 'now': clock_now(). */
void ready_steps_choose(const struct scheduler *s, double now,
                        struct ready_choice *choice);

#endif
