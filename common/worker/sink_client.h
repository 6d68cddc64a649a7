/*
 * sink_client.h - a worker's rows on their way to the sink of its unit
 *
 * The data plane of PROTOCOL.md as a worker sees it: messages of samples, and
 * the sink's confirms, which come in the same order, up to SINK_CLIENT_AHEAD
 * behind.
 */
#ifndef WORKER_SINK_CLIENT_H
#define WORKER_SINK_CLIENT_H

#include "worker/scheduler_link.h"
#include "worker/stage.h"

struct sink_client {
    struct scheduler_link *link;      /* borrowed */
    void *data;                       /* owned: a socket */
    char sink[WIRE_MAX_ENDPOINT + 1]; /* that 'data' is connected to */
    struct buf out;                   /* owned */
    int ahead;                        /* messages that are not confirmed */
};

enum { SINK_CLIENT_AHEAD = 4 };

/*
 * Send rows to the sink of 'unit'; wait only while so many messages are not
 * confirmed.  What is not the confirm of this unit is passed over.
 * Errors: ERR_AGAIN the sink cannot be reached, is silent, or fails; what it
 * answered, to these rows or to earlier ones of the unit; ERR_INPUT rows that
 * make no message; ERR_SYSTEM.  Then nothing of the unit is awaited any more.
 */
MUST_USE int sink_client_put(struct sink_client *c, const struct msg_unit *unit,
                             const struct sample_rows *r, struct err *err);

/* Wait until all that was put of 'unit' is stored.  Errors: likewise. */
MUST_USE int sink_client_flush(struct sink_client *c, uint64_t unit,
                               struct err *err);

/* Give the unit up: what it still has coming is not listened to. */
void sink_client_drop(struct sink_client *c);

/* Comes before scheduler_link_close(). */
void sink_client_close(struct sink_client *c);

#endif
