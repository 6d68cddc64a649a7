/*
 * doctor_ranks.h - where ranks would compute, asked of them
 */
#ifndef ORCHESTRATION_TOOLS_DOCTOR_RANKS_H
#define ORCHESTRATION_TOOLS_DOCTOR_RANKS_H

#include "base/err.h"

#include <stdio.h>

enum { DOCTOR_RANKS_SECONDS = 60 }; /* for all of them to answer */

/*
 * Start 'ranks' processes as training does and print a line of each: its host,
 * threads and cores; "warn" where there are more threads than cores.
 *   threads [in] of each; 0: the host's cores / ranks
 * Errors: ERR_SYSTEM they do not start or answer.
 */
MUST_USE int doctor_ranks(FILE *out, int ranks, int threads, struct err *err);

/* What each of them does; rank 0 prints for all.  Under mpirun or srun it can
 * be started by hand.  Errors: those of dist.h. */
MUST_USE int doctor_rank(FILE *out, int threads, struct err *err);

#endif
