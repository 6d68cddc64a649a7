/*
 * cancel_command.h - papline cancel: no job of a run is to go on
 */
#ifndef ORCHESTRATION_SUBMIT_CANCEL_COMMAND_H
#define ORCHESTRATION_SUBMIT_CANCEL_COMMAND_H

#include "base/err.h"

#include <stdio.h>

/*
 * Take the jobs of 'run_dir' that wait out of the queue, tell those that run to
 * save and end, and cancel what has not ended after 'seconds'; print what
 * became of each.
 * Errors: ERR_USAGE it was never submitted; ERR_AGAIN the batch system does not
 * answer; ERR_SYSTEM.
 */
MUST_USE int cancel_command_run(FILE *out, const char *run_dir, int seconds,
                                struct err *err);

#endif
