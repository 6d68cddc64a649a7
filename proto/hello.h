/*
 * hello.h - worker to scheduler: who I am and what I can do
 *
 * The first message on a connection, and again whenever the scheduler may have
 * been restarted.
 */
#ifndef PROTO_HELLO_H
#define PROTO_HELLO_H

#include "proto/wire.h"

struct msg_hello {
    char stage[WIRE_MAX_STAGE + 1];     /* name: "augment" */
    char worker[WIRE_MAX_WORKER + 1];   /* name: "host:pid" */
    char release[WIRE_MAX_RELEASE + 1]; /* name: PAPLINE_VERSION */
    uint64_t token; /* random, of this process: tells a restart from a
                       reconnection */
    char endpoint[WIRE_MAX_ENDPOINT + 1]; /* path: where a sink listens for
                                             samples; "" of a worker */
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(hello);

#endif
