/*
 * scheduler_link.h - a worker's connection to the scheduler
 *
 * A thread of its own keeps it alive (hello, heartbeats, reconnection) while
 * the stage computes; the stage's thread asks for units and hands in results.
 * PROTOCOL.md, control plane.  Used by stage.c, sink.c and sink_client.c, and
 * by the scheduler for signals and names.
 */
#ifndef WORKER_SCHEDULER_LINK_H
#define WORKER_SCHEDULER_LINK_H

#include "proto/unit.h"
#include "worker/curve_keys.h"

struct scheduler_link;

/*
 * Whoever starts a process may choose its token (hello), as 16 hexadecimal
 * digits in this variable, and so tell it from others, also behind mpirun.
 */
#define SCHEDULER_LINK_TOKEN "PAPLINE_TOKEN"

struct scheduler_link_args {
    const char *stage;    /* what this worker can do; borrowed */
    const char *join;     /* run directory, or NULL */
    const char *endpoint; /* of the scheduler, if join is NULL */
    const char *key_file; /* for 'endpoint'; NULL: no encryption */
    const char *listen;   /* hello's endpoint: where a sink listens, or "" */
};

/* What came from the scheduler. */
enum scheduler_link_event {
    SCHEDULER_LINK_UNIT,      /* *unit is filled */
    SCHEDULER_LINK_FINISH,    /* for a sink: seal the step */
    SCHEDULER_LINK_CONNECTED, /* (again), to a scheduler without credits */
    SCHEDULER_LINK_STOP,      /* drained, or a signal: leave */
    SCHEDULER_LINK_FAULT,     /* returned as an error, never as an event */
};

/*
 * Take SIGTERM, SIGINT and SIGUSR1 as requests to stop, of which there is none
 * yet; call it first.
 */
void scheduler_link_signals(void);

/*
 * Connect and start the thread; the scheduler need not be there yet.
 * Errors: ERR_USAGE bad endpoint or key; ERR_AGAIN 'join' has no scheduler;
 * ERR_SYSTEM.
 */
MUST_USE int scheduler_link_open(struct scheduler_link **l,
                                 const struct scheduler_link_args *a,
                                 struct err *err);

/* Say goodbye and end the thread.  NULL is allowed. */
void scheduler_link_close(struct scheduler_link *l);

/*
 * Offer to take one more unit.  It holds for the connection of which
 * scheduler_link_wait() told last; for the next one it is to be offered anew.
 */
MUST_USE int scheduler_link_credit(struct scheduler_link *l, struct err *err);

/*
 * Wait for an event, at most 'ms' (-1: for ever).  Returns 1 with *event, 0 if
 * the time passed.
 * Errors: ERR_USAGE refused (wrong version or key, with the reason);
 * ERR_AGAIN the scheduler has been away for a minute; ERR_SYSTEM.
 */
MUST_USE int scheduler_link_wait(struct scheduler_link *l, int ms,
                                 enum scheduler_link_event *event,
                                 struct msg_unit *unit, struct err *err);

/* The ZeroMQ socket to poll for reading together with others: when it is
 * readable, scheduler_link_wait() returns at once. */
void *scheduler_link_socket(struct scheduler_link *l);

/* Hand in what became of a unit. */
MUST_USE int scheduler_link_result(struct scheduler_link *l, uint64_t unit,
                                   const struct err *what, double seconds,
                                   struct err *err);

/* Send an encoded message as it is (a sink's stored and sealed). */
MUST_USE int scheduler_link_send(struct scheduler_link *l, const void *msg,
                                 size_t size, struct err *err);

/* What the heartbeats say from now on; unit 0 is idle. */
void scheduler_link_progress(struct scheduler_link *l, uint64_t unit,
                             double done, double total, const char *note);

/* Has a signal or a drain message asked to stop? */
bool scheduler_link_stopping(const struct scheduler_link *l);

/* Did a signal arrive? (for stages that run alone, without a link) */
bool scheduler_link_signalled(void);

/* "host:pid" of this process. */
void scheduler_link_worker_name(char *name, size_t size);

/* The ZeroMQ context, for data sockets of the same process. */
void *scheduler_link_context(struct scheduler_link *l);

/* The key pair in use; NULL without encryption. */
const struct curve_keypair *scheduler_link_keys(const struct scheduler_link *l);

#endif
