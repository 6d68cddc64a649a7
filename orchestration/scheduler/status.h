/*
 * status.h - how far a run is, for whoever asks (status_print.h)
 *
 * RUN/status.json is rewritten twice a second while a scheduler runs.  Members:
 * state, updated, seconds, left (until the end, about; left_guessed: by a guess
 * of some step's time), cores, cores_free, hosts, set_aside and ignored
 * (counts), nodes (the steps), workers; host, pid and start of the scheduler.
 * A step that runs has cores, places (cores by host), units, fraction (done, 0
 * to 1), rate (a second, as its workers count), left (seconds), note.
 */
#ifndef ORCHESTRATION_SCHEDULER_STATUS_H
#define ORCHESTRATION_SCHEDULER_STATUS_H

#include "base/err.h"

struct scheduler;

/* Write status.json.  'state' is "running", "ended" or "stopped". */
MUST_USE int status_write(const struct scheduler *s, const char *state,
                          struct err *err);

#endif
