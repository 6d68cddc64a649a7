/* sealed.h - sink to scheduler: the step is sealed, or why not */
#ifndef PROTO_SEALED_H
#define PROTO_SEALED_H

#include "proto/wire.h"

struct msg_sealed {
    enum err_code code;           /* ERR_NONE: sealed */
    char text[WIRE_MAX_TEXT + 1]; /* text */
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(sealed);

#endif
