/* credit.h - worker to scheduler: I can take more units */
#ifndef PROTO_CREDIT_H
#define PROTO_CREDIT_H

#include "proto/wire.h"

struct msg_credit {
    uint32_t n; /* 1 .. WIRE_MAX_CREDIT; added to what was given before */
};

/* See wire.h for what encoders and decoders promise. */
MUST_USE int credit_encode(const struct msg_credit *m, struct buf *out,
                           struct err *err);
MUST_USE int credit_decode(struct msg_credit *m, const void *msg, size_t size,
                           struct err *err);

#endif
