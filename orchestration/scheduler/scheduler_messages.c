/* scheduler_messages.c - messages from and to workers, one function each */
#include "orchestration/scheduler/journal.h"
#include "orchestration/scheduler/scheduler.h"
#include "orchestration/scheduler/scheduler_private.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/version.h"
#include "proto/beat.h"
#include "proto/credit.h"
#include "proto/drain.h"
#include "proto/finish.h"
#include "proto/hello.h"
#include "proto/refuse.h"
#include "proto/result.h"
#include "proto/sealed.h"
#include "proto/stored.h"
#include "proto/unit.h"

#include <stdio.h>
#include <string.h>

static void post_worker(struct scheduler *s, int worker)
{
    const struct lease_queue_worker *w = &s->queue.worker[worker];

    router_send(&s->router, w->identity, w->identity_size, &s->out);
}

static void refuse_peer(struct scheduler *s, const struct router_message *m,
                        const char *why)
{
    struct msg_refuse r;
    struct err err;

    snprintf(r.text, sizeof(r.text), "%s", why);
    if (refuse_encode(&r, &s->out, &err) == 0)
        router_send(&s->router, m->from, m->from_size, &s->out);
}

void scheduler_drain_worker(struct scheduler *s, int worker)
{
    struct err err;

    lease_queue_drain(&s->queue, worker);
    if (drain_encode(&s->out, &err) == 0)
        post_worker(s, worker);
}

void scheduler_drain(struct scheduler *s, const char *stage)
{
    for (int i = 0; i < s->queue.n_worker; i++) {
        const struct lease_queue_worker *w = &s->queue.worker[i];

        if (w->identity_size &&
            (!stage || strncmp(w->stage, stage, strlen(stage)) == 0))
            scheduler_drain_worker(s, i);
    }
}

/* "augment" of "augment.sink"; *is_sink tells which it was. */
static void stage_of(const char *role, char *stage, size_t size, bool *is_sink)
{
    const char *dot = strchr(role, '.');

    *is_sink = dot && strcmp(dot, ".sink") == 0;
    snprintf(stage, size, "%.*s", dot ? (int)(dot - role) : (int)strlen(role),
             role);
}

/* Is there, or will there be, work for this stage? */
static bool has_work(const struct scheduler *s, const char *stage)
{
    for (int i = 0; i < s->plan->n_step; i++)
        if (strcmp(s->plan->step[i].stage->word, stage) == 0 &&
            (s->state[i] == STEP_WAITING ||
             (s->state[i] == STEP_RUNNING && !s->leaving)))
            return true;
    return false;
}

static bool known_stage(const struct scheduler *s, const char *stage)
{
    for (int i = 0; i < s->plan->n_step; i++)
        if (strcmp(s->plan->step[i].stage->word, stage) == 0)
            return true;
    return false;
}

/* Will a process that says hello be let in? */
static int check_hello(const struct scheduler *s, const struct msg_hello *h,
                       const char *stage, struct err *err)
{
    if (strcmp(h->release, PAPLINE_VERSION) != 0)
        return err_set(err, ERR_USAGE,
                       "this scheduler is Papline %s, you are %s",
                       PAPLINE_VERSION, h->release);
    if (!known_stage(s, stage))
        return err_set(err, ERR_USAGE, "this run has no stage '%s'", stage);
    return 0;
}

/* A sink decides what is done, so it is one that was started here, for the
 * step in hand, and the only one. */
static int check_sink(const struct scheduler *s, const struct msg_hello *h,
                      const char *stage, struct err *err)
{
    const struct plan_step *step = scheduler_step(s);
    const struct child *c = launch_find(&s->launcher, h->token);

    if (!step || step->stage->division != PLAN_ROWS ||
        strcmp(step->stage->word, stage) != 0)
        return err_set(err, ERR_USAGE, "no step that has a sink is running");
    if (!c || c->role != ROLE_SINK)
        return err_set(err, ERR_USAGE,
                       "the scheduler starts the sink of %s itself",
                       step->name);
    return 0;
}

/* Enter whoever said hello.  Returns its index, -1 if it is not let in. */
static int let_in(struct scheduler *s, const struct router_message *m,
                  const struct msg_hello *h, struct err *err)
{
    const struct lease_queue_peer peer = {m->from, m->from_size, h->worker,
                                          h->stage, h->token};
    const bool is_new = lease_queue_find_token(&s->queue, h->token) < 0;
    const int w = lease_queue_hello(&s->queue, &peer, clock_now());

    if (w < 0)
        return err_set(err, ERR_USAGE, "too many workers");
    if (is_new)
        journal_add(s->run_dir, "worker-join",
                    (struct journal_member[]){{"worker", h->worker},
                                              {"stage", h->stage}},
                    2);
    return w;
}

static int on_hello(struct scheduler *s, const struct router_message *m,
                    struct err *err)
{
    struct msg_hello h;
    char stage[WIRE_MAX_STAGE + 1];
    bool is_sink;
    int w;

    if (hello_decode(&h, m->bytes, m->size, err) < 0) {
        refuse_peer(s, m, err->text);
        return -1;
    }
    stage_of(h.stage, stage, sizeof(stage), &is_sink);
    w = check_hello(s, &h, stage, err);
    if (w == 0 && is_sink)
        w = check_sink(s, &h, stage, err);
    if (w == 0)
        w = let_in(s, m, &h, err);
    if (w < 0) {
        refuse_peer(s, m, err->text);
        return -1;
    }
    if (!has_work(s, stage) ||
        (s->leaving && launch_find(&s->launcher, h.token))) {
        scheduler_drain_worker(s, w);
    } else if (is_sink) {
        snprintf(s->queue.worker[w].endpoint,
                 sizeof(s->queue.worker[w].endpoint), "%s", h.endpoint);
        s->sink = w;
        s->finish_sent = false;
        lease_queue_doubt(&s->queue, clock_now()); /* it says what it has */
    }
    return 0;
}

static int on_credit(struct scheduler *s, const struct router_message *m,
                     struct err *err)
{
    struct msg_credit c;

    if (credit_decode(&c, m->bytes, m->size, err) < 0)
        return -1;
    lease_queue_credit(&s->queue, m->peer, (int)c.n, WIRE_MAX_CREDIT);
    return 0;
}

static int on_beat(struct scheduler *s, const struct router_message *m,
                   struct err *err)
{
    struct msg_beat b;
    struct lease_queue_worker *w;

    if (beat_decode(&b, m->bytes, m->size, err) < 0)
        return -1;
    lease_queue_beat(&s->queue, m->peer, b.unit, clock_now());
    w = &s->queue.worker[m->peer];
    w->done = b.done;
    w->total = b.total;
    w->rate = b.rate;
    memcpy(w->note, b.note, sizeof(b.note));
    return 0;
}

static void unit_failed(struct scheduler *s, struct lease_queue_unit *u,
                        const struct msg_result *r)
{
    const struct plan_step *step = scheduler_step(s);
    const bool counts = r->code != ERR_AGAIN;
    char id[32];
    bool aside;

    snprintf(id, sizeof(id), "%ju", (uintmax_t)u->id);
    journal_add(s->run_dir, "unit-failed",
                (struct journal_member[]){
                    {"node", step->name}, {"unit", id}, {"reason", r->text}},
                3);
    aside = lease_queue_failed(&s->queue, u, r->text, counts, clock_now());
    if (r->code == ERR_USAGE ||
        (r->code == ERR_INPUT && step->stage->division == PLAN_WHOLE) ||
        (aside && !scheduler_spares(s, u)))
        err_set(&s->fault, r->code == ERR_AGAIN ? ERR_SYSTEM : r->code, "%s",
                r->text);
}

/* Does the sender run on this host? */
static bool is_here(const struct scheduler *s, int worker)
{
    const char *name = s->queue.worker[worker].name;
    char self[WIRE_MAX_WORKER + 1];

    scheduler_link_worker_name(self, sizeof(self));
    return strncmp(name, self, strcspn(self, ":") + 1) == 0;
}

static void log_done(struct scheduler *s, int worker)
{
    s->said = clock_now();
    s->said_here = is_here(s, worker);
}

/* Did the result of 'u' end the step, but for its sealing? */
static bool is_last(const struct scheduler *s, const struct lease_queue_unit *u)
{
    const enum plan_division d = scheduler_step(s)->stage->division;

    return d == PLAN_WHOLE || (d == PLAN_FILES && u->count == 0);
}

/* Only of a unit that the sender holds; success also of one that it held last,
 * and that nobody has now. */
static int on_result(struct scheduler *s, const struct router_message *m,
                     struct err *err)
{
    struct msg_result r;
    struct lease_queue_unit *u;

    if (result_decode(&r, m->bytes, m->size, err) < 0)
        return -1;
    u = s->step < 0 ? NULL : lease_queue_find(&s->queue, r.unit);
    if (u && u->state == UNIT_DONE) /* the sink was quicker to say so */
        return 0;
    if (!u || !(lease_queue_holds(&s->queue, m->peer, r.unit) ||
                (lease_queue_held(&s->queue, m->peer, r.unit) && !r.code)))
        return err_set(err, ERR_INPUT, "unit %ju is not leased to it",
                       (uintmax_t)r.unit);
    if (r.code) {
        unit_failed(s, u, &r);
    } else if (scheduler_step(s)->stage->division == PLAN_ROWS) {
        lease_queue_await(&s->queue, u, clock_now());
    } else {
        if (is_last(s, u))
            log_done(s, m->peer);
        lease_queue_done(&s->queue, u);
    }
    return 0;
}

static int on_stored(struct scheduler *s, const struct router_message *m,
                     struct err *err)
{
    struct msg_stored x;
    struct lease_queue_unit *u;

    if (stored_decode(&x, m->bytes, m->size, err) < 0)
        return -1;
    u = lease_queue_find(&s->queue, x.unit);
    if (!u)
        return err_set(err, ERR_INPUT, "%s has no unit %ju",
                       scheduler_step(s)->name, (uintmax_t)x.unit);
    lease_queue_done(&s->queue, u);
    return 0;
}

static int on_sealed(struct scheduler *s, const struct router_message *m,
                     struct err *err)
{
    struct msg_sealed x;

    if (sealed_decode(&x, m->bytes, m->size, err) < 0)
        return -1;
    if (x.code)
        err_set(&s->fault, x.code, "%s", x.text);
    log_done(s, m->peer);
    return 0;
}

/* Who may send it. */
enum sender { ANYONE, WORKER, SINK };

static const struct {
    enum msg_type type;
    enum sender sender;
    int (*handle)(struct scheduler *s, const struct router_message *m,
                  struct err *err);
} handlers[] = {
    {PROTO_HELLO, ANYONE, on_hello}, {PROTO_CREDIT, WORKER, on_credit},
    {PROTO_BEAT, WORKER, on_beat},   {PROTO_RESULT, WORKER, on_result},
    {PROTO_STORED, SINK, on_stored}, {PROTO_SEALED, SINK, on_sealed},
};

/* May this peer say such a thing? */
static int check_sender(const struct scheduler *s,
                        const struct router_message *m, enum sender sender,
                        struct err *err)
{
    if (sender != ANYONE && m->peer < 0)
        return err_set(err, ERR_INPUT, "it has not said hello");
    if (sender == SINK && (s->step < 0 || m->peer != s->sink))
        return err_set(err, ERR_INPUT, "it is not the sink of this step");
    return 0;
}

static int handle_message(struct scheduler *s, const struct router_message *m,
                          struct err *err)
{
    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
        if (handlers[i].type == m->type)
            return check_sender(s, m, handlers[i].sender, err) < 0
                       ? -1
                       : handlers[i].handle(s, m, err);
    return err_set(err, ERR_INPUT, "it is not for a scheduler");
}

/* A worker is peer 0 or more, one that has not said hello is -1. */
static int on_message(void *self, struct router_message *m, struct err *err)
{
    struct scheduler *s = self;

    m->peer = lease_queue_find_worker(&s->queue, m->from, m->from_size);
    if (m->peer >= 0)
        m->name = s->queue.worker[m->peer].name;
    if (handle_message(s, m, err) < 0)
        return -1;
    if (m->peer >= 0)
        s->queue.worker[m->peer].seen = clock_now();
    return 0;
}

void scheduler_take(struct scheduler *s, struct router_message *m)
{
    router_take(&s->router, m, on_message, s);
}

void scheduler_listen(struct scheduler *s)
{
    enum { AT_MOST = 1000 }; /* then see to the clock */

    router_receive(&s->router, AT_MOST, on_message, s);
}

static void send_unit(struct scheduler *s, const struct lease_queue_unit *u)
{
    const struct plan_step *step = scheduler_step(s);
    struct msg_unit m = {
        .id = u->id,
        .attempt = (uint32_t)u->tries + 1,
        .lease_ms = (uint32_t)(s->queue.lease * 1000),
        .first = u->first,
        .count = u->count,
    };
    struct err err;

    snprintf(m.step, sizeof(m.step), "%s", step->name);
    snprintf(m.run_dir, sizeof(m.run_dir), "%s", s->run_dir);
    if (s->sink >= 0)
        snprintf(m.sink, sizeof(m.sink), "%s",
                 s->queue.worker[s->sink].endpoint);
    if (s->sink >= 0 && s->router.guard)
        snprintf(m.sink_key, sizeof(m.sink_key), "%s",
                 s->router.keys.public_key);
    if (unit_encode(&m, &s->out, &err) < 0)
        log_warn("%s", err.text);
    else
        post_worker(s, u->worker);
}

void scheduler_offer(struct scheduler *s)
{
    const struct plan_step *step = scheduler_step(s);
    const bool needs_sink = step->stage->division == PLAN_ROWS;
    const struct lease_queue_unit *u;
    int worker;

    if (needs_sink && s->sink < 0)
        return;
    while ((u = lease_queue_assign(&s->queue, step->stage->word, &worker,
                                   clock_now())))
        send_unit(s, u);
}

void scheduler_finish_sink(struct scheduler *s)
{
    struct err err;

    if (s->sink < 0 || s->finish_sent)
        return;
    if (finish_encode(&s->out, &err) == 0) {
        post_worker(s, s->sink);
        s->finish_sent = true;
    }
}
