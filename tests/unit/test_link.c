/* test_link.c - a worker's line to a scheduler, the scheduler played here */
#include "base/file.h"
#include "base/version.h"
#include "proto/beat.h"
#include "proto/credit.h"
#include "proto/drain.h"
#include "proto/hello.h"
#include "proto/refuse.h"
#include "proto/result.h"
#include "proto/unit.h"
#include "tap.h"
#include "worker/curve_keys.h"
#include "worker/scheduler_address.h"
#include "worker/scheduler_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

static char dir[64];

struct peer {
    void *zmq, *router; /* owned */
    char from[64];      /* identity of the worker that spoke last */
    size_t from_size;
    char bytes[4096];
    size_t size;
};

static void peer_open(struct peer *p, const char *name)
{
    const int wait = 5000, zero = 0;
    struct control c = {.scheduler.pid = 1};
    struct err err = {0};

    p->zmq = zmq_ctx_new();
    p->router = zmq_socket(p->zmq, ZMQ_ROUTER);
    zmq_setsockopt(p->router, ZMQ_RCVTIMEO, &wait, sizeof(wait));
    zmq_setsockopt(p->router, ZMQ_LINGER, &zero, sizeof(zero));
    snprintf(c.endpoint, sizeof(c.endpoint), "ipc://%s/%s", dir, name);
    ok(zmq_bind(p->router, c.endpoint) == 0, "a scheduler listens");
    ok(control_write(dir, &c, &err) == 0, "  and says where");
}

static void peer_close(struct peer *p)
{
    zmq_close(p->router);
    zmq_ctx_term(p->zmq);
}

/* Next message of 'type', others skipped. */
static bool hear(struct peer *p, enum msg_type type)
{
    for (int i = 0; i < 50; i++) {
        const int n = zmq_recv(p->router, p->from, sizeof(p->from), 0);
        int m;

        if (n < 0)
            return false;
        p->from_size = (size_t)n;
        m = zmq_recv(p->router, p->bytes, sizeof(p->bytes), 0);
        if (m < 0)
            return false;
        p->size = (size_t)m;
        if (msg_peek(p->bytes, p->size) == type)
            return true;
    }
    return false;
}

static void answer(struct peer *p, struct buf *out)
{
    zmq_send(p->router, p->from, p->from_size, ZMQ_SNDMORE);
    zmq_send(p->router, out->data, out->len, 0);
    buf_release(out);
}

/* Its scheduler is gone; the next one asks it to leave. */
static void check_next_scheduler(struct link *l)
{
    struct msg_unit got;
    struct peer q;
    struct buf out = {0};
    struct err err = {0};
    enum link_event event = LINK_STOP;

    peer_open(&q, "two");
    ok(hear(&q, PROTO_HELLO), "a worker finds another scheduler by itself");
    ok(!link_stopping(l),
       "a worker that lost its scheduler is not asked to stop");
    ok(drain_encode(&out, &err) == 0, "a worker is asked to leave");
    answer(&q, &out);
    do
        ok(link_wait(l, 5000, &event, &got, &err) == 1,
           "a worker hears of an event within 5 s");
    while (event == LINK_CONNECTED);
    ok(event == LINK_STOP && link_stopping(l),
       "  and knows that it is to stop");
    peer_close(&q);
}

static void check_life(void)
{
    const struct link_args a = {.stage = "augment", .join = dir, .listen = ""};
    struct msg_unit unit = {.id = 7, .attempt = 1, .lease_ms = 1000};
    struct msg_unit got;
    struct msg_hello hello;
    struct msg_beat beat;
    struct msg_result result;
    struct peer p;
    struct link *l = NULL;
    struct buf out = {0};
    struct err err = {0}, what = {0};
    enum link_event event = LINK_STOP;
    char name[128];

    peer_open(&p, "one");
    ok(link_open(&l, &a, &err) == 0, "a worker connects");
    ok(hear(&p, PROTO_HELLO) &&
           hello_decode(&hello, p.bytes, p.size, &err) == 0,
       "  it says hello first");
    link_worker_name(name, sizeof(name));
    ok(strcmp(hello.stage, "augment") == 0 &&
           strcmp(hello.release, PAPLINE_VERSION) == 0 &&
           strcmp(hello.worker, name) == 0,
       "  with stage, version and name");
    ok(link_wait(l, 2000, &event, &got, &err) == 1 && event == LINK_CONNECTED,
       "  and knows that it is connected");
    ok(link_credit(l, &err) == 0 && hear(&p, PROTO_CREDIT),
       "the scheduler gets a worker's credit");
    snprintf(unit.node, sizeof(unit.node), "augment");
    ok(unit_encode(&unit, &out, &err) == 0, "a unit is sent");
    answer(&p, &out);
    ok(link_wait(l, 2000, &event, &got, &err) == 1 && event == LINK_UNIT &&
           got.id == 7 && strcmp(got.node, "augment") == 0,
       "  and received by the worker");
    link_progress(l, 7, 3, 10, "third");
    ok(hear(&p, PROTO_BEAT) && hear(&p, PROTO_BEAT) &&
           beat_decode(&beat, p.bytes, p.size, &err) == 0 && beat.unit == 7 &&
           beat.done == 3 && strcmp(beat.note, "third") == 0,
       "heartbeats tell how far the worker is");
    err_set(&what, ERR_INPUT, "no good");
    ok(link_result(l, 7, &what, 1.5, &err) == 0 && hear(&p, PROTO_RESULT) &&
           result_decode(&result, p.bytes, p.size, &err) == 0 &&
           result.unit == 7 && result.code == ERR_INPUT &&
           strcmp(result.text, "no good") == 0,
       "the scheduler gets a result with its reason");
    peer_close(&p);
    check_next_scheduler(l);
    link_close(l);
}

static void check_refused(void)
{
    const struct link_args a = {.stage = "augment", .join = dir, .listen = ""};
    struct msg_refuse refuse = {.text = "go away"};
    struct msg_unit got;
    struct peer p;
    struct link *l = NULL;
    struct buf out = {0};
    struct err err = {0};
    enum link_event event;
    int rc;

    peer_open(&p, "three");
    ok(link_open(&l, &a, &err) == 0 && hear(&p, PROTO_HELLO),
       "a worker says hello to a scheduler that will refuse it");
    ok(refuse_encode(&refuse, &out, &err) == 0, "a refusal is sent");
    answer(&p, &out);
    while ((rc = link_wait(l, 5000, &event, &got, &err)) == 1)
        ;
    fails(rc, err, ERR_USAGE, "refused: go away",
          "a refused worker is told why");
    link_close(l);
    peer_close(&p);
}

static void check_errors(void)
{
    static const char no_port[] =
        "{\"endpoint\": \"tcp://here\", \"curve\": true, \"pid\": 1}";
    struct link_args a = {.stage = "augment", .join = dir, .listen = ""};
    struct link *l = NULL;
    struct err err = {0};
    char path[128];

    control_remove(dir);
    fails(link_open(&l, &a, &err), err, ERR_AGAIN, "no scheduler is running",
          "without a scheduler a worker cannot connect");
    snprintf(path, sizeof(path), "%s/control.json", dir);
    ok(file_write(path, "{", 1, &err) == 0, "control.json is torn");
    fails(link_open(&l, &a, &err), err, ERR_INPUT, "is damaged",
          "a torn control.json is refused");
    ok(file_write(path, no_port, strlen(no_port), &err) == 0,
       "control.json has an endpoint without port");
    fails(link_open(&l, &a, &err), err, ERR_INPUT, "is damaged",
          "an endpoint without port is refused");
    a.join = NULL;
    a.endpoint = "nonsense";
    fails(link_open(&l, &a, &err), err, ERR_USAGE,
          "cannot connect to 'nonsense'", "a nonsensical endpoint is refused");
    a.endpoint = "tcp://127.0.0.1:1";
    a.key_file = "/nonexistent/worker.key";
    fails(link_open(&l, &a, &err), err, ERR_USAGE, "worker.key",
          "a missing key file is refused");
}

/* A socket that listens at a free port of this host. */
static int listen_here(char endpoint[64])
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    BUG_ON(fd < 0 || bind(fd, (struct sockaddr *)&at, size) < 0 ||
           listen(fd, 4) < 0 ||
           getsockname(fd, (struct sockaddr *)&at, &size) < 0);
    snprintf(endpoint, 64, "tcp://127.0.0.1:%d", ntohs(at.sin_port));
    return fd;
}

/* Two handshakes that are cut off may be bad luck, three are a wrong key. */
static void check_hung_up(void)
{
    struct link_args a = {.stage = "augment", .listen = ""};
    char endpoint[64], key[128];
    const int fd = listen_here(endpoint);
    struct link *l = NULL;
    struct msg_unit got;
    struct err err = {0};
    enum link_event event;

    snprintf(key, sizeof(key), "%s/keys/worker.key", dir);
    a.endpoint = endpoint;
    a.key_file = key;
    BUG_ON(keys_make(dir, &err) < 0 || link_open(&l, &a, &err) < 0);
    for (int i = 0; i < 2; i++)
        close(accept(fd, NULL, NULL));
    ok(link_wait(l, 500, &event, &got, &err) == 0,
       "a worker whose handshake was cut off twice tries again");
    close(accept(fd, NULL, NULL));
    fails(link_wait(l, 5000, &event, &got, &err), err, ERR_USAGE,
          "refuses this worker's key",
          "a worker whose handshake was cut off three times gives up");
    link_close(l);
    close(fd);
}

int main(void)
{
    struct err err = {0};

    snprintf(dir, sizeof(dir), "/tmp/t-link-%ld", (long)getpid());
    ok(sodium_init() >= 0 && dir_make(dir, &err) == 0,
       "the test's directory is made");
    check_life();
    check_refused();
    check_errors();
    check_hung_up();
    ok(dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}
