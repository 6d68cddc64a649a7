/*
 * result.h - worker to scheduler: a unit ended, well or not
 *
 * Its worker is free of the unit; where there is a sink the lease runs once
 * more, until `stored`.
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
WIRE_DECLARE(result);

#endif
