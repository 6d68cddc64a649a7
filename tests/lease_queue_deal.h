/*
 * lease_queue_deal.h - units dealt to workers of a queue, for tests
 */
#ifndef TESTS_QUEUE_DEAL_H
#define TESTS_QUEUE_DEAL_H

#include "orchestration/scheduler/lease_queue.h"
#include "tap.h"

enum { FIRST = 100, LEASE = 10, TRIES = 3, MOST = 8 };

static inline void add_units(struct lease_queue *q, size_t n)
{
    struct err err = {0};

    for (size_t i = 0; i < n; i++)
        BUG_ON(lease_queue_add(q, FIRST + i, 8 * i, 8, &err) < 0);
}

static struct worker_list workers; /* of all queues */

/* 'q' may be one that was begun before. */
static inline void begin_queue(struct lease_queue *q, size_t n)
{
    struct err err = {0};

    lease_queue_release(q);
    worker_list_release(&workers);
    BUG_ON(worker_list_init(&workers, &err) < 0);
    lease_queue_init(q, &workers, LEASE, TRIES);
    add_units(q, n);
}

/* What a scheduler with one queue does with a heartbeat, and with a loss. */
static inline void beat_worker(struct lease_queue *q, int worker, uint64_t unit,
                               double now)
{
    lease_queue_beat(q, worker, unit, now);
    workers.worker[worker].returned = false;
    workers.worker[worker].seen = now;
}

static inline void lose_worker(struct lease_queue *q, int worker, bool failed,
                               const char *why, double now)
{
    lease_queue_lost(q, worker, failed, why, now);
    worker_list_remove(&workers, worker);
}

/* A process says hello from routing id 'id'. */
static inline int say_hello(const char *id, const char *name, const char *stage,
                            uint64_t token)
{
    const struct worker_peer p = {id,    strlen(id), name,
                                  stage, token,      WORKER_ANY_STEP};

    return worker_list_hello(&workers, &p, 0);
}

/* A process whose routing id is its name, and its token the first letter. */
static inline int join_worker(const char *name)
{
    return say_hello(name, name, "augment", (uint64_t)name[0]);
}

/* The next unit that may start is asked for by 'worker', and got; else NULL. */
static inline struct lease_queue_unit *take_unit(struct lease_queue *q,
                                                 int worker, double now)
{
    struct lease_queue_unit *u;
    int who = -1;

    worker_list_credit(&workers, worker, 1, MOST);
    u = lease_queue_assign(q, "augment", 0, &who, now);
    return u && who == worker ? u : NULL;
}

/* Three units: 100 and 102 are leased to 'a', 101 to 'b', all at 'now'. */
static inline void lease_three(struct lease_queue *q, int a, int b, double now)
{
    const struct lease_queue_unit *const x = take_unit(q, a, now);
    const struct lease_queue_unit *const y = take_unit(q, b, now);
    const struct lease_queue_unit *const z = take_unit(q, a, now);

    ok(x == &q->unit[0] && y == &q->unit[1] && z == &q->unit[2],
       "three units are dealt to two workers in turn");
}

/* A queue of n units, and two workers. */
static inline void begin_pair(struct lease_queue *q, size_t n, int *a, int *b)
{
    begin_queue(q, n);
    *a = join_worker("a");
    *b = join_worker("b");
}

/* The same, with three of the units leased at 0. */
static inline void begin_leased(struct lease_queue *q, size_t n, int *a, int *b)
{
    begin_pair(q, n, a, b);
    lease_three(q, *a, *b, 0);
}

static struct lease_queue q; /* the one in hand */

#endif
