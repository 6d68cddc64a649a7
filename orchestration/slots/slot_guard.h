/*
 * slot_guard.h - a rank's parent, which turns its death into status 75
 *
 * mpirun ends a job as soon as a process of it dies, with that one's status: of
 * a rank that was killed, 137, which nobody would start again.  So mpirun's
 * process only waits for the rank.
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_GUARD_H
#define ORCHESTRATION_SLOTS_SLOT_GUARD_H

#include "base/err.h"

/* Returns 1 in the rank, which is to go on; in the guard 0 with the rank's exit
 * status, once that has ended.  Errors: ERR_SYSTEM no process. */
MUST_USE int slot_guard_split(int *status, struct err *err);

#endif
