/* stored.h - sink to scheduler: a unit's bytes are safe on disk */
#ifndef PROTO_STORED_H
#define PROTO_STORED_H

#include "proto/wire.h"

struct msg_stored {
    uint64_t unit;
    uint64_t bytes;
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(stored);

#endif
