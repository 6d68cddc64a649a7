/* scheduler_talk.c - messages from and to workers, one function each */
#include "orchestration/journal.h"
#include "orchestration/scheduler.h"
#include "orchestration/scheduler_private.h"

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
#include "run/frames.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

/* A message as it came; 'worker' is -1 for one that has not said hello. */
struct mail {
    const void *from;
    size_t from_size;
    int worker;
    const void *bytes;
    size_t size;
};

/* Send what is in s->out to the peer 'id'. */
static void post(struct scheduler *s, const void *id, size_t n)
{
    if (zmq_send(s->router, id, n, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
        zmq_send(s->router, s->out.data, s->out.len, ZMQ_DONTWAIT);
}

static void post_worker(struct scheduler *s, int worker)
{
    const struct queue_worker *w = &s->queue.worker[worker];

    post(s, w->identity, w->identity_size);
}

static void refuse(struct scheduler *s, const struct mail *m, const char *why)
{
    struct msg_refuse r;
    struct err err;

    snprintf(r.text, sizeof(r.text), "%s", why);
    if (refuse_encode(&r, &s->out, &err) == 0)
        post(s, m->from, m->from_size);
}

void scheduler_drain_worker(struct scheduler *s, int worker)
{
    struct err err;

    s->queue.worker[worker].credits = 0; /* it takes nothing more */
    if (drain_encode(&s->out, &err) == 0)
        post_worker(s, worker);
}

void scheduler_drain(struct scheduler *s, const char *stage)
{
    for (int i = 0; i < s->queue.n_worker; i++) {
        const struct queue_worker *w = &s->queue.worker[i];

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
    for (int i = 0; i < s->plan->n_node; i++)
        if (strcmp(s->plan->node[i].stage, stage) == 0 &&
            (s->state[i] == NODE_WAITING || s->state[i] == NODE_RUNNING))
            return true;
    return false;
}

static bool known_stage(const struct scheduler *s, const char *stage)
{
    for (int i = 0; i < s->plan->n_node; i++)
        if (strcmp(s->plan->node[i].stage, stage) == 0)
            return true;
    return false;
}

static void on_hello(struct scheduler *s, const struct mail *m)
{
    struct msg_hello h;
    char stage[WIRE_MAX_STAGE + 1], why[256];
    struct err err;
    bool is_sink, is_new = m->worker < 0;
    int w;

    if (hello_decode(&h, m->bytes, m->size, &err) < 0) {
        refuse(s, m, err.text);
        return;
    }
    stage_of(h.stage, stage, sizeof(stage), &is_sink);
    if (strcmp(h.release, PAPLINE_VERSION) != 0) {
        snprintf(why, sizeof(why), "this scheduler is Papline %s, you are %s",
                 PAPLINE_VERSION, h.release);
        refuse(s, m, why);
        return;
    }
    if (!known_stage(s, stage)) {
        snprintf(why, sizeof(why), "this run has no stage '%s'", stage);
        refuse(s, m, why);
        return;
    }
    w = queue_hello(&s->queue, m->from, m->from_size, h.worker, h.stage,
                    scheduler_now());
    if (w < 0) {
        refuse(s, m, "too many workers");
        return;
    }
    if (is_new)
        journal_add(
            s->run_dir, "worker-join",
            (struct journal_member[]){{"worker", h.worker}, {"stage", h.stage}},
            2);
    if (!has_work(s, stage) || s->leaving) {
        scheduler_drain_worker(s, w);
    } else if (is_sink) {
        snprintf(s->queue.worker[w].endpoint,
                 sizeof(s->queue.worker[w].endpoint), "%s", h.endpoint);
        s->sink = w;
        s->finish_sent = false;
    }
}

static void on_credit(struct scheduler *s, const struct mail *m)
{
    struct msg_credit c;
    struct queue_worker *w;
    struct err err;

    if (m->worker < 0 || credit_decode(&c, m->bytes, m->size, &err) < 0)
        return;
    w = &s->queue.worker[m->worker];
    w->credits += (int)c.n;
    if (w->credits > WIRE_MAX_CREDIT)
        w->credits = WIRE_MAX_CREDIT;
}

static void on_beat(struct scheduler *s, const struct mail *m)
{
    struct msg_beat b;
    struct queue_worker *w;
    struct err err;

    if (m->worker < 0 || beat_decode(&b, m->bytes, m->size, &err) < 0)
        return;
    queue_beat(&s->queue, m->worker, scheduler_now());
    w = &s->queue.worker[m->worker];
    w->done = b.done;
    w->total = b.total;
    w->rate = b.rate;
    memcpy(w->note, b.note, sizeof(b.note));
}

static void unit_failed(struct scheduler *s, struct queue_unit *u, int worker,
                        const struct msg_result *r)
{
    const struct plan_node *node = scheduler_node(s);
    const bool counts = r->code != ERR_AGAIN;
    char id[32];
    bool aside;

    if (u->state != UNIT_LEASED || u->worker != worker)
        return;
    snprintf(id, sizeof(id), "%ju", (uintmax_t)u->id);
    journal_add(s->run_dir, "unit-failed",
                (struct journal_member[]){
                    {"node", node->name}, {"unit", id}, {"reason", r->text}},
                3);
    aside = queue_failed(&s->queue, u, r->text, counts, scheduler_now());
    if (r->code == ERR_USAGE ||
        (r->code == ERR_INPUT && node->division == PLAN_WHOLE) ||
        (aside && !scheduler_spares(s, u)))
        err_set(&s->fault, r->code == ERR_AGAIN ? ERR_SYSTEM : r->code, "%s",
                r->text);
}

static void on_result(struct scheduler *s, const struct mail *m)
{
    struct msg_result r;
    struct queue_unit *u;
    struct err err;

    if (result_decode(&r, m->bytes, m->size, &err) < 0)
        return;
    u = queue_find(&s->queue, r.unit);
    if (!u || s->node < 0)
        return;
    if (r.code)
        unit_failed(s, u, m->worker, &r);
    else if (scheduler_node(s)->division == PLAN_ROWS)
        queue_await(&s->queue, u, scheduler_now());
    else
        queue_done(&s->queue, u);
}

static void on_stored(struct scheduler *s, const struct mail *m)
{
    struct msg_stored x;
    struct queue_unit *u;
    struct err err;

    if (m->worker < 0 || m->worker != s->sink ||
        stored_decode(&x, m->bytes, m->size, &err) < 0)
        return;
    u = queue_find(&s->queue, x.unit);
    if (u)
        queue_done(&s->queue, u);
}

static void on_sealed(struct scheduler *s, const struct mail *m)
{
    struct msg_sealed x;
    struct err err;

    if (m->worker < 0 || m->worker != s->sink ||
        sealed_decode(&x, m->bytes, m->size, &err) < 0)
        return;
    if (x.code)
        err_set(&s->fault, x.code, "%s", x.text);
    s->sealed = x.code == ERR_NONE;
}

static const struct {
    enum msg_type type;
    void (*handle)(struct scheduler *s, const struct mail *m);
} handlers[] = {
    {PROTO_HELLO, on_hello},   {PROTO_CREDIT, on_credit},
    {PROTO_BEAT, on_beat},     {PROTO_RESULT, on_result},
    {PROTO_STORED, on_stored}, {PROTO_SEALED, on_sealed},
};

void scheduler_take(struct scheduler *s, const void *from, size_t from_size,
                    const void *bytes, size_t size)
{
    const enum msg_type type = msg_peek(bytes, size);
    const struct mail m = {from, from_size,
                           queue_find_worker(&s->queue, from, from_size), bytes,
                           size};

    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
        if (handlers[i].type == type)
            handlers[i].handle(s, &m);
    if (m.worker >= 0)
        s->queue.worker[m.worker].seen = scheduler_now();
}

void scheduler_listen(struct scheduler *s)
{
    enum { AT_MOST = 1000 }; /* then see to the clock */
    zmq_msg_t from, m;

    for (int i = 0; i < AT_MOST; i++) {
        bool two;

        zmq_msg_init(&from);
        zmq_msg_init(&m);
        if (zmq_msg_recv(&from, s->router, ZMQ_DONTWAIT) < 0)
            i = AT_MOST;
        two = i < AT_MOST && zmq_msg_more(&from) &&
              zmq_msg_recv(&m, s->router, ZMQ_DONTWAIT) >= 0;
        if (two) {
            scheduler_take(s, zmq_msg_data(&from), zmq_msg_size(&from),
                           zmq_msg_data(&m), zmq_msg_size(&m));
            frames_drop(s->router);
        }
        zmq_msg_close(&m);
        zmq_msg_close(&from);
    }
}

static void send_unit(struct scheduler *s, const struct queue_unit *u)
{
    const struct plan_node *node = scheduler_node(s);
    struct msg_unit m = {
        .id = u->id,
        .attempt = (uint32_t)u->tries + 1,
        .lease_ms = (uint32_t)(s->queue.lease * 1000),
        .first = u->first,
        .count = u->count,
    };
    struct err err;

    snprintf(m.node, sizeof(m.node), "%s", node->name);
    snprintf(m.run_dir, sizeof(m.run_dir), "%s", s->run_dir);
    if (s->sink >= 0)
        snprintf(m.sink, sizeof(m.sink), "%s",
                 s->queue.worker[s->sink].endpoint);
    if (s->sink >= 0 && s->guard)
        snprintf(m.sink_key, sizeof(m.sink_key), "%s", s->keys.public_key);
    if (unit_encode(&m, &s->out, &err) < 0)
        log_warn("%s", err.text);
    else
        post_worker(s, u->worker);
}

void scheduler_offer(struct scheduler *s)
{
    const struct plan_node *node = scheduler_node(s);
    const bool needs_sink = node->division == PLAN_ROWS;
    const struct queue_unit *u;
    int worker;

    if (needs_sink && s->sink < 0)
        return;
    while ((u = queue_assign(&s->queue, node->stage, &worker, scheduler_now())))
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
