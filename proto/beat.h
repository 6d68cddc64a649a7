/* beat.h - worker to scheduler: I am alive, this far; renews the lease */
#ifndef PROTO_BEAT_H
#define PROTO_BEAT_H

#include "proto/wire.h"

struct msg_beat {
    uint64_t unit;                /* in hand; 0 = idle */
    double done, total;           /* in whatever the stage counts; 0 or more */
    double rate;                  /* of 'done' per second */
    char note[WIRE_MAX_NOTE + 1]; /* text */
};

/* See wire.h for what encoders and decoders promise. */
WIRE_DECLARE(beat);

#endif
