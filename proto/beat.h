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
MUST_USE int beat_encode(const struct msg_beat *m, struct buf *out,
                         struct err *err);
MUST_USE int beat_decode(struct msg_beat *m, const void *msg, size_t size,
                         struct err *err);

#endif
