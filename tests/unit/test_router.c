/* test_router.c - what a ROUTER hands on, what it ignores, and how much */
#include "proto/credit.h"
#include "tap.h"
#include "worker/router.h"

#include <zmq.h>

enum { BYTES = 100, MOST = 3 };

/* What came, and whether to take it. */
struct routed_messages {
    int n;
    size_t size; /* of the last */
    enum msg_type type;
    uint8_t from[ROUTER_ID];
    size_t from_size;
    bool refuses;
};

static int note_message(void *self, struct router_message *m, struct err *err)
{
    struct routed_messages *h = self;

    if (h->refuses)
        return err_set(err, ERR_INPUT, "not wanted");
    h->n++;
    h->size = m->size;
    h->type = m->type;
    h->from_size = m->from_size;
    memcpy(h->from, m->from, m->from_size);
    return 0;
}

/* Handle what comes within a second, until 'n' messages have. */
static int receive_message(struct router *r, int n, int most,
                           struct routed_messages *h)
{
    zmq_pollitem_t item = {.socket = r->socket, .events = ZMQ_POLLIN};
    int got = 0;

    while (got < n && zmq_poll(&item, 1, 1000) > 0)
        got += router_receive(r, most, note_message, h);
    return got;
}

static void check_mail(struct router *r, void *peer)
{
    const struct msg_credit m = {.n = 1};
    struct routed_messages h = {0};
    struct buf out = {0};
    struct err err;
    char answer[8];

    BUG_ON(credit_encode(&m, &out, &err) < 0);
    zmq_send(peer, out.data, out.len, 0);
    ok(receive_message(r, 1, 1, &h) == 1 && h.n == 1 &&
           h.type == PROTO_CREDIT && h.size == out.len,
       "a message is handed on with its type");
    buf_release(&out);
    buf_puts(&out, "yes");
    ok(router_send(r, h.from, h.from_size, &out) &&
           zmq_recv(peer, answer, sizeof(answer), 0) == 3 &&
           memcmp(answer, "yes", 3) == 0,
       "its sender is answered");
    buf_release(&out);
}

static void check_ignored(struct router *r, void *peer)
{
    struct routed_messages h = {.refuses = true};

    zmq_send(peer, "junk", 4, 0);
    ok(receive_message(r, 1, 1, &h) == 1 && r->n_ignored == 1,
       "what the handler refuses is counted");
    h.refuses = false;
    zmq_send(peer, "", 0, ZMQ_SNDMORE);
    zmq_send(peer, "two", 3, ZMQ_SNDMORE);
    zmq_send(peer, "three", 5, 0);
    zmq_send(peer, "one", 3, 0);
    ok(receive_message(r, 2, 1, &h) == 2 && h.n == 1 && h.size == 3 &&
           r->n_ignored == 2,
       "so is a message of more than one frame; the next one is whole");
}

static void check_bounds(struct router *r, void *peer)
{
    static const char bytes[BYTES + 1];
    struct routed_messages h = {0};

    for (int i = 0; i <= MOST; i++)
        zmq_send(peer, "x", 1, 0);
    ok(receive_message(r, MOST + 1, MOST, &h) == MOST + 1 && h.n == MOST + 1,
       "all that was sent is handled");
    ok(router_receive(r, MOST, note_message, &h) == 0, "then nothing is there");
    for (int i = 0; i <= MOST; i++)
        zmq_send(peer, "x", 1, 0);
    zmq_poll(NULL, 0, 100);
    ok(router_receive(r, MOST, note_message, &h) == MOST,
       "at most so many at once");
    ok(receive_message(r, 1, MOST, &h) == 1, "  and the rest later");
    zmq_send(peer, bytes, BYTES, 0);
    ok(receive_message(r, 1, MOST, &h) == 1 && h.size == BYTES,
       "a long message");
    zmq_send(peer, bytes, BYTES + 1, 0);
    ok(receive_message(r, 1, MOST, &h) == 0,
       "one that is too long never arrives");
}

int main(void)
{
    const struct router_limits limits = {.bytes = BYTES};
    const int zero = 0;
    struct router r = {0}, other = {0};
    struct err err;
    void *peer;

    router_close(&r);
    ok(router_open(&r, &limits, &err) == 0 &&
           router_bind_ipc(&r, "here", &err) == 0,
       "a router listens");
    peer = zmq_socket(r.zmq, ZMQ_DEALER);
    zmq_setsockopt(peer, ZMQ_LINGER, &zero, sizeof(zero));
    BUG_ON(zmq_connect(peer, r.endpoint) < 0);
    check_mail(&r, peer);
    check_ignored(&r, peer);
    check_bounds(&r, peer);
    BUG_ON(router_open(&other, &limits, &err) < 0);
    fails(router_bind(&other, "nonsense", &err), err, ERR_SYSTEM,
          "cannot listen at 'nonsense'", "an address that is none");
    router_close(&other);
    zmq_close(peer);
    router_close(&r);
    return tap_done();
}
