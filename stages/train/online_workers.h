/*
 * online_workers.h - augment workers that bring a rank its fresh variants
 *
 * PROTOCOL.md, data plane, "a rank as sink": the rank listens at an ipc socket
 * in a directory of mode 0700, puts the recipe's text beside it, and starts
 * workers (papline-augment --stream), which read that; each says how many
 * orders it can hold, gets as many, and answers them with samples.  An order
 * that stays unanswered for STREAM_LEASE seconds, or whose worker died, goes
 * back to the board.
 */
#ifndef TRAIN_ONLINE_WORKERS_H
#define TRAIN_ONLINE_WORKERS_H

#include "config/recipe_text.h"
#include "stages/train/online_queue.h"

#include <stddef.h>

enum {
    STREAM_LEASE = 10,     /* seconds */
    STREAM_RESTARTS = 3,   /* of workers that died, in all */
    STREAM_MAX_PEERS = 64, /* workers that a rank knows at once */
};

struct stream;

struct stream_args {
    struct board *board;              /* borrowed: what is wanted */
    const struct recipe_text *recipe; /* borrowed */
    uint64_t seed;
    size_t h, w;
    int workers;         /* 1 .. STREAM_MAX_PEERS */
    const char *data;    /* directory of the store */
    const char *program; /* papline-augment; NULL: beside this program */
};

/* Listen, start thread and workers.
 * Errors: ERR_USAGE papline-augment is missing; ERR_SYSTEM. */
MUST_USE int stream_open(struct stream **s, const struct stream_args *a,
                         struct err *err);

/* End workers and thread.  NULL is allowed. */
void stream_close(struct stream *s);

#endif
