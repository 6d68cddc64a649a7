/* scheduler_messages.c - messages from and to workers, one function each */
#include "orchestration/scheduler/journal.h"
#include "orchestration/scheduler/scheduler_private.h"

#include "base/log.h"
#include "base/version.h"
#include "proto/beat.h"
#include "proto/credit.h"
#include "proto/hello.h"
#include "proto/refuse.h"
#include "proto/result.h"
#include "proto/sealed.h"
#include "proto/stored.h"
#include "proto/unit.h"
#include "run/plan_units.h"
#include "worker/scheduler_link.h"

#include <stdio.h>
#include <string.h>

static void post_worker(struct scheduler *s, int worker)
{
    const struct listed_worker *w = &s->workers.worker[worker];

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

    worker_list_drain(&s->workers, worker);
    if (wire_encode_bare(PROTO_DRAIN, &s->out, &err) == 0)
        post_worker(s, worker);
}

void scheduler_drain(struct scheduler *s, const char *stage, int step)
{
    for (int i = 0; i < s->workers.n; i++) {
        const struct listed_worker *w = &s->workers.worker[i];

        if (w->identity_size && w->step == step &&
            strncmp(w->stage, stage, strlen(stage)) == 0)
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

/* The step at this place of the plan, while it runs. */
static struct running_step *find_running(const struct scheduler *s, int index)
{
    struct running_step *r = scheduler_step_at(s, index);

    return r && r->leaving <= 0 ? r : NULL;
}

/* The step that a unit is part of, or NULL. */
static struct running_step *step_of_unit(const struct scheduler *s, uint64_t id)
{
    const uint64_t place = id >> PLAN_UNITS_SHIFT;

    return place > 0 && place <= (uint64_t)s->plan->n_step
               ? scheduler_step_at(s, (int)place - 1)
               : NULL;
}

/* The step whose sink this worker is, or NULL. */
static struct running_step *step_of_sink(const struct scheduler *s, int worker)
{
    for (int i = 0; worker >= 0 && i < s->n_running; i++)
        if (s->running[i]->sink == worker)
            return s->running[i];
    return NULL;
}

bool scheduler_has_work(const struct scheduler *s, const char *stage)
{
    for (int i = 0; i < s->plan->n_step; i++)
        if (strcmp(s->plan->step[i].stage->word, stage) == 0 &&
            (s->state[i] == STEP_WAITING || find_running(s, i)))
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

/* A sink decides what is done, so it is one that was started here, for a step
 * that runs. */
static int check_sink(const struct scheduler *s, const struct msg_hello *h,
                      const char *stage, struct err *err)
{
    const struct child *c = launch_find(&s->launcher, h->token);
    const struct running_step *r = c ? find_running(s, c->step) : NULL;

    if (!c || c->role != CHILD_SINK)
        return err_set(err, ERR_USAGE,
                       "the scheduler starts the sink of %s itself", stage);
    if (!r || r->step->stage->division != STAGE_ROWS)
        return err_set(err, ERR_USAGE, "no step that has a sink is running");
    return 0;
}

/* Enter whoever said hello.  Returns its index, -1 if it is not let in. */
static int let_in(struct scheduler *s, const struct router_message *m,
                  const struct msg_hello *h, struct err *err)
{
    const struct child *c = launch_find(&s->launcher, h->token);
    const struct worker_peer peer = {m->from,   m->from_size,
                                     h->worker, h->stage,
                                     h->token,  c ? c->step : WORKER_ANY_STEP};
    const int known = worker_list_find_token(&s->workers, h->token);
    const bool is_back = known >= 0 && s->workers.worker[known].silent;
    const int w = worker_list_hello(&s->workers, &peer, s->clock.now);

    if (w < 0)
        return err_set(err, ERR_USAGE,
                       "there are %d workers already, no more are taken",
                       WORKER_LIST_MAX);
    if (known < 0 || is_back)
        journal_add(s->run_dir, is_back ? "worker-back" : "worker-join",
                    "worker", h->worker, "stage", h->stage);
    return w;
}

/* A sink is there: it says what it has. */
static void take_sink(struct scheduler *s, int worker, const char *endpoint)
{
    struct listed_worker *w = &s->workers.worker[worker];
    struct running_step *r = find_running(s, w->step);

    snprintf(w->endpoint, sizeof(w->endpoint), "%s", endpoint);
    r->sink = worker;
    r->finish_sent = false;
    lease_queue_doubt(&r->queue, s->clock.now);
}

/* Is there work for a worker that has said hello? */
static bool is_needed(const struct scheduler *s, int worker, const char *stage)
{
    const int step = s->workers.worker[worker].step;

    return step == WORKER_ANY_STEP ? scheduler_has_work(s, stage)
                                   : find_running(s, step) != NULL;
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
    if (!is_needed(s, w, stage))
        scheduler_drain_worker(s, w);
    else if (is_sink)
        take_sink(s, w, h.endpoint);
    return 0;
}

static int on_credit(struct scheduler *s, const struct router_message *m,
                     struct err *err)
{
    struct msg_credit c;

    if (credit_decode(&c, m->bytes, m->size, err) < 0)
        return -1;
    worker_list_credit(&s->workers, m->peer, (int)c.n, WIRE_MAX_CREDIT);
    return 0;
}

static int on_beat(struct scheduler *s, const struct router_message *m,
                   struct err *err)
{
    struct listed_worker *w = &s->workers.worker[m->peer];
    struct msg_beat b;

    if (beat_decode(&b, m->bytes, m->size, err) < 0)
        return -1;
    for (int i = 0; i < s->n_running; i++)
        if (lease_queue_beat(&s->running[i]->queue, m->peer, b.unit,
                             s->clock.now))
            log_info("%s: %s was not heard for a while and goes on",
                     s->running[i]->step->name, w->name);
    w->returned = false;
    w->done = b.done;
    w->total = b.total;
    w->rate = b.rate;
    memcpy(w->note, b.note, sizeof(b.note));
    return 0;
}

static void unit_failed(struct running_step *r, struct lease_queue_unit *u,
                        const struct msg_result *x)
{
    const bool counts = x->code != ERR_AGAIN;
    char id[32];
    bool aside;

    snprintf(id, sizeof(id), "%ju", (uintmax_t)u->id);
    journal_add(r->scheduler->run_dir, "unit-failed", "node", r->step->name,
                "unit", id, "reason", x->text);
    r->failed_token = u->holder;
    aside = lease_queue_failed(&r->queue, u, x->text, counts,
                               r->scheduler->clock.now);
    if (x->code == ERR_USAGE ||
        (x->code == ERR_INPUT && r->step->stage->division == STAGE_WHOLE) ||
        (aside && !running_step_spares(r, u)))
        err_set(&r->fault, x->code == ERR_AGAIN ? ERR_SYSTEM : x->code, "%s",
                x->text);
}

/* Does the sender run on this host? */
static bool is_here(const struct scheduler *s, int worker)
{
    const char *name = s->workers.worker[worker].name;
    char self[WIRE_MAX_WORKER + 1];

    scheduler_link_worker_name(self, sizeof(self));
    return strncmp(name, self, strcspn(self, ":") + 1) == 0;
}

static void note_said(struct running_step *r, int worker)
{
    r->said = r->scheduler->clock.now;
    r->said_here = is_here(r->scheduler, worker);
}

/* Did the result of 'u' end the step, but for its sealing? */
static bool is_last(const struct running_step *r,
                    const struct lease_queue_unit *u)
{
    const enum stage_division d = r->step->stage->division;

    return d == STAGE_WHOLE || (d == STAGE_FILES && u->count == 0);
}

/* One that was set aside, and is done after all, is not aside any more. */
static void finish_unit(struct running_step *r, struct lease_queue_unit *u)
{
    if (u->state == UNIT_ASIDE && running_step_spares(r, u))
        r->scheduler->n_aside--;
    lease_queue_done(&r->queue, u);
}

static void unit_succeeded(struct running_step *r, struct lease_queue_unit *u,
                           int worker)
{
    if (r->step->stage->division == STAGE_ROWS) {
        lease_queue_await(&r->queue, u, r->scheduler->clock.now);
        return;
    }
    if (is_last(r, u))
        note_said(r, worker);
    finish_unit(r, u);
}

/* Only of a unit that the sender holds; success also of one that it held last,
 * and that nobody has now. */
static int on_result(struct scheduler *s, const struct router_message *m,
                     struct err *err)
{
    struct msg_result x;
    struct running_step *r;
    struct lease_queue_unit *u;

    if (result_decode(&x, m->bytes, m->size, err) < 0)
        return -1;
    r = step_of_unit(s, x.unit);
    u = r ? lease_queue_find(&r->queue, x.unit) : NULL;
    if (u && u->state == UNIT_DONE) /* the sink was quicker to say so */
        return 0;
    if (!u || !(lease_queue_holds(&r->queue, m->peer, x.unit) ||
                (lease_queue_held_last(&r->queue, m->peer, x.unit) && !x.code)))
        return err_set(err, ERR_INPUT, "unit %ju is not leased to it",
                       (uintmax_t)x.unit);
    if (x.code)
        unit_failed(r, u, &x);
    else
        unit_succeeded(r, u, m->peer);
    return 0;
}

static int on_stored(struct scheduler *s, const struct router_message *m,
                     struct err *err)
{
    struct running_step *r = step_of_sink(s, m->peer);
    struct msg_stored x;
    struct lease_queue_unit *u;

    if (stored_decode(&x, m->bytes, m->size, err) < 0)
        return -1;
    u = lease_queue_find(&r->queue, x.unit);
    if (!u)
        return err_set(err, ERR_INPUT, "%s has no unit %ju", r->step->name,
                       (uintmax_t)x.unit);
    finish_unit(r, u);
    return 0;
}

static int on_sealed(struct scheduler *s, const struct router_message *m,
                     struct err *err)
{
    struct running_step *r = step_of_sink(s, m->peer);
    struct msg_sealed x;

    if (sealed_decode(&x, m->bytes, m->size, err) < 0)
        return -1;
    if (x.code)
        err_set(&r->fault, x.code, "%s", x.text);
    note_said(r, m->peer);
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
    if (sender == SINK && !step_of_sink(s, m->peer))
        return err_set(err, ERR_INPUT, "it is not the sink of a step");
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

/* One is heard again, over a connection that has lost nothing. */
static void take_again(struct scheduler *s, int worker)
{
    struct listed_worker *w = &s->workers.worker[worker];
    struct running_step *r = find_running(s, w->step);

    w->silent = false;
    w->seen = s->clock.now;
    if (r && r->sink < 0 && w->endpoint[0]) /* it is the sink */
        r->sink = worker;
    journal_add(s->run_dir, "worker-back", "worker", w->name, "stage",
                w->stage);
}

/* A worker is peer 0 or more, one that has not said hello is -1. */
static int on_message(void *self, struct router_message *m, struct err *err)
{
    struct scheduler *s = self;
    struct listed_worker *w;

    m->peer = worker_list_find(&s->workers, m->from, m->from_size);
    w = m->peer >= 0 ? &s->workers.worker[m->peer] : NULL;
    if (w)
        m->name = w->name;
    if (w && w->silent)
        take_again(s, m->peer);
    if (handle_message(s, m, err) < 0)
        return -1;
    if (w)
        w->seen = s->clock.now;
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

static void send_unit(struct running_step *r, const struct lease_queue_unit *u)
{
    struct scheduler *s = r->scheduler;
    struct msg_unit m = {
        .id = u->id,
        .attempt = (uint32_t)u->tries + 1,
        .lease_ms = (uint32_t)(r->queue.lease * 1000),
        .first = u->first,
        .count = u->count,
    };
    struct err err;

    snprintf(m.step, sizeof(m.step), "%s", r->step->name);
    snprintf(m.run_dir, sizeof(m.run_dir), "%s", s->run_dir);
    if (r->sink >= 0)
        snprintf(m.sink, sizeof(m.sink), "%s",
                 s->workers.worker[r->sink].endpoint);
    if (r->sink >= 0 && s->router.guard)
        snprintf(m.sink_key, sizeof(m.sink_key), "%s",
                 s->router.keys.public_key);
    if (unit_encode(&m, &s->out, &err) < 0)
        log_warn("%s", err.text);
    else
        post_worker(s, u->worker);
}

void scheduler_offer(struct running_step *r)
{
    const struct stage_row *stage = r->step->stage;
    const struct lease_queue_unit *u;
    int worker;

    if (stage->division == STAGE_ROWS && r->sink < 0)
        return;
    while ((u = lease_queue_assign(&r->queue, stage->word, r->index, &worker,
                                   r->scheduler->clock.now)))
        send_unit(r, u);
}

void scheduler_finish_sink(struct running_step *r)
{
    struct scheduler *s = r->scheduler;
    struct err err;

    if (r->sink < 0 || r->finish_sent)
        return;
    if (wire_encode_bare(PROTO_FINISH, &s->out, &err) == 0) {
        post_worker(s, r->sink);
        r->finish_sent = true;
    }
}
