/* test_sink_client.c - rows go to a sink, which may answer anything */
#include "proto/confirm.h"
#include "proto/samples.h"
#include "test_dir.h"
#include "worker/scheduler_address.h"
#include "worker/sink_client.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <zmq.h>

enum { SIDE = 2, UNIT = 7, LONG = 6000, PUTS = 7, PAUSE_MS = 150 };

/* What the sink answers to a message of samples, in this order. */
struct reply {
    const void *bytes;
    size_t size;
};

struct fake_sink {
    void *router;
    struct reply reply[4];
    int n;
    struct msg_samples got; /* the last that came */
    bool read;
};

static void *sink_run(void *self)
{
    struct fake_sink *s = self;
    zmq_msg_t id, m;
    struct err err = {0};

    zmq_msg_init(&id);
    zmq_msg_init(&m);
    BUG_ON(zmq_msg_recv(&id, s->router, 0) < 0 ||
           zmq_msg_recv(&m, s->router, 0) < 0);
    s->read =
        samples_decode(&s->got, zmq_msg_data(&m), zmq_msg_size(&m), &err) == 0;
    for (int i = 0; i < s->n; i++) {
        zmq_send(s->router, zmq_msg_data(&id), zmq_msg_size(&id), ZMQ_SNDMORE);
        zmq_send(s->router, s->reply[i].bytes, s->reply[i].size, 0);
    }
    zmq_msg_close(&id);
    zmq_msg_close(&m);
    return NULL;
}

/* Put one row, and wait for its confirm, while the sink answers. */
static int put_row(struct sink_client *o, struct fake_sink *s, const char *at,
                   struct err *err)
{
    static const uint8_t pixels[SIDE * SIDE * 3] = {1, 2, 3};
    static const char *const record[] = {"0,1,a,train,,,ok"};
    const struct sample_rows rows = {3, 1, SIDE, SIDE, 3, pixels, record};
    struct msg_unit unit = {.id = UNIT, .attempt = 1};
    pthread_t thread;
    int rc;

    snprintf(unit.sink, sizeof(unit.sink), "%s", at);
    BUG_ON(pthread_create(&thread, NULL, sink_run, s) != 0);
    rc = sink_client_put(o, &unit, &rows, err);
    if (rc == 0)
        rc = sink_client_flush(o, UNIT, err);
    pthread_join(thread, NULL);
    return rc;
}

/* As many as may be ahead are sent though nobody answers; then a refusal of the
 * first is heard, and the confirms behind it are not. */
static void check_ahead(struct sink_client *o, struct fake_sink *s,
                        const char *at)
{
    static const uint8_t pixels[SIDE * SIDE * 3];
    static const char *const record[] = {"0,1,a,train,,,ok"};
    const struct sample_rows rows = {3, 1, SIDE, SIDE, 3, pixels, record};
    struct msg_unit unit = {.id = UNIT, .attempt = 1};
    struct buf good = {0}, bad = {0};
    struct msg_confirm m = {.unit = UNIT}, no = {.unit = UNIT, .code = 2};
    struct err err = {0};
    zmq_msg_t id, body;
    bool sent = true;

    snprintf(unit.sink, sizeof(unit.sink), "%s", at);
    snprintf(no.text, sizeof(no.text), "no");
    BUG_ON(confirm_encode(&m, &good, &err) < 0 ||
           confirm_encode(&no, &bad, &err) < 0);
    for (int i = 1; i < SINK_CLIENT_AHEAD; i++)
        sent = sent && sink_client_put(o, &unit, &rows, &err) == 0;
    ok(sent && o->ahead == SINK_CLIENT_AHEAD - 1, "some messages go ahead");
    zmq_msg_init(&id);
    zmq_msg_init(&body);
    for (int i = 1; i < SINK_CLIENT_AHEAD; i++) {
        const struct buf *b = i == 1 ? &bad : &good;

        BUG_ON(zmq_msg_recv(&id, s->router, 0) < 0 ||
               zmq_msg_recv(&body, s->router, 0) < 0);
        zmq_send(s->router, zmq_msg_data(&id), zmq_msg_size(&id), ZMQ_SNDMORE);
        zmq_send(s->router, b->data, b->len, 0);
    }
    zmq_msg_close(&id);
    zmq_msg_close(&body);
    fails(sink_client_flush(o, UNIT, &err), err, ERR_INPUT, "sink: no",
          "  and are flushed");
    ok(o->ahead == 0 && sink_client_flush(o, UNIT, &err) == 0,
       "  then nothing of the unit is awaited");
    s->reply[0] = (struct reply){bad.data, bad.len};
    s->n = 1;
    fails(put_row(o, s, at, &err), err, ERR_INPUT, "sink: no",
          "  nor taken for the answer to the next");
    buf_release(&good);
    buf_release(&bad);
}

/* A worker that puts PUTS messages of one row, and flushes them. */
struct putter {
    struct sink_client *o;
    struct msg_unit unit;
    pthread_t thread;
    atomic_bool flushed;
    int rc;
    struct err err;
};

static void *put_all(void *self)
{
    static const uint8_t pixels[SIDE * SIDE * 3];
    static const char *const record[] = {"0,1,a,train,,,ok"};
    const struct sample_rows rows = {3, 1, SIDE, SIDE, 3, pixels, record};
    struct putter *p = self;

    for (int i = 0; i < PUTS && p->rc == 0; i++)
        p->rc = sink_client_put(p->o, &p->unit, &rows, &p->err);
    if (p->rc == 0)
        p->rc = sink_client_flush(p->o, UNIT, &p->err);
    p->flushed = true;
    return NULL;
}

/* Receive until there are 'n' messages, and then for PAUSE_MS more; how many
 * there are then.  *id is whose the last one is. */
static int receive_until(struct fake_sink *s, zmq_msg_t *id, int got, int n)
{
    const int long_ms = 20000, short_ms = PAUSE_MS;
    zmq_msg_t from, body;

    zmq_msg_init(&from);
    zmq_msg_init(&body);
    for (bool more = true; more; got += more) {
        const int *ms = got < n ? &long_ms : &short_ms;

        zmq_setsockopt(s->router, ZMQ_RCVTIMEO, ms, sizeof(*ms));
        more = zmq_msg_recv(&from, s->router, 0) >= 0 &&
               zmq_msg_recv(&body, s->router, 0) >= 0;
        if (more)
            zmq_msg_copy(id, &from);
    }
    zmq_setsockopt(s->router, ZMQ_RCVTIMEO, &long_ms, sizeof(long_ms));
    zmq_msg_close(&from);
    zmq_msg_close(&body);
    return got;
}

static void send_confirms(struct fake_sink *s, zmq_msg_t *id, int n)
{
    struct buf b = {0};
    struct msg_confirm m = {.unit = UNIT};
    struct err err = {0};

    BUG_ON(confirm_encode(&m, &b, &err) < 0);
    for (int i = 0; i < n; i++) {
        zmq_send(s->router, zmq_msg_data(id), zmq_msg_size(id), ZMQ_SNDMORE);
        zmq_send(s->router, b.data, b.len, 0);
    }
    buf_release(&b);
}

/* PROTOCOL.md: a worker has at most 4 messages that are not confirmed. */
static void check_silent_sink(struct sink_client *o, struct fake_sink *s,
                              const char *at)
{
    struct putter p = {.o = o, .unit = {.id = UNIT, .attempt = 1}};
    zmq_msg_t id;
    int got;

    snprintf(p.unit.sink, sizeof(p.unit.sink), "%s", at);
    zmq_msg_init(&id);
    BUG_ON(pthread_create(&p.thread, NULL, put_all, &p) != 0);
    got = receive_until(s, &id, 0, 4);
    if (!ok(got == 4, "a sink that confirms nothing is sent 4 messages"))
        printf("# it was sent %d\n", got);
    send_confirms(s, &id, 1);
    got = receive_until(s, &id, got, 5);
    if (!ok(got == 5, "a sink that confirms one message is sent one more"))
        printf("# it was sent %d\n", got);
    send_confirms(s, &id, PUTS - 2);
    got = receive_until(s, &id, got, PUTS);
    ok(got == PUTS && !p.flushed,
       "a flush does not end while one message of many is not confirmed");
    send_confirms(s, &id, 1);
    pthread_join(p.thread, NULL);
    ok(p.rc == 0 && p.flushed && o->ahead == 0,
       "a flush ends once the last message is confirmed");
    zmq_msg_close(&id);
}

static struct reply send_confirm(struct buf *b, uint64_t unit, int code,
                                 const char *text)
{
    struct msg_confirm m = {.unit = unit, .code = (enum err_code)code};
    struct err err = {0};

    snprintf(m.text, sizeof(m.text), "%s", text);
    BUG_ON(confirm_encode(&m, b, &err) < 0);
    return (struct reply){b->data, b->len};
}

static void check_answers(struct sink_client *o, struct fake_sink *s,
                          const char *at)
{
    static const char noise[LONG];
    struct buf good = {0}, other = {0}, bad = {0}, full = {0};
    const struct reply yes = send_confirm(&good, UNIT, ERR_NONE, "");
    const struct reply old = send_confirm(&other, UNIT - 1, ERR_INPUT, "old");
    const struct reply no = send_confirm(&bad, UNIT, ERR_INPUT, "no such row");
    struct err err = {0};

    s->reply[0] = yes;
    s->n = 1;
    ok(put_row(o, s, at, &err) == 0, "a row is confirmed");
    ok(s->read && s->got.unit == UNIT && s->got.first == 3 &&
           s->got.count == 1 && s->got.pixels[2] == 3,
       "  as it was sent");
    s->reply[0] = (struct reply){noise, LONG};
    s->reply[1] = (struct reply){"", 0};
    s->reply[2] = old;
    s->reply[3] = yes;
    s->n = 4;
    ok(put_row(o, s, at, &err) == 0,
       "what is no confirm of the unit is passed over");
    s->reply[0] = no;
    s->n = 1;
    fails(put_row(o, s, at, &err), err, ERR_INPUT, "sink: no such row",
          "a refusal is handed on");
    s->reply[0] = send_confirm(&full, UNIT, ERR_SYSTEM, "disk full");
    fails(put_row(o, s, at, &err), err, ERR_AGAIN, "sink: disk full",
          "a failing sink is not this process' fault");
    buf_release(&full);
    buf_release(&good);
    buf_release(&other);
    buf_release(&bad);
}

int main(void)
{
    const struct scheduler_link_args a = {
        .stage = "augment", .join = dir, .listen = ""};
    const int zero = 0, wait = 20000;
    struct scheduler_address c = {.scheduler.pid = 1};
    struct fake_sink s = {0};
    struct sink_client o = {0};
    struct err err = {0};
    void *zmq = zmq_ctx_new(), *scheduler = zmq_socket(zmq, ZMQ_ROUTER);
    char at[128];

    s.router = zmq_socket(zmq, ZMQ_ROUTER);
    zmq_setsockopt(s.router, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(s.router, ZMQ_RCVTIMEO, &wait, sizeof(wait));
    zmq_setsockopt(scheduler, ZMQ_LINGER, &zero, sizeof(zero));
    begin_dir();
    snprintf(at, sizeof(at), "ipc://%s/sink", dir);
    snprintf(c.endpoint, sizeof(c.endpoint), "ipc://%s/control", dir);
    ok(sodium_init() >= 0 && zmq_bind(scheduler, c.endpoint) == 0 &&
           zmq_bind(s.router, at) == 0 &&
           scheduler_address_write(dir, &c, &err) == 0 &&
           scheduler_link_open(&o.link, &a, &err) == 0,
       "a scheduler and a sink");
    check_silent_sink(&o, &s, at);
    check_answers(&o, &s, at);
    check_ahead(&o, &s, at);
    sink_client_close(&o);
    scheduler_link_close(o.link);
    samples_release(&s.got);
    zmq_close(scheduler);
    zmq_close(s.router);
    zmq_ctx_term(zmq);
    return end_dir();
}
