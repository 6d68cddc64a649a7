/*
 * refuse.h - scheduler to worker: you are not wanted, and why
 *
 * Its layout is the same in every version of the protocol; the decoder takes
 * any version, so that a worker of another version learns why it was refused.
 */
#ifndef PROTO_REFUSE_H
#define PROTO_REFUSE_H

#include "proto/wire.h"

struct msg_refuse {
    char text[WIRE_MAX_TEXT + 1]; /* text; the worker prints it, exits with 2 */
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(refuse);

#endif
