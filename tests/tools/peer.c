/*
 * peer.c - a peer that says what it is told to, for the flow tests
 *
 *     peer RUN WORD...
 *
 * connects to the scheduler of RUN as a worker does (with the run's key over
 * tcp) and acts on each word:
 *
 *     hello=STAGE      say hello as a worker of STAGE, or as a sink ("X.sink")
 *     again            lose the connection, and say hello on a new one
 *     credit=N         take N more units
 *     beat=UNIT        a heartbeat
 *     result=UNIT      the unit ended well; "mine": the unit that came last
 *     stored=UNIT      every row of the unit is stored
 *     sealed           the step is sealed
 *     junk             bytes that are no message
 *     wait=MS          print what comes: its type, of refuse also the text
 *     unit=MS          likewise, until a unit comes; status 1: none came
 *     drain=MS         likewise, until the peer is asked to leave
 */
#include "base/clock.h"
#include "base/file.h"
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
#include "worker/curve_keys.h"
#include "worker/scheduler_address.h"
#include "worker/scheduler_link.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

struct test_peer {
    const char *run;
    struct msg_hello me;
    void *zmq, *dealer; /* owned */
    struct buf out;     /* owned */
    struct msg_unit unit;
    enum msg_type got; /* last */
};

static int open_peer(struct test_peer *p, struct err *err)
{
    const int linger = 1000;
    char path[FILE_PATH_MAX];
    struct scheduler_address c;
    struct curve_keypair keys;

    if (scheduler_address_read(&c, p->run, err) < 0)
        return -1;
    if (!p->zmq)
        p->zmq = zmq_ctx_new();
    p->dealer = zmq_socket(p->zmq, ZMQ_DEALER);
    zmq_setsockopt(p->dealer, ZMQ_LINGER, &linger, sizeof(linger));
    if (c.curve && (file_path(path, err, "%s/keys/worker.key", p->run) < 0 ||
                    curve_keys_read(path, &keys, err) < 0 ||
                    curve_keys_client(&keys, p->dealer, NULL, err) < 0))
        return -1;
    if (zmq_connect(p->dealer, c.endpoint) < 0)
        return err_set(err, ERR_SYSTEM, "cannot connect to '%s'", c.endpoint);
    return 0;
}

/* Say what has been encoded. */
static int send_encoded(struct test_peer *p, int encoded)
{
    if (encoded == 0)
        zmq_send(p->dealer, p->out.data, p->out.len, 0);
    return encoded;
}

static int say_hello(struct test_peer *p, const char *stage, struct err *err)
{
    struct msg_hello *m = &p->me;

    randombytes_buf(&m->token, sizeof(m->token));
    snprintf(m->endpoint, sizeof(m->endpoint), "ipc:///nowhere");
    snprintf(m->stage, sizeof(m->stage), "%s", stage);
    snprintf(m->release, sizeof(m->release), "%s", PAPLINE_VERSION);
    scheduler_link_worker_name(m->worker, sizeof(m->worker));
    return send_encoded(p, hello_encode(m, &p->out, err));
}

static int connect_again(struct test_peer *p, struct err *err)
{
    zmq_close(p->dealer);
    p->dealer = NULL;
    return open_peer(p, err) < 0
               ? -1
               : send_encoded(p, hello_encode(&p->me, &p->out, err));
}

/* Print a message; remember a unit. */
static void print_message(struct test_peer *p, const void *bytes, size_t size)
{
    const enum msg_type type = wire_msg_peek(bytes, size);
    struct msg_refuse r;
    struct err err;

    printf("%s", wire_msg_name(type));
    if (type == PROTO_REFUSE && refuse_decode(&r, bytes, size, &err) == 0)
        printf(" %s", r.text);
    if (type == PROTO_UNIT && unit_decode(&p->unit, bytes, size, &err) == 0)
        printf(" %ju of %s", (uintmax_t)p->unit.id, p->unit.step);
    p->got = type;
    putchar('\n');
    fflush(stdout);
}

/* Listen for so long, or until such a message comes. */
static void listen_for(struct test_peer *p, double ms, enum msg_type type)
{
    const double end = clock_now() + ms / 1000;

    p->got = PROTO_NONE;
    while (clock_now() < end && (type == PROTO_NONE || p->got != type)) {
        zmq_pollitem_t item = {.socket = p->dealer, .events = ZMQ_POLLIN};
        zmq_msg_t m;

        zmq_msg_init(&m);
        if (zmq_poll(&item, 1, 20) > 0 &&
            zmq_msg_recv(&m, p->dealer, ZMQ_DONTWAIT) >= 0)
            print_message(p, zmq_msg_data(&m), zmq_msg_size(&m));
        zmq_msg_close(&m);
    }
}

static uint64_t unit_of(const struct test_peer *p, const char *value)
{
    return strcmp(value, "mine") == 0 ? p->unit.id : strtoull(value, NULL, 10);
}

static int listen_word(struct test_peer *p, const char *word, const char *value,
                       struct err *err)
{
    const enum msg_type type = strcmp(word, "unit") == 0    ? PROTO_UNIT
                               : strcmp(word, "drain") == 0 ? PROTO_DRAIN
                                                            : PROTO_NONE;

    if (type == PROTO_NONE && strcmp(word, "wait") != 0)
        return err_set(err, ERR_USAGE, "no word '%s'", word);
    listen_for(p, atof(value), type);
    return p->got == type || type == PROTO_NONE
               ? 0
               : err_set(err, ERR_SYSTEM, "no %s came", word);
}

static int do_word(struct test_peer *p, const char *word, const char *value,
                   struct err *err)
{
    const struct msg_credit credit = {.n = (uint32_t)atoi(value)};
    const struct msg_beat beat = {.unit = unit_of(p, value)};
    const struct msg_result result = {.unit = unit_of(p, value)};
    const struct msg_stored stored = {.unit = unit_of(p, value)};
    const struct msg_sealed sealed = {.code = 0};

    if (strcmp(word, "hello") == 0)
        return say_hello(p, value, err);
    if (strcmp(word, "again") == 0)
        return connect_again(p, err);
    if (strcmp(word, "credit") == 0)
        return send_encoded(p, credit_encode(&credit, &p->out, err));
    if (strcmp(word, "beat") == 0)
        return send_encoded(p, beat_encode(&beat, &p->out, err));
    if (strcmp(word, "result") == 0)
        return send_encoded(p, result_encode(&result, &p->out, err));
    if (strcmp(word, "stored") == 0)
        return send_encoded(p, stored_encode(&stored, &p->out, err));
    if (strcmp(word, "sealed") == 0)
        return send_encoded(p, sealed_encode(&sealed, &p->out, err));
    if (strcmp(word, "junk") == 0) {
        zmq_send(p->dealer, "\xff junk", 6, 0);
        return 0;
    }
    return listen_word(p, word, value, err);
}

int main(int argc, char **argv)
{
    struct test_peer p = {.run = argc > 1 ? argv[1] : ""};
    struct err err = {0};
    int rc = -1;

    log_name("peer");
    if (argc < 2)
        err_set(&err, ERR_USAGE, "peer RUN WORD...");
    else if (sodium_init() >= 0)
        rc = open_peer(&p, &err);
    for (int i = 2; rc == 0 && i < argc; i++) {
        char word[32];
        const size_t n = strcspn(argv[i], "=");

        snprintf(word, sizeof(word), "%.*s", (int)n, argv[i]);
        rc = do_word(&p, word, argv[i] + n + (argv[i][n] == '='), &err);
    }
    if (rc < 0)
        log_error("%s", err.text);
    if (p.dealer)
        zmq_close(p.dealer);
    if (p.zmq)
        zmq_ctx_term(p.zmq);
    buf_release(&p.out);
    return rc < 0;
}
