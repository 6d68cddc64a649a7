/*
 * lease_queue.h - who does what: units, leases, credits, retries
 *
 * The scheduler's bookkeeping for a running step, without sockets or clocks
 * (the caller passes 'now', seconds from any origin), so that every rule can
 * be tested alone.  A unit goes
 *
 *     waiting -> leased -> done          result ok, or stored by the sink
 *        ^         |
 *        +---------+----> set aside      failed, or its worker was lost,
 *                                        'tries' times
 *
 * A worker (worker_list.h) has a lease on each unit in hand, renewed by its
 * heartbeats.
 */
#ifndef ORCHESTRATION_SCHEDULER_LEASE_QUEUE_H
#define ORCHESTRATION_SCHEDULER_LEASE_QUEUE_H

#include "orchestration/scheduler/worker_list.h"

enum {
    LEASE_QUEUE_MAX_UNITS = 1 << 22,
};

enum unit_state { UNIT_WAITING, UNIT_LEASED, UNIT_DONE, UNIT_ASIDE };

struct lease_queue_unit {
    uint64_t id, first, count;
    enum unit_state state;
    int tries;         /* leases granted and lost to failure so far */
    int worker;        /* its index; -1: nobody's, or (leased) done and awaited
                          from the sink */
    uint64_t holder;   /* token of whom it was leased to last */
    double deadline;   /* while leased: 'now' at which the lease ends */
    double not_before; /* while waiting: 'now' until which it does, after a
                          failure */
    char reason[256];  /* of the last failure, or "" */
    bool taken;  /* back from its holder, who was not heard, and who may work on
                    all the same */
    int charged; /* tries that this cost */
};

/* Hears of a unit that was set aside. */
typedef void (*lease_queue_aside_f)(void *self,
                                    const struct lease_queue_unit *u);

/* Hears of a unit whose lease ran out, and whether that set it aside. */
typedef void (*lease_queue_each_f)(void *self, const struct lease_queue_unit *u,
                                   bool aside);

struct lease_queue {
    lease_queue_aside_f on_aside;  /* of every one, whatever did it; or NULL */
    void *self;                    /* borrowed: for on_aside */
    struct lease_queue_unit *unit; /* owned */
    size_t n_unit, room;
    size_t hint; /* no unit before this one is waiting */
    size_t n_done, n_aside;
    struct worker_list *workers; /* borrowed */
    double lease;                /* seconds */
    double soonest;              /* 'now' before which no lease ends */
    int tries;
};

/* No units yet. */
void lease_queue_init(struct lease_queue *q, struct worker_list *workers,
                      double lease, int tries);
void lease_queue_release(struct lease_queue *q);

/* Add a waiting unit.  Errors: ERR_USAGE too many; ERR_SYSTEM no memory. */
MUST_USE int lease_queue_add(struct lease_queue *q, uint64_t id, uint64_t first,
                             uint64_t count, struct err *err);

/* A worker has gone, or is silent: its units wait again; they have lost a try
 * if 'failed', and the last try sets them aside. */
void lease_queue_lost(struct lease_queue *q, int worker, bool failed,
                      const char *why, double now);

/*
 * Next unit for a worker of stage 'stage' with credit that would work for the
 * step 'step', of several for the one that was heard last; leased to it, or
 * NULL.
 * *worker [out] who gets it.
 */
struct lease_queue_unit *lease_queue_assign(struct lease_queue *q,
                                            const char *stage, int step,
                                            int *worker, double now);

/*
 * A heartbeat: renew all leases of 'worker'.  Of one that has 'returned' units
 * that it does not name wait again, at no cost: what was sent of them, or for
 * them, may have been lost.  A unit that was taken from it since, as it was not
 * heard, and that nobody else has, is leased to it again, with the try that
 * this cost.
 *   unit [in] the one in hand, 0: none
 * Returns that unit if it was leased to it again, else NULL.
 */
const struct lease_queue_unit *lease_queue_beat(struct lease_queue *q,
                                                int worker, uint64_t unit,
                                                double now);

/* All that is done is to be confirmed anew, within a lease: another sink knows
 * what it has. */
void lease_queue_doubt(struct lease_queue *q, double now);

/* Unit with this id, or NULL. */
struct lease_queue_unit *lease_queue_find(struct lease_queue *q, uint64_t id);

/* Is the unit with this id leased to 'worker'? */
bool lease_queue_holds(struct lease_queue *q, int worker, uint64_t id);

/* Was it leased to 'worker' last, and is it nobody's now and not done?  Then
 * its success still counts. */
bool lease_queue_held_last(struct lease_queue *q, int worker, uint64_t id);

/* It is done, whoever did it; a second time has no effect. */
void lease_queue_done(struct lease_queue *q, struct lease_queue_unit *u);

/* Its worker is free of it, but it is not done until the sink says so; the
 * lease goes on for one more period. */
void lease_queue_await(struct lease_queue *q, struct lease_queue_unit *u,
                       double now);

/*
 * An attempt failed.  With 'counts' it costs a try, and the last try sets the
 * unit aside; otherwise it only waits again.  True if it was set aside now.
 */
bool lease_queue_failed(struct lease_queue *q, struct lease_queue_unit *u,
                        const char *why, bool counts, double now);

/* Take back leases that have run out.  Returns how many; 'each' (may be NULL)
 * hears of every one. */
int lease_queue_expire(struct lease_queue *q, double now,
                       lease_queue_each_f each, void *self);

/* Is every unit done or set aside? */
bool lease_queue_finished(const struct lease_queue *q);

#endif
