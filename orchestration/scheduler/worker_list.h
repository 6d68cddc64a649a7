/*
 * worker_list.h - the processes that have said hello to the scheduler
 *
 * Who they are, what they would take (credits) and what they last said.  Which
 * units they hold is each step's lease_queue.h.  Without sockets or clocks: the
 * caller passes 'now', seconds from any origin.
 */
#ifndef ORCHESTRATION_SCHEDULER_WORKER_LIST_H
#define ORCHESTRATION_SCHEDULER_WORKER_LIST_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WORKER_LIST_MAX = 4096,
    WORKER_IDENTITY_MAX = 255, /* of a ZeroMQ routing id */
    WORKER_ANY_STEP = -1,
};

struct listed_worker {
    uint8_t identity[WORKER_IDENTITY_MAX];
    size_t identity_size; /* 0: the place is free */
    char name[129];       /* host:pid */
    char stage[33];
    uint64_t token;     /* of its process */
    int step;           /* in the plan, that it was started for; or any of its
                           stage */
    char endpoint[256]; /* of a sink, else "" */
    int credits;
    bool drained;  /* asked to leave: it is given nothing more */
    bool returned; /* connected anew, and has not said since what it does */
    bool silent;   /* for long: it has no units and gets none, until it is heard
                      again */
    double seen;   /* its last message, in seconds of 'now' */
    double done, total, rate; /* as in beat.h: what the stage counts; rate a
                                 second */
    char note[204];
    uint64_t units_done;
    int served;         /* the step that it had units of last, */
    uint64_t rows_done; /* rows of that, and since when: */
    double since;       /* its first unit, in seconds of 'now'; 0: none yet */
};

/* Who says hello. */
struct worker_peer {
    const void *identity; /* (identity_size), its routing id */
    size_t identity_size;
    const char *name, *stage;
    uint64_t token; /* of its process, however often it connects */
    int step;
};

struct worker_list {
    struct listed_worker *worker; /* owned: WORKER_LIST_MAX places */
    int n;                        /* places used, free ones included */
};

/* Is it a worker, and heard of? */
static inline bool worker_list_is_there(const struct listed_worker *w)
{
    return w->identity_size > 0 && !w->silent;
}

/* Nobody has come yet.  Errors: ERR_SYSTEM no memory. */
MUST_USE int worker_list_init(struct worker_list *l, struct err *err);
void worker_list_release(struct worker_list *l);

/* Worker with this routing id, or -1. */
int worker_list_find(const struct worker_list *l, const void *identity,
                     size_t n);

/* Worker whose process has this token, or -1. */
int worker_list_find_token(const struct worker_list *l, uint64_t token);

/*
 * Enter a worker.  One that says hello again, as it was reconnected (the same
 * token, name and stage, if under another routing id), is the same entry: it
 * has no credit until it gives it anew, is not drained any more, nor silent.
 * Where there is no other place it takes that of a silent one.  Returns its
 * index, -1 if there are too many.
 */
int worker_list_hello(struct worker_list *l, const struct worker_peer *peer,
                      double now);

/* A worker offers to take 'n' more units, at most 'most' in all; one that was
 * drained gets none. */
void worker_list_credit(struct worker_list *l, int worker, int n, int most);

/* A worker is asked to leave: it gets nothing until it says hello anew. */
void worker_list_drain(struct worker_list *l, int worker);

/* It has gone, and no queue has units of it. */
void worker_list_remove(struct worker_list *l, int worker);

/* Rows a second of a worker in the step that it works for; 0 while there are
 * none. */
double worker_list_rate(const struct listed_worker *w, double now);

#endif
