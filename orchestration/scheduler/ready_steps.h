/*
 * ready_steps.h - which step starts next, and on how many cores
 *
 * A step is ready when all its inputs have been made (with any_inputs: have
 * ended, whatever became of them).  Among those that are ready the one goes
 * first from which the way to the end of the run is longest, by the seconds
 * that steps took in earlier runs, else by a guess for their stage.  A step
 * whose threads are counted by the configuration waits until so many cores are
 * free; one that takes what there is shares the free cores with the others of
 * its kind that are ready.
 */
#ifndef ORCHESTRATION_SCHEDULER_READY_STEPS_H
#define ORCHESTRATION_SCHEDULER_READY_STEPS_H

#include "orchestration/scheduler/scheduler.h"

/*
 * Seconds from the beginning of each step to the end of the run, at least.
 *   seconds [in]  (plan->n_step) of each step; 0: not known
 *   path    [out] (plan->n_step)
 */
void ready_steps_paths(const struct plan *plan, const double *seconds,
                       double *path);

/* Mark the steps that will never be ready, as an input of theirs failed. */
void ready_steps_skip(struct scheduler *s);

/* The step that is to start now, -1 if none may.  share [out] what it gets. */
int ready_steps_next(const struct scheduler *s, struct step_share *share);

#endif
