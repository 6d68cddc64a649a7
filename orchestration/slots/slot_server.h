/*
 * slot_server.h - rank 0: what starts programs on the other ranks
 *
 * It runs one program of its own, the scheduler, which finds a socket in
 * PAPLINE_SLOTS; `papline-slot start` asks there for a program on a slot.
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_SERVER_H
#define ORCHESTRATION_SLOTS_SLOT_SERVER_H

#include "ranks/rank_mail.h"

/*
 * Run a program with its arguments (NULL-ended) and serve it.  SIGTERM, SIGINT
 * and SIGUSR1 are passed on to it.  All slots have been told to leave when this
 * returns 0 with its exit status, 75 if a signal ended it.
 * Errors: ERR_AGAIN a slot has not been heard of for long; ERR_SYSTEM.
 */
MUST_USE int slot_server_run(const struct rank_mail *mail,
                             const char *const *arg, int *status,
                             struct err *err);

#endif
