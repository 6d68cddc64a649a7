/* confirm.h - sink to worker: the rows of one samples are safe, or refused */
#ifndef PROTO_CONFIRM_H
#define PROTO_CONFIRM_H

#include "proto/wire.h"

struct msg_confirm {
    uint64_t unit;
    enum err_code code;           /* ERR_NONE: its rows are on disk */
    char text[WIRE_MAX_TEXT + 1]; /* text */
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(confirm);

#endif
