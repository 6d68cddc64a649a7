/* test_scheduler_link.c - a worker's line to a scheduler, the scheduler played here */
#include "base/file.h"
#include "base/version.h"
#include "proto/beat.h"
#include "proto/credit.h"
#include "proto/hello.h"
#include "proto/refuse.h"
#include "proto/result.h"
#include "proto/unit.h"
#include "proto/wire.h"
#include "tap.h"
#include "worker/curve_keys.h"
#include "worker/scheduler_address.h"
#include "worker/scheduler_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

static char dir[64];

struct fake_scheduler {
    void *zmq, *router; /* owned */
    char from[64];      /* identity of the worker that spoke last */
    size_t from_size;
    char bytes[4096];
    size_t size;
};

static void peer_open(struct fake_scheduler *p, const char *name)
{
    const int wait = 5000, zero = 0;
    struct scheduler_address c = {.scheduler.pid = 1};
    struct err err = {0};

    p->zmq = zmq_ctx_new();
    p->router = zmq_socket(p->zmq, ZMQ_ROUTER);
    zmq_setsockopt(p->router, ZMQ_RCVTIMEO, &wait, sizeof(wait));
    zmq_setsockopt(p->router, ZMQ_LINGER, &zero, sizeof(zero));
    snprintf(c.endpoint, sizeof(c.endpoint), "ipc://%s/%s", dir, name);
    ok(zmq_bind(p->router, c.endpoint) == 0, "a scheduler listens");
    ok(scheduler_address_write(dir, &c, &err) == 0, "  and says where");
}

static void peer_close(struct fake_scheduler *p)
{
    zmq_close(p->router);
    zmq_ctx_term(p->zmq);
}

/* Next message of 'type', others skipped. */
static bool receive_type(struct fake_scheduler *p, enum msg_type type)
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
        if (wire_msg_peek(p->bytes, p->size) == type)
            return true;
    }
    return false;
}

static void answer_peer(struct fake_scheduler *p, struct buf *out)
{
    zmq_send(p->router, p->from, p->from_size, ZMQ_SNDMORE);
    zmq_send(p->router, out->data, out->len, 0);
    buf_release(out);
}

/* Its scheduler is gone; the next one asks it to leave. */
static void check_next_scheduler(struct scheduler_link *l)
{
    struct msg_unit got;
    struct fake_scheduler q;
    struct buf out = {0};
    struct err err = {0};
    enum scheduler_link_event event = SCHEDULER_LINK_STOP;

    peer_open(&q, "two");
    ok(receive_type(&q, PROTO_HELLO),
       "a worker finds another scheduler by itself");
    ok(!scheduler_link_stopping(l),
       "a worker that lost its scheduler is not asked to stop");
    ok(wire_encode_bare(PROTO_DRAIN, &out, &err) == 0,
       "a worker is asked to leave");
    answer_peer(&q, &out);
    do
        ok(scheduler_link_wait(l, 5000, &event, &got, &err) == 1,
           "a worker hears of an event within 5 s");
    while (event == SCHEDULER_LINK_CONNECTED);
    ok(event == SCHEDULER_LINK_STOP && scheduler_link_stopping(l),
       "  and knows that it is to stop");
    peer_close(&q);
}

static void check_life(void)
{
    const struct scheduler_link_args a = {
        .stage = "augment", .join = dir, .listen = ""};
    struct msg_unit unit = {.id = 7, .attempt = 1, .lease_ms = 1000};
    struct msg_unit got;
    struct msg_hello hello;
    struct msg_beat beat;
    struct msg_result result;
    struct fake_scheduler p;
    struct scheduler_link *l = NULL;
    struct buf out = {0};
    struct err err = {0}, what = {0};
    enum scheduler_link_event event = SCHEDULER_LINK_STOP;
    char name[128];

    peer_open(&p, "one");
    ok(scheduler_link_open(&l, &a, &err) == 0, "a worker connects");
    ok(receive_type(&p, PROTO_HELLO) &&
           hello_decode(&hello, p.bytes, p.size, &err) == 0,
       "  it says hello first");
    scheduler_link_worker_name(name, sizeof(name));
    ok(strcmp(hello.stage, "augment") == 0 &&
           strcmp(hello.release, PAPLINE_VERSION) == 0 &&
           strcmp(hello.worker, name) == 0,
       "  with stage, version and name");
    ok(scheduler_link_wait(l, 2000, &event, &got, &err) == 1 &&
           event == SCHEDULER_LINK_CONNECTED,
       "  and knows that it is connected");
    ok(scheduler_link_credit(l, &err) == 0 && receive_type(&p, PROTO_CREDIT),
       "the scheduler gets a worker's credit");
    snprintf(unit.step, sizeof(unit.step), "augment");
    ok(unit_encode(&unit, &out, &err) == 0, "a unit is sent");
    answer_peer(&p, &out);
    ok(scheduler_link_wait(l, 2000, &event, &got, &err) == 1 &&
           event == SCHEDULER_LINK_UNIT && got.id == 7 &&
           strcmp(got.step, "augment") == 0,
       "  and received by the worker");
    scheduler_link_progress(l, 7, 3, 10, "third");
    ok(receive_type(&p, PROTO_BEAT) && receive_type(&p, PROTO_BEAT) &&
           beat_decode(&beat, p.bytes, p.size, &err) == 0 && beat.unit == 7 &&
           beat.done == 3 && strcmp(beat.note, "third") == 0,
       "heartbeats tell how far the worker is");
    err_set(&what, ERR_INPUT, "no good");
    ok(scheduler_link_result(l, 7, &what, 1.5, &err) == 0 &&
           receive_type(&p, PROTO_RESULT) &&
           result_decode(&result, p.bytes, p.size, &err) == 0 &&
           result.unit == 7 && result.code == ERR_INPUT &&
           strcmp(result.text, "no good") == 0,
       "the scheduler gets a result with its reason");
    peer_close(&p);
    check_next_scheduler(l);
    scheduler_link_close(l);
}

/* Credits that come before the result of 'unit'; -1: that does not come. */
static int count_credits(struct fake_scheduler *p, uint64_t unit)
{
    struct msg_result result = {0};
    struct err err = {0};
    int n = 0;

    while (result.unit != unit) {
        const int got = zmq_recv(p->router, p->from, sizeof(p->from), 0);
        const int m = zmq_recv(p->router, p->bytes, sizeof(p->bytes), 0);

        if (got < 0 || m < 0)
            return -1;
        n += wire_msg_peek(p->bytes, (size_t)m) == PROTO_CREDIT;
        if (wire_msg_peek(p->bytes, (size_t)m) == PROTO_RESULT &&
            result_decode(&result, p->bytes, (size_t)m, &err) < 0)
            return -1;
    }
    return n;
}

/* A unit ends while the scheduler is away: with the next connection the worker
 * is free once, not twice. */
static void check_one_credit(void)
{
    const struct scheduler_link_args a = {
        .stage = "augment", .join = dir, .listen = ""};
    const struct timespec away = {.tv_nsec = 500000000};
    const struct err none = {0};
    struct scheduler_link *l = NULL;
    struct fake_scheduler p;
    struct msg_unit got;
    struct err err = {0};
    enum scheduler_link_event event = SCHEDULER_LINK_STOP;

    peer_open(&p, "four");
    ok(scheduler_link_open(&l, &a, &err) == 0 &&
           scheduler_link_wait(l, 5000, &event, &got, &err) == 1 &&
           event == SCHEDULER_LINK_CONNECTED,
       "a worker connects to a scheduler that will go");
    peer_close(&p);
    nanosleep(&away, NULL);
    ok(scheduler_link_result(l, 7, &none, 1, &err) == 0 &&
           scheduler_link_credit(l, &err) == 0,
       "a unit ends while the scheduler is away");
    peer_open(&p, "five");
    event = SCHEDULER_LINK_STOP;
    ok(scheduler_link_wait(l, 10000, &event, &got, &err) == 1 &&
           event == SCHEDULER_LINK_CONNECTED,
       "the next scheduler is found");
    ok(scheduler_link_credit(l, &err) == 0 &&
           scheduler_link_result(l, 8, &none, 1, &err) == 0 &&
           count_credits(&p, 8) == 1,
       "  it gets one credit");
    scheduler_link_close(l);
    peer_close(&p);
}

static void check_refused(void)
{
    const struct scheduler_link_args a = {
        .stage = "augment", .join = dir, .listen = ""};
    struct msg_refuse refuse = {.text = "go away"};
    struct msg_unit got;
    struct fake_scheduler p;
    struct scheduler_link *l = NULL;
    struct buf out = {0};
    struct err err = {0};
    enum scheduler_link_event event;
    int rc;

    peer_open(&p, "three");
    ok(scheduler_link_open(&l, &a, &err) == 0 && receive_type(&p, PROTO_HELLO),
       "a worker says hello to a scheduler that will refuse it");
    ok(refuse_encode(&refuse, &out, &err) == 0, "a refusal is sent");
    answer_peer(&p, &out);
    while ((rc = scheduler_link_wait(l, 5000, &event, &got, &err)) == 1)
        ;
    fails(rc, err, ERR_USAGE, "refused: go away",
          "a refused worker is told why");
    scheduler_link_close(l);
    peer_close(&p);
}

static void check_errors(void)
{
    static const char no_port[] =
        "{\"endpoint\": \"tcp://here\", \"curve\": true, \"pid\": 1}";
    struct scheduler_link_args a = {
        .stage = "augment", .join = dir, .listen = ""};
    struct scheduler_link *l = NULL;
    struct err err = {0};
    char path[128];

    scheduler_address_remove(dir);
    fails(scheduler_link_open(&l, &a, &err), err, ERR_AGAIN,
          "no scheduler is running",
          "without a scheduler a worker cannot connect");
    snprintf(path, sizeof(path), "%s/control.json", dir);
    ok(file_write(path, "{", 1, &err) == 0, "control.json is torn");
    fails(scheduler_link_open(&l, &a, &err), err, ERR_INPUT,
          "control.json':1: ", "a torn control.json is refused");
    ok(file_write(path, no_port, strlen(no_port), &err) == 0,
       "control.json has an endpoint without port");
    fails(scheduler_link_open(&l, &a, &err), err, ERR_INPUT, "is damaged",
          "an endpoint without port is refused");
    a.join = NULL;
    a.endpoint = "nonsense";
    fails(scheduler_link_open(&l, &a, &err), err, ERR_USAGE,
          "cannot connect to 'nonsense'", "a nonsensical endpoint is refused");
    a.endpoint = "tcp://127.0.0.1:1";
    a.key_file = "/nonexistent/worker.key";
    fails(scheduler_link_open(&l, &a, &err), err, ERR_USAGE, "worker.key",
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
    struct scheduler_link_args a = {.stage = "augment", .listen = ""};
    char endpoint[64], key[128];
    const int fd = listen_here(endpoint);
    struct scheduler_link *l = NULL;
    struct msg_unit got;
    struct err err = {0};
    enum scheduler_link_event event;

    snprintf(key, sizeof(key), "%s/keys/worker.key", dir);
    a.endpoint = endpoint;
    a.key_file = key;
    BUG_ON(curve_keys_make(dir, &err) < 0 ||
           scheduler_link_open(&l, &a, &err) < 0);
    for (int i = 0; i < 2; i++)
        close(accept(fd, NULL, NULL));
    ok(scheduler_link_wait(l, 500, &event, &got, &err) == 0,
       "a worker whose handshake was cut off twice tries again");
    close(accept(fd, NULL, NULL));
    fails(scheduler_link_wait(l, 5000, &event, &got, &err), err, ERR_USAGE,
          "refuses this worker's curve key",
          "a worker whose handshake was cut off three times gives up");
    scheduler_link_close(l);
    close(fd);
}

int main(void)
{
    struct err err = {0};

    snprintf(dir, sizeof(dir), "/tmp/t-link-%ld", (long)getpid());
    ok(sodium_init() >= 0 && file_dir_make(dir, &err) == 0,
       "the test's directory is made");
    check_life();
    check_one_credit();
    check_refused();
    check_errors();
    check_hung_up();
    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}
