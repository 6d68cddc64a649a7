/* scheduler_link.c - the stage's side of a link */
#include "worker/scheduler_link_private.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "proto/credit.h"
#include "proto/result.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static volatile sig_atomic_t signalled;

static void on_signal(int sig)
{
    (void)sig;
    signalled = 1;
}

void scheduler_link_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};

    signalled = 0;
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool scheduler_link_signalled(void)
{
    return signalled != 0;
}

void scheduler_link_worker_name(char *name, size_t size)
{
    char host[64] = "host";

    gethostname(host, sizeof(host) - 1);
    snprintf(name, size, "%.63s:%ld", host, (long)getpid());
}

static int pair_open(struct scheduler_link *l, struct err *err)
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

/* The one that was given to this process, or a random one. */
static uint64_t take_token(void)
{
    const char *text = getenv(SCHEDULER_LINK_TOKEN);
    char *end = NULL;
    uint64_t token = text ? strtoull(text, &end, 16) : 0;

    if (!text || end != text + 16 || *end)
        randombytes_buf(&token, sizeof(token));
    return token;
}

int scheduler_link_open(struct scheduler_link **out,
                        const struct scheduler_link_args *a, struct err *err)
{
    struct scheduler_link *l = calloc(1, sizeof(*l));

    if (!l)
        return err_set(err, ERR_SYSTEM, "no memory for a link");
    l->args = *a;
    pthread_mutex_init(&l->lock, NULL);
    l->token = take_token();
    turn_clock_start(&l->clock);
    l->away_since = l->clock.now;
    l->zmq = zmq_ctx_new();
    if (!l->zmq) {
        err_set(err, ERR_SYSTEM, "cannot start ZeroMQ: %s",
                zmq_strerror(errno));
    } else if (scheduler_link_thread_open(l, err) == 0 &&
               pair_open(l, err) == 0 &&
               thread_start(&l->thread, scheduler_link_thread_run, l, err) ==
                   0) {
        l->running = true;
        *out = l;
        return 0;
    }
    scheduler_link_close(l);
    return -1;
}

void scheduler_link_close(struct scheduler_link *l)
{
    if (!l)
        return;
    if (l->running) {
        atomic_store(&l->closing, true);
        zmq_send(l->mine, "", 0, 0);
        pthread_join(l->thread, NULL);
    }
    scheduler_link_thread_close(l);
    if (l->its)
        zmq_close(l->its);
    if (l->mine)
        zmq_close(l->mine);
    if (l->zmq)
        zmq_ctx_term(l->zmq);
    pthread_mutex_destroy(&l->lock);
    curve_keys_wipe(&l->keys);
    buf_release(&l->out);
    free(l);
}

static int pass_frame(struct scheduler_link *l, const void *bytes, size_t size,
                      int flags, struct err *err)
{
    while (zmq_send(l->mine, bytes, size, flags) < 0)
        if (errno != EINTR)
            return err_set(
                err, ERR_SYSTEM,
                "cannot pass a message to the thread of the scheduler link: %s",
                zmq_strerror(errno));
    return 0;
}

int scheduler_link_send(struct scheduler_link *l, const void *msg, size_t size,
                        struct err *err)
{
    return pass_frame(l, msg, size, 0, err);
}

int scheduler_link_credit(struct scheduler_link *l, struct err *err)
{
    const struct msg_credit m = {.n = 1};
    struct buf out = {0};
    int rc = credit_encode(&m, &out, err);

    if (rc == 0)
        rc = pass_frame(l, out.data, out.len, ZMQ_SNDMORE, err);
    if (rc == 0)
        rc = pass_frame(l, &l->seen, sizeof(l->seen), 0, err);
    buf_release(&out);
    return rc;
}

int scheduler_link_result(struct scheduler_link *l, uint64_t unit,
                          const struct err *what, double seconds,
                          struct err *err)
{
    struct msg_result m = {
        .unit = unit, .code = what->code, .seconds = seconds};
    struct buf out = {0};
    int rc;

    if (what->code)
        snprintf(m.text, sizeof(m.text), "%.*s", WIRE_MAX_TEXT, what->text);
    rc = result_encode(&m, &out, err);
    if (rc == 0)
        rc = scheduler_link_send(l, out.data, out.len, err);
    buf_release(&out);
    return rc;
}

/* What comes with an event; 0 if it is of no concern. */
static int take_payload(enum scheduler_link_event event, zmq_msg_t *payload,
                        struct msg_unit *unit, struct err *err)
{
    if (event == SCHEDULER_LINK_FAULT) {
        memcpy(err, zmq_msg_data(payload), sizeof(*err));
        return -1;
    }
    if (event != SCHEDULER_LINK_UNIT ||
        unit_decode(unit, zmq_msg_data(payload), zmq_msg_size(payload), err) ==
            0)
        return 1;
    log_warn("ignored a message from the scheduler: %s", err->text);
    return 0;
}

int scheduler_link_wait(struct scheduler_link *l, int ms,
                        enum scheduler_link_event *event, struct msg_unit *unit,
                        struct err *err)
{
    zmq_pollitem_t item = {.socket = l->mine, .events = ZMQ_POLLIN};
    zmq_msg_t payload;
    int rc;

    if (zmq_poll(&item, 1, ms) <= 0)
        return 0;
    zmq_msg_init(&payload);
    zmq_recv(l->mine, event, sizeof(*event), 0);
    zmq_msg_recv(&payload, l->mine, 0);
    l->seen += *event == SCHEDULER_LINK_CONNECTED;
    rc = take_payload(*event, &payload, unit, err);
    zmq_msg_close(&payload);
    return rc;
}

void *scheduler_link_socket(struct scheduler_link *l)
{
    return l->mine;
}

void scheduler_link_progress(struct scheduler_link *l, uint64_t unit,
                             double done, double total, const char *note)
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

bool scheduler_link_stopping(const struct scheduler_link *l)
{
    return atomic_load(&l->stopping) || signalled;
}

void *scheduler_link_context(struct scheduler_link *l)
{
    return l->zmq;
}

const struct curve_keypair *scheduler_link_keys(const struct scheduler_link *l)
{
    return l->curve ? &l->keys : NULL;
}
