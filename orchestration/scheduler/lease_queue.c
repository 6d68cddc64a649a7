#include "orchestration/scheduler/lease_queue.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds to wait before try n + 1: 0.2, 0.4, 0.8, ... at most 10. */
static double back_off(int tries)
{
    double s = 0.1;

    for (int i = 0; i < tries && s < 10; i++)
        s *= 2;
    return s < 10 ? s : 10;
}

void lease_queue_init(struct lease_queue *q, struct worker_list *workers,
                      double lease, int tries)
{
    *q = (struct lease_queue){
        .workers = workers, .lease = lease, .tries = tries};
}

void lease_queue_release(struct lease_queue *q)
{
    free(q->unit);
    *q = (struct lease_queue){0};
}

int lease_queue_add(struct lease_queue *q, uint64_t id, uint64_t first,
                    uint64_t count, struct err *err)
{
    if (q->n_unit == LEASE_QUEUE_MAX_UNITS)
        return err_set(err, ERR_USAGE,
                       "more than %d units in one step; raise augment.unit",
                       LEASE_QUEUE_MAX_UNITS);
    if (q->n_unit == q->room) {
        const size_t room = q->room ? 2 * q->room : 256;
        struct lease_queue_unit *grown =
            realloc(q->unit, room * sizeof(*grown));

        if (!grown)
            return err_set(err, ERR_SYSTEM, "no memory for %zu units", room);
        q->unit = grown;
        q->room = room;
    }
    q->unit[q->n_unit++] = (struct lease_queue_unit){
        .id = id, .first = first, .count = count, .worker = -1};
    return 0;
}

/* Let unit 'u' wait again until its back-off has passed. */
static void wait_again(struct lease_queue *q, struct lease_queue_unit *u,
                       double now)
{
    const size_t at = (size_t)(u - q->unit);

    u->state = UNIT_WAITING;
    u->worker = -1;
    u->not_before = now + (u->tries ? back_off(u->tries) : 0);
    if (at < q->hint)
        q->hint = at;
}

bool lease_queue_failed(struct lease_queue *q, struct lease_queue_unit *u,
                        const char *why, bool counts, double now)
{
    if (u->state != UNIT_LEASED)
        return false;
    snprintf(u->reason, sizeof(u->reason), "%s", why);
    u->taken = false;
    u->tries += counts;
    if (u->tries >= q->tries) {
        u->state = UNIT_ASIDE;
        u->worker = -1;
        q->n_aside++;
        if (q->on_aside)
            q->on_aside(q->self, u);
        return true;
    }
    wait_again(q, u, now);
    if (!counts)
        u->not_before = now + back_off(1);
    return false;
}

/* Its holder did not give it back.  True if it was set aside. */
static bool take_back(struct lease_queue *q, struct lease_queue_unit *u,
                      const char *why, bool counts, double now)
{
    const bool aside = lease_queue_failed(q, u, why, counts, now);

    u->taken = true;
    u->charged = counts;
    return aside;
}

void lease_queue_lost(struct lease_queue *q, int worker, bool failed,
                      const char *why, double now)
{
    for (size_t i = 0; i < q->n_unit; i++)
        if (q->unit[i].state == UNIT_LEASED && q->unit[i].worker == worker)
            take_back(q, &q->unit[i], why, failed, now);
}

/* First unit that may start now; moves the hint past those that are over. */
static struct lease_queue_unit *first_waiting(struct lease_queue *q, double now)
{
    while (q->hint < q->n_unit && q->unit[q->hint].state != UNIT_WAITING)
        q->hint++;
    for (size_t i = q->hint; i < q->n_unit; i++)
        if (q->unit[i].state == UNIT_WAITING && q->unit[i].not_before <= now)
            return &q->unit[i];
    return NULL;
}

/* Would it take a unit of this step? */
static bool would_take(const struct listed_worker *w, const char *stage,
                       int step)
{
    return worker_list_is_there(w) && w->credits > 0 &&
           strcmp(w->stage, stage) == 0 &&
           (w->step == step || w->step == WORKER_ANY_STEP);
}

/* Who would and was heard last: one that has gone, and is not known to, may
 * have credit left.  -1: nobody. */
static int choose_worker(const struct worker_list *l, const char *stage,
                         int step)
{
    int best = -1;

    for (int i = 0; i < l->n; i++)
        if (would_take(&l->worker[i], stage, step) &&
            (best < 0 || l->worker[i].seen > l->worker[best].seen))
            best = i;
    return best;
}

/* Its rate is of one step. */
static void note_served(struct listed_worker *w, int step, double now)
{
    if (w->since > 0 && w->served == step)
        return;
    w->served = step;
    w->since = now;
    w->rows_done = 0;
}

/* 'u' is its until the lease ends. */
static void lease_to(struct lease_queue *q, struct lease_queue_unit *u,
                     int worker, double now)
{
    u->state = UNIT_LEASED;
    u->worker = worker;
    u->holder = q->workers->worker[worker].token;
    u->deadline = now + q->lease;
    q->soonest = fmin(q->soonest, u->deadline);
}

struct lease_queue_unit *lease_queue_assign(struct lease_queue *q,
                                            const char *stage, int step,
                                            int *worker, double now)
{
    const int i = choose_worker(q->workers, stage, step);
    struct lease_queue_unit *u = i < 0 ? NULL : first_waiting(q, now);
    struct listed_worker *w;

    if (!u)
        return NULL;
    w = &q->workers->worker[i];
    w->credits--;
    lease_to(q, u, i, now);
    note_served(w, step, now);
    *worker = i;
    return u;
}

/* The unit in hand of a worker that was not heard for a while. */
static const struct lease_queue_unit *give_again(struct lease_queue *q,
                                                 int worker, uint64_t unit,
                                                 double now)
{
    struct lease_queue_unit *u = lease_queue_find(q, unit);

    if (!u || u->state != UNIT_WAITING || !u->taken ||
        u->holder != q->workers->worker[worker].token)
        return NULL;
    u->taken = false;
    u->tries -= u->charged;
    lease_to(q, u, worker, now);
    return u;
}

const struct lease_queue_unit *lease_queue_beat(struct lease_queue *q,
                                                int worker, uint64_t unit,
                                                double now)
{
    const bool returned = q->workers->worker[worker].returned;

    for (size_t i = 0; i < q->n_unit; i++) {
        struct lease_queue_unit *u = &q->unit[i];

        if (u->state != UNIT_LEASED || u->worker != worker)
            continue;
        if (returned && u->id != unit)
            take_back(q, u, "lost with a connection", false, now);
        else
            u->deadline = now + q->lease;
    }
    return give_again(q, worker, unit, now);
}

void lease_queue_doubt(struct lease_queue *q, double now)
{
    for (size_t i = 0; i < q->n_unit; i++)
        if (q->unit[i].state == UNIT_DONE) {
            q->unit[i].state = UNIT_LEASED;
            q->unit[i].deadline = now + q->lease;
            q->n_done--;
        }
    q->soonest = fmin(q->soonest, now + q->lease);
}

struct lease_queue_unit *lease_queue_find(struct lease_queue *q, uint64_t id)
{
    /* Ids of a step are consecutive, so the place follows from the first. */
    if (q->n_unit > 0 && id >= q->unit[0].id &&
        id - q->unit[0].id < q->n_unit && q->unit[id - q->unit[0].id].id == id)
        return &q->unit[id - q->unit[0].id];
    return NULL;
}

bool lease_queue_holds(struct lease_queue *q, int worker, uint64_t id)
{
    const struct lease_queue_unit *u = lease_queue_find(q, id);

    return u && worker >= 0 && u->state == UNIT_LEASED && u->worker == worker;
}

bool lease_queue_held_last(struct lease_queue *q, int worker, uint64_t id)
{
    const struct lease_queue_unit *u = lease_queue_find(q, id);

    return u && worker >= 0 &&
           (u->state == UNIT_WAITING || u->state == UNIT_ASIDE) &&
           u->holder == q->workers->worker[worker].token && *u->reason;
}

/* Its worker has one more unit done. */
static void count_done(struct lease_queue *q, const struct lease_queue_unit *u)
{
    if (u->state != UNIT_LEASED || u->worker < 0)
        return;
    q->workers->worker[u->worker].units_done++;
    q->workers->worker[u->worker].rows_done += u->count;
}

void lease_queue_done(struct lease_queue *q, struct lease_queue_unit *u)
{
    if (u->state == UNIT_DONE)
        return;
    count_done(q, u);
    if (u->state == UNIT_ASIDE)
        q->n_aside--;
    u->state = UNIT_DONE;
    u->worker = -1;
    q->n_done++;
}

void lease_queue_await(struct lease_queue *q, struct lease_queue_unit *u,
                       double now)
{
    if (u->state != UNIT_LEASED)
        return;
    count_done(q, u);
    u->worker = -1;
    u->deadline = now + q->lease;
}

int lease_queue_expire(struct lease_queue *q, double now,
                       lease_queue_each_f each, void *self)
{
    int n = 0;

    if (now < q->soonest)
        return 0;
    q->soonest = INFINITY;
    for (size_t i = 0; i < q->n_unit; i++) {
        struct lease_queue_unit *u = &q->unit[i];
        bool aside;

        if (u->state != UNIT_LEASED)
            continue;
        if (u->deadline > now) {
            q->soonest = fmin(q->soonest, u->deadline);
            continue;
        }
        aside =
            take_back(q, u,
                      u->worker < 0 ? "its worker has done it, but no sink has "
                                      "stored it within its lease"
                                    : "no heartbeat within its lease",
                      true, now);
        if (each)
            each(self, u, aside);
        n++;
    }
    return n;
}

bool lease_queue_finished(const struct lease_queue *q)
{
    return q->n_done + q->n_aside == q->n_unit;
}
