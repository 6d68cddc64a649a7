/* scheduler_link_private.h - between the two threads of a link */
#ifndef WORKER_SCHEDULER_LINK_PRIVATE_H
#define WORKER_SCHEDULER_LINK_PRIVATE_H

#include "base/buf.h"
#include "base/turn_clock.h"
#include "proto/wire.h"
#include "worker/scheduler_link.h"

#include <pthread.h>
#include <stdatomic.h>

struct scheduler_link {
    struct scheduler_link_args args; /* strings borrowed */
    void *zmq;                       /* owned */
    void *mine, *its;       /* owned: inproc pair, stage's and thread's end */
    void *dealer, *monitor; /* owned by the thread once it runs */
    int n_dealer;           /* opened so far; names their monitors */
    pthread_t thread;
    bool running;
    struct curve_keypair keys;
    bool curve;
    uint64_t token;
    char endpoint[256];
    int seen; /* connections that the stage has heard of; its thread only */

    pthread_mutex_t lock; /* of what follows */
    uint64_t unit;
    double done, total, since;
    char note[WIRE_MAX_NOTE + 1];

    atomic_bool stopping, closing;
    bool connected; /* thread only, like the rest */
    int hung_up;
    int told;                /* connections that the stage was told of */
    struct turn_clock clock; /* of away_since */
    double away_since, last_look, last_beat;
    struct buf out;
};

/*
 * scheduler_link_thread.c: find the scheduler and connect; the function of the
 * thread, which takes the link, and ends when it gets an empty message; close
 * the connection once it has ended.  Errors: as scheduler_link_open().
 */
MUST_USE int scheduler_link_thread_open(struct scheduler_link *l,
                                        struct err *err);
void *scheduler_link_thread_run(void *link);
void scheduler_link_thread_close(struct scheduler_link *l);

#endif
