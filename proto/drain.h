/* drain.h - scheduler to worker: stop after the unit in hand and exit */
#ifndef PROTO_DRAIN_H
#define PROTO_DRAIN_H

#include "proto/wire.h"

/* It has no fields.  See wire.h for what encoders and decoders promise. */
MUST_USE int drain_encode(struct buf *out, struct err *err);
MUST_USE int drain_decode(const void *msg, size_t size, struct err *err);

#endif
