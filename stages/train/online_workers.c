#include "stages/train/online_workers.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/program.h"
#include "base/thread.h"
#include "proto/credit.h"
#include "proto/samples.h"
#include "worker/router.h"

#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

extern char **environ;

enum {
    PEER_ORDERS = 4,   /* of one worker at a time */
    POLL_MS = 5,       /* how long the trainer's steps go unnoticed */
    CHECK_SECONDS = 1, /* between two looks at children and leases */
    STOP_SECONDS = 5,  /* then a worker is killed */
};

/* What a worker has in hand. */
struct worker_order {
    uint64_t id; /* 0: nothing */
    size_t piece;
    uint32_t n;
    double sent;
};

struct online_peer {
    uint8_t identity[ROUTER_ID];
    size_t size;
    uint32_t credit;
    struct worker_order order[PEER_ORDERS];
    double last; /* when it answered */
};

struct online_workers {
    struct online_workers_args a;
    struct router router; /* owned */
    char recipe[96], program[FILE_PATH_MAX];
    pthread_t thread;
    bool runs;
    atomic_bool stop;
    pid_t child[ONLINE_WORKERS_MAX_PEERS]; /* 0: none */
    int restarts;
    struct online_peer peer[ONLINE_WORKERS_MAX_PEERS];
    int n_peer;
    struct msg_samples samples; /* owned */
    struct buf out;             /* owned */
};

/* --- workers ---------------------------------------------------------------*/

/* Signals as a fresh process has them: a rank may ignore or block some. */
static int spawn_worker(const struct online_workers *s, pid_t *pid)
{
    char option[] = "--stream", rank[32];
    char *const argv[] = {(char *)(uintptr_t)s->program,
                          option,
                          (char *)(uintptr_t)s->router.endpoint,
                          (char *)(uintptr_t)s->a.data,
                          (char *)(uintptr_t)s->recipe,
                          rank,
                          NULL};
    posix_spawnattr_t attr;
    sigset_t none, usual;
    int rc;

    snprintf(rank, sizeof(rank), "%ld", (long)getpid());
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGTERM);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &usual);
    rc = posix_spawn(pid, s->program, NULL, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    return rc;
}

static int start_workers(struct online_workers *s, struct err *err)
{
    for (int i = 0; i < s->a.workers; i++) {
        const int rc = spawn_worker(s, &s->child[i]);

        if (rc != 0) {
            s->child[i] = 0;
            return err_set(err, ERR_SYSTEM, "cannot start '%s': %s", s->program,
                           strerror(rc));
        }
    }
    return 0;
}

/* Workers that died: what they had is given to others, and a few are started
 * again; without any, the trainer makes variants itself. */
static void watch_workers(struct online_workers *s)
{
    for (int i = 0; i < s->a.workers; i++) {
        int status;

        if (s->child[i] == 0 || waitpid(s->child[i], &status, WNOHANG) <= 0)
            continue;
        s->child[i] = 0;
        online_queue_expire(s->a.queue, 0);
        if (s->restarts == ONLINE_WORKERS_RESTARTS) {
            log_warn("an augment worker ended; none is started any more");
            continue;
        }
        s->restarts++;
        log_warn("an augment worker ended; another is started");
        if (spawn_worker(s, &s->child[i]) != 0)
            s->child[i] = 0;
    }
    online_queue_expire(s->a.queue, ONLINE_WORKERS_LEASE);
}

/* Wait for a worker that was asked to end; one that does not is killed. */
static void await_end(pid_t pid, double end)
{
    const struct timespec tick = {.tv_nsec = 2000000};

    while (waitpid(pid, NULL, WNOHANG) == 0) {
        if (clock_now() > end) {
            log_warn("an augment worker did not end when it was asked to");
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            return;
        }
        nanosleep(&tick, NULL);
    }
}

static void stop_workers(struct online_workers *s)
{
    const double end = clock_now() + STOP_SECONDS;

    for (int i = 0; i < s->a.workers; i++)
        if (s->child[i] > 0)
            kill(s->child[i], SIGTERM);
    for (int i = 0; i < s->a.workers; i++) {
        if (s->child[i] > 0)
            await_end(s->child[i], end);
        s->child[i] = 0;
    }
}

/* --- messages --------------------------------------------------------------*/

/* The worker of that identity; a new one takes the place of the one that has
 * been silent for longest, if there is no other. */
static struct online_peer *peer_of(struct online_workers *s,
                                   const void *identity, size_t size)
{
    struct online_peer *oldest = &s->peer[0];

    for (int i = 0; i < s->n_peer; i++) {
        struct online_peer *p = &s->peer[i];

        if (p->size == size && memcmp(p->identity, identity, size) == 0)
            return p;
        if (p->last < oldest->last)
            oldest = p;
    }
    if (s->n_peer < ONLINE_WORKERS_MAX_PEERS)
        oldest = &s->peer[s->n_peer++];
    *oldest = (struct online_peer){.size = size, .last = clock_now()};
    memcpy(oldest->identity, identity, size);
    return oldest;
}

static struct worker_order *order_of(struct online_peer *p, uint64_t id)
{
    for (int i = 0; i < PEER_ORDERS; i++)
        if (p->order[i].id == id)
            return &p->order[i];
    return NULL;
}

static int take_samples(struct online_workers *s, struct online_peer *p,
                        const struct router_message *m, struct err *err)
{
    struct msg_samples *x = &s->samples;
    const double now = clock_now();
    struct worker_order *o;

    if (samples_decode(x, m->bytes, m->size, err) < 0)
        return -1;
    o = order_of(p, x->unit);
    if (!o || x->first != 0 || x->count != o->n || x->height != s->a.h ||
        x->width != s->a.w || x->channels != 3)
        return err_set(err, ERR_INPUT, "it was not asked for");
    online_queue_bring(s->a.queue, o->id, o->piece, x->pixels,
                       now - (p->last > o->sent ? p->last : o->sent));
    *o = (struct worker_order){0};
    p->last = now;
    return 0;
}

static int take_credit(struct online_peer *p, const struct router_message *m,
                       struct err *err)
{
    struct msg_credit c;

    if (credit_decode(&c, m->bytes, m->size, err) < 0)
        return -1;
    p->credit =
        p->credit + c.n > WIRE_MAX_CREDIT ? WIRE_MAX_CREDIT : p->credit + c.n;
    return 0;
}

static int on_message(void *self, struct router_message *m, struct err *err)
{
    struct online_workers *s = self;
    struct online_peer *p = peer_of(s, m->from, m->from_size);

    return m->type == PROTO_CREDIT ? take_credit(p, m, err)
                                   : take_samples(s, p, m, err);
}

/* A worker that can take an order: the one with the fewest in hand. */
static struct online_peer *idle_peer(struct online_workers *s)
{
    struct online_peer *best = NULL;
    int least = PEER_ORDERS;

    for (int i = 0; i < s->n_peer; i++) {
        struct online_peer *p = &s->peer[i];
        int held = 0;

        for (int k = 0; k < PEER_ORDERS; k++)
            held += p->order[k].id != 0;
        if (p->credit > 0 && held < least) {
            best = p;
            least = held;
        }
    }
    return best;
}

/* Returns whether it is on its way. */
static bool send_order(struct online_workers *s, struct online_peer *p,
                       const struct online_queue_task *t)
{
    struct msg_want m = {
        .unit = t->id, .seed = s->a.seed, .epoch = t->epoch, .count = t->n};
    struct worker_order *o = order_of(p, 0);
    struct err err;

    snprintf(m.recipe, sizeof(m.recipe), "%.*s", WANT_MAX_RECIPE,
             s->a.recipe->id);
    memcpy(m.row, t->row, t->n * sizeof(m.row[0]));
    BUG_ON(!o || want_encode(&m, &s->out, &err) < 0);
    p->credit--;
    if (!router_send(&s->router, p->identity, p->size, &s->out)) {
        p->credit = 0; /* it is gone */
        return false;
    }
    *o = (struct worker_order){t->id, t->piece, t->n, clock_now()};
    return true;
}

static void give_orders(struct online_workers *s)
{
    struct online_queue_task t;
    struct online_peer *p;

    while ((p = idle_peer(s)) && online_queue_take(s->a.queue, &t, false))
        if (!send_order(s, p, &t))
            online_queue_expire(s->a.queue, 0);
}

static void *serve_workers(void *self)
{
    struct online_workers *s = self;
    zmq_pollitem_t item = {.socket = s->router.socket, .events = ZMQ_POLLIN};
    double looked = clock_now();

    while (!atomic_load(&s->stop)) {
        while (zmq_poll(&item, 1, POLL_MS) > 0 && !atomic_load(&s->stop)) {
            router_receive(&s->router, 1, on_message, s);
            give_orders(s);
        }
        give_orders(s);
        if (clock_now() - looked < CHECK_SECONDS)
            continue;
        looked = clock_now();
        watch_workers(s);
    }
    return NULL;
}

/* --- opening and closing ---------------------------------------------------*/

/* An order for a worker that has gone is told to be so.  The recipe is what the
 * plan has, whatever became of its file. */
static int listen_here(struct online_workers *s, struct err *err)
{
    const struct router_limits limits = {.bytes = WIRE_MAX_DATA};
    const int mandatory = 1;

    if (router_open(&s->router, &limits, err) < 0)
        return -1;
    zmq_setsockopt(s->router.socket, ZMQ_ROUTER_MANDATORY, &mandatory,
                   sizeof(mandatory));
    snprintf(s->recipe, sizeof(s->recipe), "%s/recipe.yaml",
             s->router.dir.path);
    return router_bind_ipc(&s->router, "variants", err) < 0
               ? -1
               : file_write(s->recipe, s->a.recipe->text, s->a.recipe->size,
                            err);
}

int online_workers_open(struct online_workers **out,
                        const struct online_workers_args *a, struct err *err)
{
    struct online_workers *s = calloc(1, sizeof(*s));

    *out = NULL;
    if (!s)
        return err_set(err, ERR_SYSTEM, "no memory for augment workers");
    s->a = *a;
    BUG_ON(a->workers < 1 || a->workers > ONLINE_WORKERS_MAX_PEERS);
    if ((a->program ? file_path(s->program, err, "%s", a->program)
                    : program_path(s->program, "papline-augment", err)) == 0 &&
        listen_here(s, err) == 0 && start_workers(s, err) == 0)
        s->runs = thread_start(&s->thread, serve_workers, s, err) == 0;
    if (!s->runs) {
        online_workers_close(s);
        return -1;
    }
    *out = s;
    return 0;
}

void online_workers_close(struct online_workers *s)
{
    if (!s)
        return;
    atomic_store(&s->stop, true);
    if (s->runs)
        pthread_join(s->thread, NULL);
    stop_workers(s);
    router_close(&s->router);
    samples_release(&s->samples);
    buf_release(&s->out);
    free(s);
}
