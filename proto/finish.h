/* finish.h - scheduler to sink: all units are stored or set aside, seal it */
#ifndef PROTO_FINISH_H
#define PROTO_FINISH_H

#include "proto/wire.h"

/* It has no fields.  See wire.h for what encoders and decoders promise. */
MUST_USE int finish_encode(struct buf *out, struct err *err);
MUST_USE int finish_decode(const void *msg, size_t size, struct err *err);

#endif
