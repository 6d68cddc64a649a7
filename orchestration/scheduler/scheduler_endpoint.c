/* scheduler_endpoint.c - where the scheduler listens */
#include "orchestration/scheduler/scheduler.h"
#include "orchestration/scheduler/scheduler_private.h"

#include "base/host_address.h"
#include "base/log.h"
#include "proto/wire.h"
#include "worker/scheduler_address.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

static int bind_ipc(struct scheduler *s, struct err *err)
{
    if (socket_dir_make(&s->socket_dir, err) < 0)
        return -1;
    snprintf(s->endpoint, sizeof(s->endpoint), "ipc://%s/control",
             s->socket_dir.path);
    if (zmq_bind(s->router, s->endpoint) < 0)
        return err_set(err, ERR_SYSTEM, "cannot listen at '%s': %s",
                       s->endpoint, zmq_strerror(errno));
    return 0;
}

static const char any_interface[] = "tcp://0.0.0.0:";

/* Whoever listens on all interfaces is told to others by an address that they
 * reach. */
static int name_address(struct scheduler *s, struct err *err)
{
    char address[HOST_ADDRESS], port[16];
    const size_t n = strlen(any_interface);

    if (strncmp(s->endpoint, any_interface, n) != 0)
        return 0;
    snprintf(port, sizeof(port), "%.15s", s->endpoint + n);
    if (host_address(address, err) < 0)
        return -1;
    snprintf(s->endpoint, sizeof(s->endpoint), "tcp://%s:%s", address, port);
    log_info("listening on all interfaces; workers are told %s", s->endpoint);
    return 0;
}

static int bind_tcp(struct scheduler *s, struct err *err)
{
    char key[FILE_PATH_MAX];
    size_t size = sizeof(s->endpoint);

    if (keys_make(s->run_dir, err) < 0 ||
        file_path(key, err, "%s/keys/server.key", s->run_dir) < 0 ||
        keys_read(key, &s->keys, err) < 0)
        return -1;
    s->guard = keys_guard_new(s->zmq, &s->keys, err);
    if (!s->guard || keys_server(s->guard, s->router, err) < 0)
        return -1;
    if (zmq_bind(s->router, s->config->scheduler.endpoint) < 0)
        return err_set(err, ERR_USAGE,
                       "scheduler.endpoint: cannot listen at '%s': %s; give "
                       "tcp://ADDRESS:PORT, tcp://INTERFACE:PORT (see 'ip "
                       "address') or tcp://*:PORT; PORT may be *",
                       s->config->scheduler.endpoint, zmq_strerror(errno));
    if (zmq_getsockopt(s->router, ZMQ_LAST_ENDPOINT, s->endpoint, &size) < 0)
        return err_set(err, ERR_SYSTEM, "cannot tell the endpoint: %s",
                       zmq_strerror(errno));
    return name_address(s, err);
}

int scheduler_bind(struct scheduler *s, struct err *err)
{
    const int zero = 0, one = 1, hwm = 100000, ivl = 2000, timeout = 10000;
    const int64_t max = WIRE_MAX_CONTROL;
    struct control c = {.endpoint = ""};
    int rc;

    s->zmq = zmq_ctx_new();
    s->router = s->zmq ? zmq_socket(s->zmq, ZMQ_ROUTER) : NULL;
    if (!s->router)
        return err_set(err, ERR_SYSTEM, "cannot open a socket: %s",
                       zmq_strerror(errno));
    zmq_setsockopt(s->router, ZMQ_LINGER, &zero, sizeof(zero));
    zmq_setsockopt(s->router, ZMQ_SNDHWM, &hwm, sizeof(hwm));
    zmq_setsockopt(s->router, ZMQ_RCVHWM, &hwm, sizeof(hwm));
    zmq_setsockopt(s->router, ZMQ_MAXMSGSIZE, &max, sizeof(max));
    zmq_setsockopt(s->router, ZMQ_ROUTER_HANDOVER, &one, sizeof(one));
    zmq_setsockopt(s->router, ZMQ_HEARTBEAT_IVL, &ivl, sizeof(ivl));
    zmq_setsockopt(s->router, ZMQ_HEARTBEAT_TIMEOUT, &timeout, sizeof(timeout));
    rc = strcmp(s->config->scheduler.endpoint, "ipc") == 0 ? bind_ipc(s, err)
                                                           : bind_tcp(s, err);
    if (rc < 0)
        return -1;
    c.curve = s->guard != NULL;
    process_self(&c.scheduler);
    snprintf(c.endpoint, sizeof(c.endpoint), "%s", s->endpoint);
    return control_write(s->run_dir, &c, err);
}

void scheduler_unbind(struct scheduler *s)
{
    if (s->endpoint[0])
        control_remove(s->run_dir);
    if (s->router)
        zmq_close(s->router);
    keys_guard_free(s->guard);
    if (s->zmq)
        zmq_ctx_term(s->zmq);
    socket_dir_remove(&s->socket_dir);
    keys_wipe(&s->keys);
}
