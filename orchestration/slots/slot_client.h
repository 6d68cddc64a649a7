/*
 * slot_client.h - `papline-slot start` and `list`, beside the scheduler
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_CLIENT_H
#define ORCHESTRATION_SLOTS_SLOT_CLIENT_H

#include "base/err.h"

/*
 * Have a program run on slots, as slot_order_parse() has it of 'args', until it
 * ends.  SIGTERM, SIGINT and SIGUSR1 are passed on to it.  Returns 0 with its
 * exit status, of a signal 128 and more.
 * Errors: ERR_USAGE; ERR_AGAIN the slots have gone, or one that is to train with
 * others does so already; ERR_SYSTEM.
 */
MUST_USE int slot_client_start(int n, char **args, int *status,
                               struct err *err);

/* Print a line a slot: rank, host, cores, free bytes of memory of the host,
 * process.  Errors: as slot_client_start(). */
MUST_USE int slot_client_list(struct err *err);

#endif
