/*
 * outlet.h - a worker's rows on their way to the sink of its unit
 *
 * The data plane of PROTOCOL.md as a worker sees it: a message of samples, then
 * the sink's confirm, one after the other.
 */
#ifndef RUN_OUTLET_H
#define RUN_OUTLET_H

#include "proto/unit.h"
#include "run/link.h"
#include "run/stage.h"

struct outlet {
    struct link *link;                /* borrowed */
    void *data;                       /* owned: a socket */
    char sink[WIRE_MAX_ENDPOINT + 1]; /* that 'data' is connected to */
    struct buf out;                   /* owned */
};

/*
 * Send rows to the sink of 'unit' and wait until it has stored them.  What is
 * not the confirm of this unit is passed over.
 * Errors: ERR_AGAIN the sink cannot be reached or is silent; what it answers;
 * ERR_INPUT rows that make no message; ERR_SYSTEM.
 */
MUST_USE int outlet_put(struct outlet *o, const struct msg_unit *unit,
                        const struct sample_rows *r, struct err *err);

/* Comes before link_close(). */
void outlet_close(struct outlet *o);

#endif
