/*
 * status.h - how far a run is, from files alone
 *
 * RUN/status.json is rewritten twice a second while a scheduler runs.  If its
 * process is gone, the run is said to be stopped; on another host than the
 * scheduler's, where that cannot be seen, the file's age decides.
 */
#ifndef ORCHESTRATION_SCHEDULER_STATUS_H
#define ORCHESTRATION_SCHEDULER_STATUS_H

#include "base/err.h"

#include <stdio.h>

struct scheduler;

/* Write status.json.  'state' is "running", "ended" or "stopped". */
MUST_USE int status_write(const struct scheduler *s, const char *state,
                          struct err *err);

/*
 * Print a table of steps and workers, once or, with 'watch', every second until
 * the run ends or a signal comes.
 * Errors: ERR_USAGE no such run; ERR_INPUT damaged file.
 */
MUST_USE int status_print(FILE *out, const char *run_dir, int watch,
                          struct err *err);

#endif
