/* scheduler_link_thread.c - the thread that talks with the scheduler */
#include "worker/scheduler_link_private.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/version.h"
#include "proto/beat.h"
#include "proto/hello.h"
#include "proto/refuse.h"
#include "worker/scheduler_address.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

enum {
    TICK_MS = 100,
    TURN_SECONDS = 1,   /* more do not pass in a turn */
    AWAY_SECONDS = 60,  /* without a scheduler: give up */
    HUNG_UP_MAX = 3,    /* handshakes cut off without a word: a wrong key */
    LOOK_MS = 1000,     /* between two looks for another one */
    LINGER_MS = 2000,   /* for the last result to leave */
    HIGH_WATER = 10000, /* control messages in a pipe */
};

static void send_buf(struct scheduler_link *l)
{
    zmq_send(l->dealer, l->out.data, l->out.len, ZMQ_DONTWAIT);
}

static void say_hello(struct scheduler_link *l)
{
    struct msg_hello m = {.token = l->token};
    struct err err;

    snprintf(m.stage, sizeof(m.stage), "%s", l->args.stage);
    snprintf(m.release, sizeof(m.release), "%s", PAPLINE_VERSION);
    snprintf(m.endpoint, sizeof(m.endpoint), "%s", l->args.listen);
    scheduler_link_worker_name(m.worker, sizeof(m.worker));
    if (hello_encode(&m, &l->out, &err) == 0)
        send_buf(l);
}

static void say_beat(struct scheduler_link *l)
{
    struct msg_beat m = {0};
    struct err err;
    double spent;

    pthread_mutex_lock(&l->lock);
    m.unit = l->unit;
    m.done = l->done;
    m.total = l->total;
    spent = clock_now() - l->since;
    m.rate = l->unit && spent > 0 ? l->done / spent : 0;
    memcpy(m.note, l->note, sizeof(m.note));
    pthread_mutex_unlock(&l->lock);
    if (beat_encode(&m, &l->out, &err) == 0)
        send_buf(l);
    l->last_beat = clock_now();
}

/* Tell the stage's thread: one letter and, for 'U' and 'X', a payload. */
static void tell_stage(struct scheduler_link *l, enum scheduler_link_event what,
                       const void *payload, size_t n)
{
    zmq_send(l->its, &what, sizeof(what), ZMQ_SNDMORE);
    zmq_send(l->its, payload, n, 0);
}

static int dealer_open(struct scheduler_link *l, struct err *err)
{
    const int zero = 0, hwm = HIGH_WATER, ivl = 2000, ttl = 10000, retry = 200;
    const int events =
        ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
        ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
        ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_DISCONNECTED;
    char name[64];

    snprintf(name, sizeof(name), "inproc://monitor-%d", l->n_dealer++);
    l->dealer = zmq_socket(l->zmq, ZMQ_DEALER);
    l->monitor = zmq_socket(l->zmq, ZMQ_PAIR);
    if (!l->dealer || !l->monitor)
        return err_set(err, ERR_SYSTEM, "cannot open a socket: %s",
                       zmq_strerror(errno));
    zmq_setsockopt(l->dealer, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(l->monitor, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(l->dealer, ZMQ_SNDHWM, &hwm, sizeof(hwm));
    zmq_setsockopt(l->dealer, ZMQ_HEARTBEAT_IVL, &ivl, sizeof(ivl));
    zmq_setsockopt(l->dealer, ZMQ_HEARTBEAT_TIMEOUT, &ttl, sizeof(ttl));
    zmq_setsockopt(l->dealer, ZMQ_RECONNECT_IVL, &retry, sizeof(retry));
    if (l->curve && curve_keys_client(&l->keys, l->dealer, NULL, err) < 0)
        return -1;
    if (zmq_socket_monitor(l->dealer, name, events) < 0 ||
        zmq_connect(l->monitor, name) < 0)
        return err_set(err, ERR_SYSTEM, "cannot watch a socket: %s",
                       zmq_strerror(errno));
    if (zmq_connect(l->dealer, l->endpoint) < 0)
        return err_set(err, ERR_USAGE, "cannot connect to '%s': %s",
                       l->endpoint, zmq_strerror(errno));
    return 0;
}

void scheduler_link_thread_close(struct scheduler_link *l)
{
    if (l->dealer) {
        zmq_socket_monitor(l->dealer, NULL, 0);
        zmq_close(l->dealer);
    }
    if (l->monitor)
        zmq_close(l->monitor);
    l->dealer = l->monitor = NULL;
}

/* Where to connect, from the arguments or from the run directory. */
static int find_scheduler(struct scheduler_link *l, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct scheduler_address a;

    if (!l->args.join) {
        snprintf(l->endpoint, sizeof(l->endpoint), "%s", l->args.endpoint);
        l->curve = l->args.key_file != NULL;
        return l->curve ? curve_keys_read(l->args.key_file, &l->keys, err) : 0;
    }
    if (scheduler_address_read(&a, l->args.join, err) < 0)
        return -1;
    snprintf(l->endpoint, sizeof(l->endpoint), "%s", a.endpoint);
    l->curve = a.curve;
    if (!a.curve)
        return 0;
    if (file_path(path, err, "%s/keys/worker.key", l->args.join) < 0)
        return -1;
    return curve_keys_read(path, &l->keys, err);
}

int scheduler_link_thread_open(struct scheduler_link *l, struct err *err)
{
    return find_scheduler(l, err) < 0 ? -1 : dealer_open(l, err);
}

/* While it is away: has another scheduler started for this run? */
static void look_for_scheduler(struct scheduler_link *l)
{
    char before[sizeof(l->endpoint)];
    struct err err;

    if (!l->args.join || clock_now() - l->last_look < LOOK_MS / 1000.0)
        return;
    l->last_look = clock_now();
    memcpy(before, l->endpoint, sizeof(before));
    if (find_scheduler(l, &err) < 0 || strcmp(before, l->endpoint) == 0)
        return;
    scheduler_link_thread_close(l);
    if (dealer_open(l, &err) < 0)
        tell_stage(l, SCHEDULER_LINK_FAULT, &err, sizeof(err));
}

static void on_monitor(struct scheduler_link *l)
{
    struct err err = {0};
    uint8_t frame[6];
    char address[256];
    uint16_t event;

    if (zmq_recv(l->monitor, frame, sizeof(frame), ZMQ_DONTWAIT) != 6)
        return;
    zmq_recv(l->monitor, address, sizeof(address), 0);
    memcpy(&event, frame, sizeof(event));
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
        l->connected = true;
        l->hung_up = 0;
        say_hello(l);
        say_beat(l);
        l->told++;
        tell_stage(l, SCHEDULER_LINK_CONNECTED, "", 0);
    } else if (event == ZMQ_EVENT_DISCONNECTED) {
        if (l->connected)
            l->away_since = l->clock.now;
        l->connected = false;
    } else if (event != ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL ||
               ++l->hung_up == HUNG_UP_MAX) {
        err_set(&err, ERR_USAGE,
                "the scheduler at '%s' refuses this worker's curve key",
                l->endpoint);
        tell_stage(l, SCHEDULER_LINK_FAULT, &err, sizeof(err));
    }
}

static void on_refuse(struct scheduler_link *l, zmq_msg_t *m)
{
    struct msg_refuse refuse;
    struct err err = {0};

    if (refuse_decode(&refuse, zmq_msg_data(m), zmq_msg_size(m), &err) == 0)
        err_set(&err, ERR_USAGE, "refused: %s", refuse.text);
    tell_stage(l, SCHEDULER_LINK_FAULT, &err, sizeof(err));
}

/* A message of another type is not for a worker: ignored. */
static void on_scheduler(struct scheduler_link *l)
{
    zmq_msg_t m;

    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, l->dealer, ZMQ_DONTWAIT) >= 0) {
        const enum msg_type type =
            wire_msg_peek(zmq_msg_data(&m), zmq_msg_size(&m));

        if (type == PROTO_DRAIN)
            atomic_store(&l->stopping, true);
        if (type == PROTO_UNIT)
            tell_stage(l, SCHEDULER_LINK_UNIT, zmq_msg_data(&m),
                       zmq_msg_size(&m));
        else if (type == PROTO_FINISH)
            tell_stage(l, SCHEDULER_LINK_FINISH, "", 0);
        else if (type == PROTO_DRAIN)
            tell_stage(l, SCHEDULER_LINK_STOP, "", 0);
        else if (type == PROTO_REFUSE)
            on_refuse(l, &m);
    }
    zmq_msg_close(&m);
}

/* Pass on what the stage's thread sends; an empty message ends the thread.  A
 * credit of before the last connection is not passed on: the stage gives one
 * for that when it hears of it. */
static bool on_stage(struct scheduler_link *l)
{
    const int linger = LINGER_MS;
    int seen = l->told;
    zmq_msg_t m;
    bool go_on = true;

    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, l->its, ZMQ_DONTWAIT) >= 0) {
        if (zmq_msg_more(&m)) /* a credit, and of which connection */
            zmq_recv(l->its, &seen, sizeof(seen), 0);
        go_on = zmq_msg_size(&m) > 0;
        if (!go_on)
            zmq_setsockopt(l->dealer, ZMQ_LINGER, &linger, sizeof(linger));
        else if (l->dealer && seen == l->told)
            zmq_msg_send(&m, l->dealer, ZMQ_DONTWAIT);
    }
    zmq_msg_close(&m);
    return go_on;
}

/* What has to be done by the clock. */
static void on_tick(struct scheduler_link *l)
{
    struct err err = {0};

    if (scheduler_link_signalled() && !atomic_exchange(&l->stopping, true))
        tell_stage(l, SCHEDULER_LINK_STOP, "", 0);
    if (l->connected && clock_now() - l->last_beat > WIRE_BEAT_MS / 1000.0)
        say_beat(l);
    if (l->connected)
        return;
    look_for_scheduler(l);
    if (l->clock.now - l->away_since > AWAY_SECONDS) {
        err_set(&err, ERR_AGAIN,
                "the scheduler at '%s' has not answered for %d seconds",
                l->endpoint, AWAY_SECONDS);
        tell_stage(l, SCHEDULER_LINK_FAULT, &err, sizeof(err));
        l->away_since = l->clock.now;
    }
}

void *scheduler_link_thread_run(void *link)
{
    struct scheduler_link *l = link;
    bool go_on = true;

    while (go_on) {
        /* What the stage says while the scheduler is away waits until hello has
         * been said again: of a stranger it would be ignored. */
        const bool hear = l->connected || atomic_load(&l->closing);
        zmq_pollitem_t item[] = {
            {.socket = l->its, .events = hear ? ZMQ_POLLIN : 0},
            {.socket = l->dealer, .events = ZMQ_POLLIN},
            {.socket = l->monitor, .events = ZMQ_POLLIN},
        };

        zmq_poll(item, l->dealer ? 3 : 1, TICK_MS);
        turn_clock_turn(&l->clock, TURN_SECONDS);
        if (item[2].revents)
            on_monitor(l);
        if (item[1].revents)
            on_scheduler(l);
        if (item[0].revents)
            go_on = on_stage(l);
        on_tick(l);
    }
    return NULL;
}
