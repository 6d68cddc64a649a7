/* credit.h - worker to scheduler: I can take more units */
#ifndef PROTO_CREDIT_H
#define PROTO_CREDIT_H

#include "proto/wire.h"

struct msg_credit {
    uint32_t n; /* 1 .. WIRE_MAX_CREDIT; added to what was given before */
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(credit);

#endif
