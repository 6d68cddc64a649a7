/*
 * doctor.h - will Papline run well here?
 *
 * One line a check: "ok", "warn" (it will run, but slower or with less room;
 * the line says what to do) or "fail" (it will not run).
 */
#ifndef ORCHESTRATION_TOOLS_DOCTOR_H
#define ORCHESTRATION_TOOLS_DOCTOR_H

#include "base/err.h"

#include <stdio.h>

enum {
    DOCTOR_MPIRUN_SECONDS = 30,       /* for mpirun to start two processes */
    DOCTOR_LEAST_MEMORY = 2000,       /* MB */
    DOCTOR_LEAST_DISK = 2000,         /* MB */
    DOCTOR_LEAST_FILES = 1024,        /* open at once */
    DOCTOR_LEAST_SHARED_MEMORY = 128, /* MB in /dev/shm */
};

/*
 * Check MPI, processors, memory, limits, libraries, and the disk of 'run_dir',
 * which need not exist (NULL: of this directory); print to 'out'.
 * Leaves nothing behind.
 * Errors: ERR_SYSTEM some check failed.
 */
MUST_USE int doctor_run(FILE *out, const char *run_dir, struct err *err);

#endif
