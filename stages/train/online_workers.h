/*
 * online_workers.h - augment workers that bring a rank its fresh variants
 *
 * PROTOCOL.md, data plane, "a rank as sink": the rank listens at an ipc socket
 * in a directory of mode 0700, puts the recipe's text beside it, and starts
 * workers (papline-augment --stream), which read that; each says how many
 * orders it can hold, gets as many, and answers them with samples.  An order
 * that stays unanswered for ONLINE_WORKERS_LEASE seconds, or whose worker died,
 * goes back to the queue.
 */
#ifndef TRAIN_ONLINE_WORKERS_H
#define TRAIN_ONLINE_WORKERS_H

#include "config/recipe_text.h"
#include "stages/train/online_queue.h"

#include <stddef.h>

enum {
    ONLINE_WORKERS_LEASE = 10,     /* seconds */
    ONLINE_WORKERS_RESTARTS = 3,   /* of workers that died, in all */
    ONLINE_WORKERS_MAX_PEERS = 64, /* workers that a rank knows at once */
};

struct online_workers;

struct online_workers_args {
    struct online_queue *queue;       /* borrowed: what is wanted */
    const struct recipe_text *recipe; /* borrowed */
    uint64_t seed;
    size_t h, w;
    int workers;         /* 1 .. ONLINE_WORKERS_MAX_PEERS */
    const char *data;    /* directory of the store */
    const char *program; /* papline-augment; NULL: beside this program */
};

/* Listen, start thread and workers.
 * Errors: ERR_USAGE papline-augment is missing; ERR_SYSTEM. */
MUST_USE int online_workers_open(struct online_workers **s,
                                 const struct online_workers_args *a,
                                 struct err *err);

/* End workers and thread.  NULL is allowed. */
void online_workers_close(struct online_workers *s);

#endif
