/*
 * dist_threads.c - the members of a process meet at barriers
 *
 * A sum: all members show their arrays; each adds one slice of them, in the
 * order of dist.h's tree, and writes it into all.  With several processes
 * member 0 then adds its array to theirs, and the others copy.
 */
#include "ranks/dist_threads.h"

#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { SPINS = 4000 }; /* before a waiting member sleeps: a few microseconds */

struct dist_threads {
    struct dist *process; /* borrowed */
    int n, at_once;
    int turns; /* that nobody has, if at_once < n; under 'lock' */
    atomic_int arrived;
    atomic_uint round;
    pthread_mutex_t lock;
    pthread_cond_t next;
    void *shown[DIST_THREADS_MAX]; /* what each member brought */
    int rc[DIST_THREADS_MAX];
    struct err err[DIST_THREADS_MAX];
};

struct dist_thread {
    struct dist dist;
    dist_threads_f fn;
    void *self;
};

/* With the lock: wait for a turn, in a round other than 'round'. */
static void take_turn(struct dist_threads *t, const unsigned *round)
{
    while (t->turns == 0 || (round && atomic_load(&t->round) == *round))
        pthread_cond_wait(&t->next, &t->lock);
    t->turns--;
}

/* The last to come keeps its turn; the others let theirs go until then. */
static void wait_in_turns(struct dist_threads *t)
{
    unsigned round;

    pthread_mutex_lock(&t->lock);
    round = atomic_load(&t->round);
    pthread_cond_broadcast(&t->next);
    if (atomic_fetch_add(&t->arrived, 1) + 1 == t->n) {
        atomic_store(&t->arrived, 0);
        atomic_fetch_add(&t->round, 1);
    } else {
        t->turns++;
        take_turn(t, &round);
    }
    pthread_mutex_unlock(&t->lock);
}

/* Until all members are here. */
static void wait_for_all(struct dist_threads *t)
{
    const unsigned round = atomic_load(&t->round);

    if (t->at_once < t->n) {
        wait_in_turns(t);
        return;
    }
    if (atomic_fetch_add(&t->arrived, 1) + 1 == t->n) {
        atomic_store(&t->arrived, 0);
        pthread_mutex_lock(&t->lock);
        atomic_fetch_add(&t->round, 1);
        pthread_cond_broadcast(&t->next);
        pthread_mutex_unlock(&t->lock);
        return;
    }
    for (int i = 0; i < SPINS; i++)
        if (atomic_load(&t->round) != round)
            return;
    pthread_mutex_lock(&t->lock);
    while (atomic_load(&t->round) == round)
        pthread_cond_wait(&t->next, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

/* Every member learns how member 0 fared with the other processes. */
static int share_outcome(struct dist *d, int rc, struct err *err)
{
    struct dist_threads *t = d->team;

    if (d->member == 0) {
        t->rc[0] = rc;
        if (rc < 0)
            t->err[0] = *err;
    }
    wait_for_all(t);
    rc = t->rc[0];
    if (rc < 0) {
        *err = t->err[0];
        d->fault = t->process->fault;
    }
    wait_for_all(t);
    return rc;
}

/* --- sums ------------------------------------------------------------------*/

/* Each member adds its slice, and writes it into all. */
static void add_members(struct dist *d, const struct dist_sum_type *k, void *x,
                        size_t n)
{
    struct dist_threads *t = d->team;
    const size_t begin = n * (size_t)d->member / (size_t)t->n;
    const size_t end = n * ((size_t)d->member + 1) / (size_t)t->n;
    const size_t at = begin * k->item, size = (end - begin) * k->item;

    t->shown[d->member] = x;
    wait_for_all(t);
    k->add(t->shown, (size_t)t->n, begin, end);
    for (int m = 1; m < t->n; m++)
        memcpy((char *)t->shown[m] + at, (char *)t->shown[0] + at, size);
    wait_for_all(t);
}

int dist_threads_sum(struct dist *d, const struct dist_sum_type *k, void *x,
                     size_t n, struct err *err)
{
    struct dist_threads *t = d->team;
    int rc = 0;

    add_members(d, k, x, n);
    if (t->process->size == 1)
        return 0;
    if (d->member == 0)
        rc = dist_sum_items(t->process, k, x, n, err);
    rc = share_outcome(d, rc, err);
    if (rc == 0 && d->member > 0)
        memcpy(x, t->shown[0], n * k->item);
    wait_for_all(t);
    return rc;
}

struct dist_seconds dist_threads_spent(const struct dist *d)
{
    return d->member == 0 ? d->team->process->spent : (struct dist_seconds){0};
}

/* --- gathering -------------------------------------------------------------*/

/* Member 0's array, which holds the members' items, gets the processes'. */
static int gather_processes(struct dist *d, const struct dist_items *g,
                            size_t at, struct err *err)
{
    const struct dist_threads *t = d->team;
    size_t n[DIST_MAX_RANKS];
    const struct dist_items all = {
        .x = (char *)g->all + at, .n = n, .item = g->item, .all = g->all};

    for (int p = 0; p < t->process->size; p++) {
        n[p] = 0;
        for (int m = 0; m < t->n; m++)
            n[p] += g->n[p * t->n + m];
    }
    return dist_gather(t->process, &all, err);
}

int dist_threads_gather(struct dist *d, const struct dist_items *g, size_t at,
                        struct err *err)
{
    struct dist_threads *t = d->team;
    const size_t mine = g->n[d->rank] * g->item;
    size_t sum = 0;
    int rc = 0;

    for (int r = 0; r < d->size; r++)
        sum += g->n[r] * g->item;
    if (d->member == 0)
        t->shown[0] = g->all;
    wait_for_all(t);
    if (mine > 0)
        memmove((char *)t->shown[0] + at, g->x, mine);
    wait_for_all(t);
    if (d->member == 0)
        rc = gather_processes(d, g, at, err);
    rc = share_outcome(d, rc, err);
    if (rc == 0 && d->member > 0 && sum > 0)
        memcpy(g->all, t->shown[0], sum);
    wait_for_all(t);
    return rc;
}

/* --- the rest --------------------------------------------------------------*/

int dist_threads_bcast(struct dist *d, void *bytes, size_t n, struct err *err)
{
    struct dist_threads *t = d->team;
    int rc = 0;

    t->shown[d->member] = bytes;
    if (d->member == 0)
        rc = dist_bcast(t->process, bytes, n, err);
    rc = share_outcome(d, rc, err);
    if (rc == 0 && d->member > 0)
        memcpy(bytes, t->shown[0], n);
    wait_for_all(t);
    return rc;
}

int dist_threads_barrier(struct dist *d, struct err *err)
{
    int rc = 0;

    wait_for_all(d->team);
    if (d->member == 0)
        rc = dist_barrier(d->team->process, err);
    return share_outcome(d, rc, err);
}

int dist_threads_agree(struct dist *d, int rc, struct err *err)
{
    struct dist_threads *t = d->team;
    int first = 0;

    t->rc[d->member] = rc;
    if (rc < 0)
        t->err[d->member] = *err;
    wait_for_all(t);
    while (first < t->n && t->rc[first] == 0)
        first++;
    rc = first < t->n ? -1 : 0;
    if (rc < 0)
        *err = t->err[first];
    wait_for_all(t);
    if (d->member == 0)
        rc = dist_agree(t->process, rc, err);
    return share_outcome(d, rc, err);
}

/* --- threads ---------------------------------------------------------------*/

static void *member_thread(void *arg)
{
    struct dist_thread *m = arg;
    struct dist_threads *t = m->dist.team;

    pthread_mutex_lock(&t->lock);
    take_turn(t, NULL);
    pthread_mutex_unlock(&t->lock);
    m->fn(m->self, &m->dist);
    pthread_mutex_lock(&t->lock);
    t->turns++;
    pthread_cond_broadcast(&t->next);
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

void dist_threads_turns(struct dist *process, int n, int at_once,
                        dist_threads_f fn, void *const *self)
{
    struct dist_threads team = {
        .process = process, .n = n, .at_once = at_once, .turns = at_once};
    struct dist_thread member[DIST_THREADS_MAX];
    pthread_t thread[DIST_THREADS_MAX];
    int started = 1, rc = 0;

    BUG_ON(n < 1 || n > DIST_THREADS_MAX || process->team);
    BUG_ON(at_once < 1 || at_once > n);
    pthread_mutex_init(&team.lock, NULL);
    pthread_cond_init(&team.next, NULL);
    for (int i = 0; i < n; i++)
        member[i] = (struct dist_thread){
            .dist = {.rank = process->rank * n + i,
                     .size = process->size * n,
                     .processes = process->size,
                     .sharers = process->sharers,
                     .team = n > 1 ? &team : NULL,
                     .member = i},
            .fn = fn,
            .self = self[i],
        };
    if (n == 1) {
        fn(self[0], process);
        return;
    }
    while (rc == 0 && started < n) {
        rc = pthread_create(&thread[started], NULL, member_thread,
                            &member[started]);
        started += rc == 0;
    }
    if (rc != 0) {
        log_error("cannot start a thread: %s", strerror(rc));
        dist_abort(process, err_exit_status(ERR_SYSTEM));
    }
    member_thread(&member[0]);
    for (int i = 1; i < n; i++)
        pthread_join(thread[i], NULL);
    pthread_cond_destroy(&team.next);
    pthread_mutex_destroy(&team.lock);
}
