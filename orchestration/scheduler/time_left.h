/*
 * time_left.h - seconds until a step, or the run, has ended, about
 *
 * Of a running step by how fast it goes on, since it was first heard of what it
 * has done: what a stopped process had done took no time of this one.  Of one
 * that waits, by what it took in an earlier run, else what others of its stage
 * and network take in this one, else a guess.  The run takes at least as long
 * as its longest way through steps that wait for each other, and as all its
 * steps on the cores that there are.
 */
#ifndef ORCHESTRATION_SCHEDULER_TIME_LEFT_H
#define ORCHESTRATION_SCHEDULER_TIME_LEFT_H

#include "orchestration/scheduler/scheduler.h"

/* Take note of what a running step has done by 'now', of clock_now(). */
void time_left_watch(struct running_step *r, double now);

double time_left_step(const struct scheduler *s, const struct running_step *r,
                      double now);

/* *guessed [out] some step's time is a guess for its stage.  Negative: no
 * memory. */
double time_left_run(const struct scheduler *s, double now, bool *guessed);

#endif
