#include "worker/sink_client.h"

#include "base/turn_clock.h"
#include "proto/confirm.h"
#include "proto/samples.h"

#include <errno.h>
#include <string.h>
#include <zmq.h>

enum {
    CONFIRM_SECONDS = 60, /* a sink that is silent for so long is given up */
    GONE_SECONDS = 10, /* one that broke the connection: another will listen */
    LEAVING_SECONDS = 2, /* likewise, once this process was asked to stop */
    POLL_MS = 200,
    TURN_SECONDS = 1, /* more do not pass in a turn */
};

static void close_socket(struct sink_client *c)
{
    if (c->data)
        zmq_close(c->data);
    c->data = NULL;
    c->sink[0] = '\0';
    c->ahead = 0;
}

void sink_client_drop(struct sink_client *c)
{
    if (c->ahead > 0)
        close_socket(c);
}

void sink_client_close(struct sink_client *c)
{
    close_socket(c);
    buf_release(&c->out);
}

static int open_socket(struct sink_client *c, const char *sink, struct err *err)
{
    const int zero = 0, poll = POLL_MS, never = -1;
    const int64_t max = WIRE_MAX_CONTROL; /* of a confirm */
    const struct curve_keypair *keys = scheduler_link_keys(c->link);

    if (c->data && strcmp(c->sink, sink) == 0)
        return 0;
    close_socket(c);
    c->data = zmq_socket(scheduler_link_context(c->link), ZMQ_DEALER);
    if (!c->data)
        return err_set(err, ERR_SYSTEM, "cannot open a socket: %s",
                       zmq_strerror(errno));
    zmq_setsockopt(c->data, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(c->data, ZMQ_MAXMSGSIZE, &max, sizeof(max));
    zmq_setsockopt(c->data, ZMQ_RECONNECT_IVL, &never, sizeof(never));
    zmq_setsockopt(c->data, ZMQ_RCVTIMEO, &poll, sizeof(poll));
    zmq_setsockopt(c->data, ZMQ_SNDTIMEO, &poll, sizeof(poll));
    if (keys && curve_keys_client(keys, c->data, NULL, err) < 0)
        return -1;
    if (zmq_connect(c->data, sink) < 0)
        return err_set(err, ERR_AGAIN, "cannot connect to the sink '%s': %s",
                       sink, zmq_strerror(errno));
    memcpy(c->sink, sink, strlen(sink) + 1);
    return 0;
}

/* A connection that was lost is not made again, as what was on its way is lost
 * too; then the socket has nobody to send to. */
static bool is_gone(struct sink_client *c)
{
    int events = 0;
    size_t size = sizeof(events);

    return zmq_getsockopt(c->data, ZMQ_EVENTS, &events, &size) == 0 &&
           !(events & ZMQ_POLLOUT);
}

/* How long one has waited. */
struct wait {
    struct turn_clock clock;
    double since;
};

static struct wait begin_wait(void)
{
    struct wait w;

    turn_clock_start(&w.clock);
    w.since = w.clock.now;
    return w;
}

/* Give up waiting?  Then the socket is closed, so nothing arrives late. */
static int still_waiting(struct sink_client *c, struct wait *w, struct err *err)
{
    const int patience = scheduler_link_stopping(c->link) ? LEAVING_SECONDS
                         : is_gone(c)                     ? GONE_SECONDS
                                                          : CONFIRM_SECONDS;

    turn_clock_turn(&w->clock, TURN_SECONDS);
    if (w->clock.now - w->since < patience)
        return 0;
    close_socket(c);
    return err_set(err, ERR_AGAIN, "the sink has not answered for %d seconds",
                   patience);
}

/* 1: *m is what came, 0: nothing did, or nothing that one can read. */
static int receive_confirm(struct sink_client *c, struct msg_confirm *m)
{
    struct err err;
    zmq_msg_t bytes;
    int got = 0;

    zmq_msg_init(&bytes);
    if (zmq_msg_recv(&bytes, c->data, 0) >= 0)
        got = confirm_decode(m, zmq_msg_data(&bytes), zmq_msg_size(&bytes),
                             &err) == 0;
    zmq_msg_close(&bytes);
    return got;
}

static int await_confirm(struct sink_client *c, uint64_t unit, struct err *err)
{
    struct wait w = begin_wait();
    struct msg_confirm m = {0};

    /* confirms of another unit can only be a sink's mistake */
    while (!receive_confirm(c, &m) || m.unit != unit)
        if (still_waiting(c, &w, err) < 0)
            return -1;
    c->ahead--;
    if (m.code == ERR_SYSTEM) /* the sink's fault, not this process' */
        m.code = ERR_AGAIN;
    if (m.code)
        err_set(err, m.code, "sink: %s", m.text);
    return m.code ? -1 : 0;
}

/* Wait until at most 'ahead' messages are not confirmed. */
static int await_confirms(struct sink_client *c, uint64_t unit, int ahead,
                          struct err *err)
{
    while (c->ahead > ahead)
        if (await_confirm(c, unit, err) < 0) {
            sink_client_drop(c);
            return -1;
        }
    return 0;
}

int sink_client_flush(struct sink_client *c, uint64_t unit, struct err *err)
{
    return await_confirms(c, unit, 0, err);
}

int sink_client_put(struct sink_client *c, const struct msg_unit *unit,
                    const struct sample_rows *r, struct err *err)
{
    struct wait w = begin_wait();
    struct msg_samples m = {
        .unit = unit->id,
        .attempt = unit->attempt,
        .first = r->first,
        .count = (uint32_t)r->count,
        .height = r->h,
        .width = r->w,
        .channels = r->c,
        .pixels = r->pixels,
    };

    for (size_t i = 0; i < r->count; i++)
        m.record[i] = r->record[i];
    if (samples_encode(&m, &c->out, err) < 0 ||
        open_socket(c, unit->sink, err) < 0) {
        sink_client_drop(c);
        return -1;
    }
    while (zmq_send(c->data, c->out.data, c->out.len, 0) < 0)
        if (still_waiting(c, &w, err) < 0)
            return -1;
    c->ahead++;
    return await_confirms(c, unit->id, SINK_CLIENT_AHEAD - 1, err);
}
