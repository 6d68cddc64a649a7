/*
 * clean.h - papline clean: free the disk of what a run needs no more
 */
#ifndef ORCHESTRATION_CLEAN_H
#define ORCHESTRATION_CLEAN_H

#include "base/err.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Print and remove what no step of the run's present plan needs (leftovers.h);
 * with 'dry' only print.
 * Errors: ERR_USAGE no such run; ERR_AGAIN something works on it, nothing is
 * removed; ERR_SYSTEM.
 */
MUST_USE int clean_run(FILE *out, const char *run_dir, bool dry,
                       struct err *err);

#endif
