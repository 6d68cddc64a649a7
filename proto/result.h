/*
 * result.h - worker to scheduler: a unit ended, well or not
 *
 * It ends the lease and uses up one credit.
 */
#ifndef PROTO_RESULT_H
#define PROTO_RESULT_H

#include "proto/wire.h"

struct msg_result {
    uint64_t unit;
    enum err_code code;           /* ERR_NONE: done */
    char text[WIRE_MAX_TEXT + 1]; /* text: why not */
    double seconds;               /* that it took */
};

/* See wire.h for what encoders and decoders promise. */
MUST_USE int result_encode(const struct msg_result *m, struct buf *out,
                           struct err *err);
MUST_USE int result_decode(struct msg_result *m, const void *msg, size_t size,
                           struct err *err);

#endif
