/*
 * expected_schedule.h - what a plan would run, where and when
 */
#ifndef ORCHESTRATION_SCHEDULER_EXPECTED_SCHEDULE_H
#define ORCHESTRATION_SCHEDULER_EXPECTED_SCHEDULE_H

#include "run/plan.h"

#include <stdio.h>

/*
 * Print a row for each step that would run, with its host, cores, seconds from
 * the run's beginning, and a bar; then the seconds of the whole.  It is what
 * the scheduler would do (ready_steps.h) if each step took as long as in
 * earlier runs of this run directory, else as long as others of its stage and
 * network there, else a guess.
 * Errors: ERR_USAGE no hosts; ERR_SYSTEM.
 */
MUST_USE int expected_schedule_print(FILE *out, const struct config *c,
                                     const struct plan *plan,
                                     const char *run_dir, struct err *err);

#endif
