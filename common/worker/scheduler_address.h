/*
 * scheduler_address.h - where the scheduler of a run listens
 *
 * RUN/control.json (mode 0600) holds the endpoint of the running scheduler; a
 * scheduler that starts writes it anew, one that ends removes it.  Workers
 * that were started with --join read it again when they lose the scheduler.
 */
#ifndef WORKER_SCHEDULER_ADDRESS_H
#define WORKER_SCHEDULER_ADDRESS_H

#include "base/err.h"
#include "base/process.h"

#include <stdbool.h>

struct scheduler_address {
    char endpoint[256]; /* "ipc:///tmp/papline-abc/control" or "tcp://..." */
    bool curve;         /* it wants a key: RUN/keys/worker.key */
    struct process scheduler; /* for people */
};

/* Errors: ERR_SYSTEM. */
MUST_USE int scheduler_address_write(const char *run_dir,
                                     const struct scheduler_address *a,
                                     struct err *err);

/* Errors: ERR_AGAIN no scheduler runs there; ERR_INPUT the file is damaged. */
MUST_USE int scheduler_address_read(struct scheduler_address *a,
                                    const char *run_dir, struct err *err);

void scheduler_address_remove(const char *run_dir);

#endif
