/* stored.h - sink to scheduler: a unit's bytes are safe on disk */
#ifndef PROTO_STORED_H
#define PROTO_STORED_H

#include "proto/wire.h"

struct msg_stored {
    uint64_t unit;
    uint64_t bytes;
};

/* See wire.h for what encoders and decoders promise. */
MUST_USE int stored_encode(const struct msg_stored *m, struct buf *out,
                           struct err *err);
MUST_USE int stored_decode(struct msg_stored *m, const void *msg, size_t size,
                           struct err *err);

#endif
