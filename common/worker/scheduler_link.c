#include "worker/scheduler_link.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/version.h"
#include "proto/beat.h"
#include "proto/credit.h"
#include "proto/hello.h"
#include "proto/refuse.h"
#include "proto/result.h"
#include "worker/scheduler_address.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum {
    TICK_MS = 100,
    AWAY_SECONDS = 60,  /* without a scheduler: give up */
    HUNG_UP_MAX = 3,    /* handshakes cut off without a word: a wrong key */
    LOOK_MS = 1000,     /* between two looks for another one */
    LINGER_MS = 2000,   /* for the last result to leave */
    HIGH_WATER = 10000, /* control messages in a pipe */
};

struct link {
    struct link_args args;  /* strings borrowed */
    void *zmq;              /* owned */
    void *mine, *its;       /* owned: inproc pair, stage's and thread's end */
    void *dealer, *monitor; /* owned by the thread once it runs */
    int n_dealer;           /* opened so far; names their monitors */
    pthread_t thread;
    bool running;
    struct keypair keys;
    bool curve;
    uint64_t token;
    char endpoint[256];

    pthread_mutex_t lock; /* of what follows */
    uint64_t unit;
    double done, total, since;
    char note[WIRE_MAX_NOTE + 1];

    atomic_bool stopping, closing;
    bool connected; /* thread only, like the rest */
    int hung_up;
    double away_since, last_look, last_beat;
    struct buf out;
};

static volatile sig_atomic_t signalled;

static void on_signal(int sig)
{
    (void)sig;
    signalled = 1;
}

void link_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};

    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool link_signalled(void)
{
    return signalled != 0;
}

void link_worker_name(char *name, size_t size)
{
    char host[64] = "host";

    gethostname(host, sizeof(host) - 1);
    snprintf(name, size, "%.63s:%ld", host, (long)getpid());
}

/* --- the thread ----------------------------------------------------------- */

static void send_buf(struct link *l)
{
    zmq_send(l->dealer, l->out.data, l->out.len, ZMQ_DONTWAIT);
}

static void say_hello(struct link *l)
{
    struct msg_hello m = {.token = l->token};
    struct err err;

    snprintf(m.stage, sizeof(m.stage), "%s", l->args.stage);
    snprintf(m.release, sizeof(m.release), "%s", PAPLINE_VERSION);
    snprintf(m.endpoint, sizeof(m.endpoint), "%s", l->args.listen);
    link_worker_name(m.worker, sizeof(m.worker));
    if (hello_encode(&m, &l->out, &err) == 0)
        send_buf(l);
}

static void say_beat(struct link *l)
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
static void tell(struct link *l, char what, const void *payload, size_t n)
{
    zmq_send(l->its, &what, 1, ZMQ_SNDMORE);
    zmq_send(l->its, payload, n, 0);
}

static int dealer_open(struct link *l, struct err *err)
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
    if (l->curve && keys_client(&l->keys, l->dealer, NULL, err) < 0)
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

static void dealer_close(struct link *l)
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
static int find_scheduler(struct link *l, struct err *err)
{
    char path[FILE_PATH_MAX];
    struct control c;

    if (!l->args.join) {
        snprintf(l->endpoint, sizeof(l->endpoint), "%s", l->args.endpoint);
        l->curve = l->args.key_file != NULL;
        return l->curve ? keys_read(l->args.key_file, &l->keys, err) : 0;
    }
    if (control_read(&c, l->args.join, err) < 0)
        return -1;
    snprintf(l->endpoint, sizeof(l->endpoint), "%s", c.endpoint);
    l->curve = c.curve;
    if (!c.curve)
        return 0;
    if (file_path(path, err, "%s/keys/worker.key", l->args.join) < 0)
        return -1;
    return keys_read(path, &l->keys, err);
}

/* While it is away: has another scheduler started for this run? */
static void look_for_scheduler(struct link *l)
{
    char before[sizeof(l->endpoint)];
    struct err err;

    if (!l->args.join || clock_now() - l->last_look < LOOK_MS / 1000.0)
        return;
    l->last_look = clock_now();
    memcpy(before, l->endpoint, sizeof(before));
    if (find_scheduler(l, &err) < 0 || strcmp(before, l->endpoint) == 0)
        return;
    dealer_close(l);
    if (dealer_open(l, &err) < 0)
        tell(l, 'X', &err, sizeof(err));
}

static void on_monitor(struct link *l)
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
        tell(l, 'C', "", 0);
    } else if (event == ZMQ_EVENT_DISCONNECTED) {
        if (l->connected)
            l->away_since = clock_now();
        l->connected = false;
    } else if (event != ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL ||
               ++l->hung_up == HUNG_UP_MAX) {
        err_set(&err, ERR_USAGE,
                "the scheduler at '%s' refuses this worker's key", l->endpoint);
        tell(l, 'X', &err, sizeof(err));
    }
}

static void on_drain(struct link *l)
{
    atomic_store(&l->stopping, true);
    tell(l, 'D', "", 0);
}

static void on_refuse(struct link *l, zmq_msg_t *m)
{
    struct msg_refuse refuse;
    struct err err = {0};

    if (refuse_decode(&refuse, zmq_msg_data(m), zmq_msg_size(m), &err) == 0)
        err_set(&err, ERR_USAGE, "refused: %s", refuse.text);
    tell(l, 'X', &err, sizeof(err));
}

/* A message of another type is not for a worker: ignored. */
static void on_scheduler(struct link *l)
{
    zmq_msg_t m;

    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, l->dealer, ZMQ_DONTWAIT) >= 0) {
        const enum msg_type type = msg_peek(zmq_msg_data(&m), zmq_msg_size(&m));

        if (type == PROTO_UNIT)
            tell(l, 'U', zmq_msg_data(&m), zmq_msg_size(&m));
        else if (type == PROTO_FINISH)
            tell(l, 'F', "", 0);
        else if (type == PROTO_DRAIN)
            on_drain(l);
        else if (type == PROTO_REFUSE)
            on_refuse(l, &m);
    }
    zmq_msg_close(&m);
}

/* Pass on what the stage's thread sends; an empty message ends the thread. */
static bool on_stage(struct link *l)
{
    const int linger = LINGER_MS;
    zmq_msg_t m;
    bool go_on = true;

    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, l->its, ZMQ_DONTWAIT) >= 0) {
        go_on = zmq_msg_size(&m) > 0;
        if (!go_on)
            zmq_setsockopt(l->dealer, ZMQ_LINGER, &linger, sizeof(linger));
        else if (l->dealer)
            zmq_msg_send(&m, l->dealer, ZMQ_DONTWAIT);
    }
    zmq_msg_close(&m);
    return go_on;
}

/* What has to be done by the clock. */
static void on_tick(struct link *l)
{
    struct err err = {0};

    if (signalled && !atomic_exchange(&l->stopping, true))
        tell(l, 'D', "", 0);
    if (l->connected && clock_now() - l->last_beat > WIRE_BEAT_MS / 1000.0)
        say_beat(l);
    if (l->connected)
        return;
    look_for_scheduler(l);
    if (clock_now() - l->away_since > AWAY_SECONDS) {
        err_set(&err, ERR_AGAIN,
                "the scheduler at '%s' has not answered for "
                "%d seconds",
                l->endpoint, AWAY_SECONDS);
        tell(l, 'X', &err, sizeof(err));
        l->away_since = clock_now();
    }
}

static void *link_thread(void *arg)
{
    struct link *l = arg;
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

/* --- the stage's side ------------------------------------------------------ */

static int pair_open(struct link *l, struct err *err)
{
    const int zero = 0;
    char name[64];

    snprintf(name, sizeof(name), "inproc://link-%p", (void *)l);
    l->mine = zmq_socket(l->zmq, ZMQ_PAIR);
    l->its = zmq_socket(l->zmq, ZMQ_PAIR);
    if (l->mine && l->its) { /* no limit: a stage never waits for its thread */
        zmq_setsockopt(l->mine, ZMQ_SNDHWM, &zero, sizeof(zero));
        zmq_setsockopt(l->its, ZMQ_RCVHWM, &zero, sizeof(zero));
    }
    if (!l->mine || !l->its || zmq_bind(l->mine, name) < 0 ||
        zmq_connect(l->its, name) < 0)
        return err_set(err, ERR_SYSTEM, "cannot open a socket pair: %s",
                       zmq_strerror(errno));
    zmq_setsockopt(l->mine, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(l->its, ZMQ_LINGER, &zero, sizeof(zero));
    return 0;
}

/* Start the thread with every signal blocked: they belong to the stage's. */
static int thread_start(struct link *l, struct err *err)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&l->thread, NULL, link_thread, l);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0)
        return err_set(err, ERR_SYSTEM, "cannot start a thread: %s",
                       strerror(rc));
    l->running = true;
    return 0;
}

/* The one that was given to this process, or a random one. */
static uint64_t take_token(void)
{
    const char *text = getenv(LINK_TOKEN);
    char *end = NULL;
    uint64_t token = text ? strtoull(text, &end, 16) : 0;

    if (!text || end != text + 16 || *end)
        randombytes_buf(&token, sizeof(token));
    return token;
}

int link_open(struct link **out, const struct link_args *a, struct err *err)
{
    struct link *l = calloc(1, sizeof(*l));

    if (!l)
        return err_set(err, ERR_SYSTEM, "no memory for a link");
    l->args = *a;
    pthread_mutex_init(&l->lock, NULL);
    l->token = take_token();
    l->away_since = clock_now();
    l->zmq = zmq_ctx_new();
    if (!l->zmq) {
        err_set(err, ERR_SYSTEM, "cannot start ZeroMQ: %s",
                zmq_strerror(errno));
    } else if (find_scheduler(l, err) == 0 && pair_open(l, err) == 0 &&
               dealer_open(l, err) == 0 && thread_start(l, err) == 0) {
        *out = l;
        return 0;
    }
    link_close(l);
    return -1;
}

void link_close(struct link *l)
{
    if (!l)
        return;
    if (l->running) {
        atomic_store(&l->closing, true);
        zmq_send(l->mine, "", 0, 0);
        pthread_join(l->thread, NULL);
    }
    dealer_close(l);
    if (l->its)
        zmq_close(l->its);
    if (l->mine)
        zmq_close(l->mine);
    if (l->zmq)
        zmq_ctx_term(l->zmq);
    pthread_mutex_destroy(&l->lock);
    keys_wipe(&l->keys);
    buf_release(&l->out);
    free(l);
}

int link_send(struct link *l, const void *msg, size_t size, struct err *err)
{
    while (zmq_send(l->mine, msg, size, 0) < 0)
        if (errno != EINTR)
            return err_set(err, ERR_SYSTEM, "cannot send: %s",
                           zmq_strerror(errno));
    return 0;
}

int link_credit(struct link *l, struct err *err)
{
    const struct msg_credit m = {.n = 1};
    struct buf out = {0};
    int rc = credit_encode(&m, &out, err);

    if (rc == 0)
        rc = link_send(l, out.data, out.len, err);
    buf_release(&out);
    return rc;
}

int link_result(struct link *l, uint64_t unit, const struct err *what,
                double seconds, struct err *err)
{
    struct msg_result m = {
        .unit = unit, .code = what->code, .seconds = seconds};
    struct buf out = {0};
    int rc;

    if (what->code)
        snprintf(m.text, sizeof(m.text), "%.*s", WIRE_MAX_TEXT, what->text);
    rc = result_encode(&m, &out, err);
    if (rc == 0)
        rc = link_send(l, out.data, out.len, err);
    buf_release(&out);
    return rc;
}

/* Turn what the thread told into an event; 0 if it is of no concern. */
static int take_event(char what, zmq_msg_t *payload, enum link_event *event,
                      struct msg_unit *unit, struct err *err)
{
    switch (what) {
    case 'U':
        if (unit_decode(unit, zmq_msg_data(payload), zmq_msg_size(payload),
                        err) < 0) {
            log_warn("ignored a message from the scheduler: %s", err->text);
            return 0;
        }
        *event = LINK_UNIT;
        return 1;
    case 'F':
        *event = LINK_FINISH;
        return 1;
    case 'D':
        *event = LINK_STOP;
        return 1;
    case 'C':
        *event = LINK_CONNECTED;
        return 1;
    default:
        memcpy(err, zmq_msg_data(payload), sizeof(*err));
        return -1;
    }
}

int link_wait(struct link *l, int ms, enum link_event *event,
              struct msg_unit *unit, struct err *err)
{
    zmq_pollitem_t item = {.socket = l->mine, .events = ZMQ_POLLIN};
    zmq_msg_t payload;
    char what = 0;
    int rc;

    rc = zmq_poll(&item, 1, ms);
    if (rc <= 0)
        return 0;
    zmq_msg_init(&payload);
    zmq_recv(l->mine, &what, 1, 0);
    zmq_msg_recv(&payload, l->mine, 0);
    rc = take_event(what, &payload, event, unit, err);
    zmq_msg_close(&payload);
    return rc;
}

void *link_socket(struct link *l)
{
    return l->mine;
}

void link_progress(struct link *l, uint64_t unit, double done, double total,
                   const char *note)
{
    pthread_mutex_lock(&l->lock);
    if (unit != l->unit)
        l->since = clock_now();
    l->unit = unit;
    l->done = done;
    l->total = total;
    snprintf(l->note, sizeof(l->note), "%s", note);
    pthread_mutex_unlock(&l->lock);
}

bool link_stopping(const struct link *l)
{
    return atomic_load(&l->stopping) || signalled;
}

void *link_context(struct link *l)
{
    return l->zmq;
}

const struct keypair *link_keys(const struct link *l)
{
    return l->curve ? &l->keys : NULL;
}
