/*
 * scheduler_link.h - a worker's line to the scheduler
 *
 * A thread of its own keeps it alive (hello, heartbeats, reconnection) while
 * the stage computes; the stage's thread asks for units and hands in results.
 * PROTOCOL.md, control plane.  Used by stage.c and sink.c only.
 */
#ifndef WORKER_SCHEDULER_LINK_H
#define WORKER_SCHEDULER_LINK_H

#include "base/err.h"
#include "proto/unit.h"
#include "worker/curve_keys.h"

#include <stdbool.h>

struct link;

/*
 * Whoever starts a process may choose its token (hello), as 16 hexadecimal
 * digits in this variable, and so tell it from others, also behind mpirun.
 */
#define LINK_TOKEN "PAPLINE_TOKEN"

struct link_args {
    const char *stage;    /* what this worker can do; borrowed */
    const char *join;     /* run directory, or NULL */
    const char *endpoint; /* of the scheduler, if join is NULL */
    const char *key_file; /* for 'endpoint'; NULL: no encryption */
    const char *listen;   /* hello's endpoint: where a sink listens, or "" */
};

/* What came from the scheduler. */
enum link_event {
    LINK_UNIT,      /* *unit is filled */
    LINK_FINISH,    /* for a sink: seal the node */
    LINK_CONNECTED, /* (again) with a scheduler that knows of no credit */
    LINK_STOP,      /* drained, or a signal: leave */
};

/*
 * Take SIGTERM, SIGINT and SIGUSR1 as requests to stop; call it first.
 */
void link_signals(void);

/*
 * Connect and start the thread; the scheduler need not be there yet.
 * Errors: ERR_USAGE bad endpoint or key; ERR_AGAIN 'join' has no scheduler;
 * ERR_SYSTEM.
 */
MUST_USE int link_open(struct link **l, const struct link_args *a,
                       struct err *err);

/* Say goodbye and end the thread.  NULL is allowed. */
void link_close(struct link *l);

/* Offer to take one more unit. */
MUST_USE int link_credit(struct link *l, struct err *err);

/*
 * Wait for an event, at most 'ms' (-1: for ever).  Returns 1 with *event, 0 if
 * the time passed.
 * Errors: ERR_USAGE refused (wrong version or key, with the reason);
 * ERR_AGAIN the scheduler has been away for a minute; ERR_SYSTEM.
 */
MUST_USE int link_wait(struct link *l, int ms, enum link_event *event,
                       struct msg_unit *unit, struct err *err);

/* The ZeroMQ socket to poll for reading together with others: when it is
 * readable, link_wait() returns at once. */
void *link_socket(struct link *l);

/* Hand in what became of a unit. */
MUST_USE int link_result(struct link *l, uint64_t unit, const struct err *what,
                         double seconds, struct err *err);

/* Send an encoded message as it is (a sink's stored and sealed). */
MUST_USE int link_send(struct link *l, const void *msg, size_t size,
                       struct err *err);

/* What the heartbeats say from now on; unit 0 is idle. */
void link_progress(struct link *l, uint64_t unit, double done, double total,
                   const char *note);

/* Has a signal or a drain message asked to stop? */
bool link_stopping(const struct link *l);

/* Did a signal arrive? (for stages that run alone, without a link) */
bool link_signalled(void);

/* "host:pid" of this process. */
void link_worker_name(char *name, size_t size);

/* The ZeroMQ context, for data sockets of the same process. */
void *link_context(struct link *l);

/* The key pair in use; NULL without encryption. */
const struct keypair *link_keys(const struct link *l);

#endif
