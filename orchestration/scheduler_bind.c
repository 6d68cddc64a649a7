/* scheduler_bind.c - where the scheduler listens */
#include "orchestration/scheduler.h"
#include "orchestration/scheduler_private.h"

#include "proto/wire.h"
#include "run/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

/* An ipc path holds at most 107 bytes, so it cannot lie in the run directory. */
static int bind_ipc(struct scheduler *s, struct err *err)
{
    const char *tmp = getenv("TMPDIR");

    if (!tmp || strlen(tmp) > 40)
        tmp = "/tmp";
    snprintf(s->socket_dir, sizeof(s->socket_dir), "%s/papline-XXXXXX", tmp);
    if (!mkdtemp(s->socket_dir)) { /* mode 0700 */
        s->socket_dir[0] = '\0';
        return err_set(err, ERR_SYSTEM, "cannot make a directory in '%s': %s",
                       tmp, strerror(errno));
    }
    snprintf(s->endpoint, sizeof(s->endpoint), "ipc://%s/control",
             s->socket_dir);
    if (zmq_bind(s->router, s->endpoint) < 0)
        return err_set(err, ERR_SYSTEM, "cannot listen at '%s': %s",
                       s->endpoint, zmq_strerror(errno));
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
                       "scheduler.endpoint: cannot listen at '%s': %s",
                       s->config->scheduler.endpoint, zmq_strerror(errno));
    if (zmq_getsockopt(s->router, ZMQ_LAST_ENDPOINT, s->endpoint, &size) < 0)
        return err_set(err, ERR_SYSTEM, "cannot tell the endpoint: %s",
                       zmq_strerror(errno));
    return 0;
}

int scheduler_bind(struct scheduler *s, struct err *err)
{
    const int zero = 0, one = 1, hwm = 100000, ivl = 2000, timeout = 10000;
    const int64_t max = WIRE_MAX_CONTROL;
    struct control c = {.pid = (long)getpid()};
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
    snprintf(c.endpoint, sizeof(c.endpoint), "%s", s->endpoint);
    return control_write(s->run_dir, &c, err);
}

void scheduler_unbind(struct scheduler *s)
{
    struct err err;

    if (s->endpoint[0])
        control_remove(s->run_dir);
    if (s->router)
        zmq_close(s->router);
    keys_guard_free(s->guard);
    if (s->zmq)
        zmq_ctx_term(s->zmq);
    if (s->socket_dir[0] && dir_remove(s->socket_dir, &err) < 0)
        s->socket_dir[0] = '\0';
    keys_wipe(&s->keys);
}
