/* curve_server.c - who is let in: ZAP responder; CURVE options of sockets */
#include "worker/curve_keys.h"

#include "base/thread.h"

#include <errno.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
    KEY_BYTES = 32,    /* a key unpacked */
    HANDSHAKE = 10000, /* ms that a peer may take to show its key */
};

/* Where libzmq looks for the authenticator of a context (ZeroMQ RFC 27). */
static const char ZAP_ENDPOINT[] = "inproc://zeromq.zap.01";

struct curve_server {
    struct curve_keypair server;
    uint8_t peer[KEY_BYTES]; /* the one public key that is let in */
    void *zap;               /* owned by the thread once it runs */
    void *stop, *stopped;    /* a PAIR: ours, the thread's */
    pthread_t thread;
};

/* Parts of a ZAP request, in order, as far as we look at them. */
enum { ZAP_VERSION, ZAP_ID, ZAP_MECHANISM = 5, ZAP_KEY, ZAP_PARTS };

struct zap_frame {
    uint8_t data[64];
    size_t size; /* may be more than fits: then it is nothing we know */
};

static bool part_is(const struct zap_frame *p, const void *what, size_t n)
{
    return p->size == n && sodium_memcmp(p->data, what, n) == 0;
}

/* Receive a request; how many parts it had, -1 at the end of the context. */
static int zap_receive(void *zap, struct zap_frame part[ZAP_PARTS])
{
    struct zap_frame unused;
    int n = 0, more = 1;
    size_t size = sizeof(more);

    memset(part, 0, ZAP_PARTS * sizeof(*part));
    while (more) {
        struct zap_frame *p = n < ZAP_PARTS ? &part[n] : &unused;
        const int got = zmq_recv(zap, p->data, sizeof(p->data), 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || zmq_getsockopt(zap, ZMQ_RCVMORE, &more, &size) < 0)
            return -1;
        p->size = (size_t)got;
        n++;
    }
    return n;
}

static int zap_answer(struct curve_server *g)
{
    struct zap_frame part[ZAP_PARTS];
    const int n = zap_receive(g->zap, part);
    const struct zap_frame *id = &part[ZAP_ID];
    bool pass;

    if (n < 0)
        return -1;
    pass = n == ZAP_PARTS && part_is(&part[ZAP_VERSION], "1.0", 3) &&
           part_is(&part[ZAP_MECHANISM], "CURVE", 5) &&
           part_is(&part[ZAP_KEY], g->peer, sizeof(g->peer));
    if (zmq_send(g->zap, "1.0", 3, ZMQ_SNDMORE) < 0 ||
        zmq_send(g->zap, id->data, id->size < 64 ? id->size : 64, ZMQ_SNDMORE) <
            0 ||
        zmq_send(g->zap, pass ? "200" : "400", 3, ZMQ_SNDMORE) < 0 ||
        zmq_send(g->zap, pass ? "ok" : "no", 2, ZMQ_SNDMORE) < 0 ||
        zmq_send(g->zap, "", 0, ZMQ_SNDMORE) < 0 ||
        zmq_send(g->zap, "", 0, 0) < 0)
        return -1;
    return 0;
}

static void *guard_run(void *arg)
{
    struct curve_server *g = arg;
    zmq_pollitem_t item[] = {{.socket = g->zap, .events = ZMQ_POLLIN},
                             {.socket = g->stopped, .events = ZMQ_POLLIN}};

    for (;;) {
        if (zmq_poll(item, 2, -1) < 0 && errno != EINTR)
            break;
        if (item[1].revents)
            break;
        if (item[0].revents && zap_answer(g) < 0)
            break;
    }
    return NULL;
}

static void guard_release(struct curve_server *g)
{
    if (g->zap)
        zmq_close(g->zap);
    if (g->stop)
        zmq_close(g->stop);
    if (g->stopped)
        zmq_close(g->stopped);
    sodium_memzero(g, sizeof(*g));
    free(g);
}

static int guard_sockets(struct curve_server *g, void *context)
{
    char name[64];

    snprintf(name, sizeof(name), "inproc://papline.guard.%p", (void *)g);
    g->zap = zmq_socket(context, ZMQ_REP);
    g->stop = zmq_socket(context, ZMQ_PAIR);
    g->stopped = zmq_socket(context, ZMQ_PAIR);
    if (!g->zap || !g->stop || !g->stopped || zmq_bind(g->zap, ZAP_ENDPOINT) ||
        zmq_bind(g->stopped, name) || zmq_connect(g->stop, name))
        return -1;
    return 0;
}

struct curve_server *curve_server_new(void *context,
                                      const struct curve_keypair *server,
                                      struct err *err)
{
    struct curve_server *g = calloc(1, sizeof(*g));

    if (!g) {
        err_set(err, ERR_SYSTEM, "no memory for the guard");
        return NULL;
    }
    g->server = *server;
    if (!curve_keys_valid(server->peer_key)) {
        err_set(err, ERR_USAGE, "the key pair names no peer");
        goto fail;
    }
    zmq_z85_decode(g->peer, server->peer_key);
    if (guard_sockets(g, context) < 0) {
        err_set(err, ERR_SYSTEM, "cannot guard sockets: %s",
                zmq_strerror(errno));
        goto fail;
    }
    if (thread_start(&g->thread, guard_run, g, err) == 0)
        return g;
fail:
    guard_release(g);
    return NULL;
}

void curve_server_free(struct curve_server *g)
{
    if (!g)
        return;
    zmq_send(g->stop, "", 0, 0);
    pthread_join(g->thread, NULL);
    guard_release(g);
}

/* --- sockets ------------------------------------------------------------ */

static int set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value));
}

int curve_keys_server(struct curve_server *g, void *socket, struct err *err)
{
    static const char domain[] = "papline";

    if (set_int(socket, ZMQ_CURVE_SERVER, 1) < 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, g->server.secret_key,
                       CURVE_KEYS_Z85) < 0 ||
        zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, sizeof(domain) - 1) <
            0 ||
        set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE) < 0)
        return err_set(err, ERR_SYSTEM, "cannot make a socket speak CURVE: %s",
                       zmq_strerror(errno));
    return 0;
}

int curve_keys_client(const struct curve_keypair *worker, void *socket,
                      const char *key, struct err *err)
{
    if (!key)
        key = worker->peer_key;
    if (!curve_keys_valid(key))
        return err_set(err, ERR_USAGE, "'%.60s' is not a CURVE key", key);
    if (zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, key, CURVE_KEYS_Z85) < 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, worker->public_key,
                       CURVE_KEYS_Z85) < 0 ||
        zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, worker->secret_key,
                       CURVE_KEYS_Z85) < 0)
        return err_set(err, ERR_SYSTEM, "cannot make a socket speak CURVE: %s",
                       zmq_strerror(errno));
    return 0;
}
