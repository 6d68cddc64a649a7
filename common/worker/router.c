#include "worker/router.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <zmq.h>

enum { IGNORED_SHOWN = 20 }; /* messages; of more only how many */

static int set_limits(const struct router *r, const struct router_limits *l)
{
    const int zero = 0;

    if (zmq_setsockopt(r->socket, ZMQ_LINGER, &zero, sizeof(zero)) < 0 ||
        zmq_setsockopt(r->socket, ZMQ_MAXMSGSIZE, &l->bytes, sizeof(l->bytes)) <
            0)
        return -1;
    if (l->in &&
        zmq_setsockopt(r->socket, ZMQ_RCVHWM, &l->in, sizeof(l->in)) < 0)
        return -1;
    if (l->out &&
        zmq_setsockopt(r->socket, ZMQ_SNDHWM, &l->out, sizeof(l->out)) < 0)
        return -1;
    return 0;
}

int router_open(struct router *r, const struct router_limits *limits,
                struct err *err)
{
    *r = (struct router){.zmq = zmq_ctx_new()};
    r->socket = r->zmq ? zmq_socket(r->zmq, ZMQ_ROUTER) : NULL;
    if (!r->socket || set_limits(r, limits) < 0)
        return err_set(err, ERR_SYSTEM, "cannot open a socket: %s",
                       zmq_strerror(errno));
    return 0;
}

int router_guard(struct router *r, const char *run_dir, struct err *err)
{
    char key[FILE_PATH_MAX];

    if (file_path(key, err, "%s/keys/server.key", run_dir) < 0 ||
        curve_keys_read(key, &r->keys, err) < 0)
        return -1;
    r->guard = curve_server_new(r->zmq, &r->keys, err);
    return r->guard ? curve_keys_server(r->guard, r->socket, err) : -1;
}

int router_bind(struct router *r, const char *at, struct err *err)
{
    size_t size = sizeof(r->endpoint);

    if (zmq_bind(r->socket, at) < 0 ||
        zmq_getsockopt(r->socket, ZMQ_LAST_ENDPOINT, r->endpoint, &size) < 0)
        return err_set(err, ERR_SYSTEM, "cannot listen at '%s': %s", at,
                       zmq_strerror(errno));
    return 0;
}

int router_bind_ipc(struct router *r, const char *name, struct err *err)
{
    char at[sizeof(r->endpoint)];

    if (socket_dir_make(&r->dir, err) < 0)
        return -1;
    snprintf(at, sizeof(at), "ipc://%s/%s", r->dir.path, name);
    return router_bind(r, at, err);
}

static void note_ignored(struct router *r, const struct router_message *m,
                         const struct err *why)
{
    if (++r->n_ignored <= IGNORED_SHOWN)
        log_warn("ignored a message (%s) of %s: %s", wire_msg_name(m->type),
                 m->name, why->text);
    if (r->n_ignored == IGNORED_SHOWN)
        log_warn("more such messages are only counted");
}

void router_take(struct router *r, struct router_message *m,
                 router_handler_f handle, void *self)
{
    struct err err = {0};

    m->type = wire_msg_peek(m->bytes, m->size);
    if (!m->name || !*m->name)
        m->name = "an unknown peer";
    if (handle(self, m, &err) < 0)
        note_ignored(r, m, &err);
}

/* In the place of the handler, if there are frames behind the first. */
static int refuse_frames(void *self, struct router_message *m, struct err *err)
{
    (void)self;
    (void)m;
    return err_set(err, ERR_INPUT, "it has more than one frame");
}

/* The frames of a message behind 'first'. */
static void drop_frames(void *socket, const zmq_msg_t *first)
{
    int more = zmq_msg_more(first);
    zmq_msg_t rest;

    while (more) {
        zmq_msg_init(&rest);
        zmq_msg_recv(&rest, socket, ZMQ_DONTWAIT);
        more = zmq_msg_more(&rest);
        zmq_msg_close(&rest);
    }
}

/* Was a message there? */
static bool receive_one(struct router *r, router_handler_f handle, void *self)
{
    zmq_msg_t from, m;
    bool got;

    zmq_msg_init(&from);
    zmq_msg_init(&m);
    got = zmq_msg_recv(&from, r->socket, ZMQ_DONTWAIT) >= 0 &&
          zmq_msg_recv(&m, r->socket, ZMQ_DONTWAIT) >= 0;
    if (got) {
        struct router_message message = {.from = zmq_msg_data(&from),
                                         .from_size = zmq_msg_size(&from),
                                         .bytes = zmq_msg_data(&m),
                                         .size = zmq_msg_size(&m),
                                         .name =
                                             zmq_msg_gets(&m, "Peer-Address")};

        BUG_ON(message.from_size > ROUTER_ID);
        router_take(r, &message, zmq_msg_more(&m) ? refuse_frames : handle,
                    self);
        drop_frames(r->socket, &m);
    }
    zmq_msg_close(&m);
    zmq_msg_close(&from);
    return got;
}

int router_receive(struct router *r, int most, router_handler_f handle,
                   void *self)
{
    int n = 0;

    while (n < most && receive_one(r, handle, self))
        n++;
    return n;
}

bool router_send(struct router *r, const void *to, size_t to_size,
                 const struct buf *out)
{
    return zmq_send(r->socket, to, to_size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
           zmq_send(r->socket, out->data, out->len, ZMQ_DONTWAIT) >= 0;
}

void router_close(struct router *r)
{
    if (r->socket)
        zmq_close(r->socket);
    curve_server_free(r->guard);
    if (r->zmq)
        zmq_ctx_term(r->zmq);
    socket_dir_remove(&r->dir);
    curve_keys_wipe(&r->keys);
    *r = (struct router){0};
}
