/* sealed.h - sink to scheduler: the step is sealed, or why not */
#ifndef PROTO_SEALED_H
#define PROTO_SEALED_H

#include "proto/wire.h"

struct msg_sealed {
    enum err_code code;           /* ERR_NONE: sealed */
    char text[WIRE_MAX_TEXT + 1]; /* text */
};

/* See wire.h for what encoders and decoders promise. */
MUST_USE int sealed_encode(const struct msg_sealed *m, struct buf *out,
                           struct err *err);
MUST_USE int sealed_decode(struct msg_sealed *m, const void *msg, size_t size,
                           struct err *err);

#endif
