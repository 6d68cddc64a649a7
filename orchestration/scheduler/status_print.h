/*
 * status_print.h - how far a run is, from files alone
 *
 * If the scheduler's process is gone, the run is said to be stopped; on another
 * host than the scheduler's, where that cannot be seen, the age of status.json
 * decides.
 */
#ifndef ORCHESTRATION_SCHEDULER_STATUS_PRINT_H
#define ORCHESTRATION_SCHEDULER_STATUS_PRINT_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

struct status_print_args {
    const char *run_dir;
    bool json;  /* status.json, with members more: alive, now (in words) and age
                   (seconds since it was written) */
    bool watch; /* again every second, until the run ends or a signal comes: on
                   a terminal in place, cut to it; of JSON a line each time */
};

/* Errors: ERR_USAGE no such run; ERR_INPUT damaged file; ERR_SYSTEM. */
MUST_USE int status_print(FILE *out, const struct status_print_args *a,
                          struct err *err);

#endif
