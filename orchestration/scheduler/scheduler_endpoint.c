/* scheduler_endpoint.c - where the scheduler listens */
#include "orchestration/scheduler/scheduler_private.h"

#include "base/host_address.h"
#include "base/log.h"
#include "proto/wire.h"
#include "worker/scheduler_address.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

enum { HIGH_WATER = 100000 }; /* messages of a peer that wait */

static const char any_interface[] = "tcp://0.0.0.0:";

/* Whoever listens on all interfaces is told to others by an address that they
 * reach. */
static int name_address(char *endpoint, size_t size, struct err *err)
{
    char address[HOST_ADDRESS], port[16];
    const size_t n = strlen(any_interface);

    if (strncmp(endpoint, any_interface, n) != 0)
        return 0;
    snprintf(port, sizeof(port), "%.15s", endpoint + n);
    if (host_address(address, err) < 0)
        return -1;
    snprintf(endpoint, size, "tcp://%s:%s", address, port);
    log_info("listening on all interfaces; workers are told %s", endpoint);
    return 0;
}

/* Where to listen: "ipc" or tcp://...  'auto' is where all hosts reach us. */
static int choose_endpoint(const struct scheduler *s, char *endpoint,
                           size_t size, struct err *err)
{
    const char *asked = s->config->scheduler.endpoint;
    char address[HOST_ADDRESS];

    if (strcmp(asked, "auto") != 0) {
        snprintf(endpoint, size, "%s", asked);
    } else if (s->allocation.launcher == LAUNCHER_LOCAL) {
        snprintf(endpoint, size, "ipc");
    } else {
        if (host_address(address, err) < 0)
            return -1;
        snprintf(endpoint, size, "tcp://%s:*", address);
    }
    return 0;
}

static int bind_tcp(struct scheduler *s, const char *endpoint, struct err *err)
{
    struct router *r = &s->router;
    struct err why;

    if (curve_keys_make(s->run_dir, err) < 0 ||
        router_guard(r, s->run_dir, err) < 0)
        return -1;
    if (router_bind(r, endpoint, &why) < 0)
        return err_set(err, ERR_USAGE,
                       "scheduler.endpoint: %s; give tcp://ADDRESS:PORT, "
                       "tcp://INTERFACE:PORT (see 'ip address') or "
                       "tcp://*:PORT; PORT may be *",
                       why.text);
    return name_address(r->endpoint, sizeof(r->endpoint), err);
}

/* A worker that connects again is the same, and one that is silent on its
 * connection is cut off. */
static int open_router(struct router *r, struct err *err)
{
    const struct router_limits limits = {
        .bytes = WIRE_MAX_CONTROL, .in = HIGH_WATER, .out = HIGH_WATER};
    const int one = 1, ivl = 2000, timeout = 10000;

    if (router_open(r, &limits, err) < 0)
        return -1;
    zmq_setsockopt(r->socket, ZMQ_ROUTER_HANDOVER, &one, sizeof(one));
    zmq_setsockopt(r->socket, ZMQ_HEARTBEAT_IVL, &ivl, sizeof(ivl));
    zmq_setsockopt(r->socket, ZMQ_HEARTBEAT_TIMEOUT, &timeout, sizeof(timeout));
    return 0;
}

int scheduler_bind(struct scheduler *s, struct err *err)
{
    struct scheduler_address c = {.endpoint = ""};
    char endpoint[sizeof(s->config->scheduler.endpoint)];
    bool is_local;

    if (choose_endpoint(s, endpoint, sizeof(endpoint), err) < 0 ||
        open_router(&s->router, err) < 0)
        return -1;
    is_local = strcmp(endpoint, "ipc") == 0;
    if ((is_local ? router_bind_ipc(&s->router, "control", err)
                  : bind_tcp(s, endpoint, err)) < 0)
        return -1;
    c.curve = !is_local;
    process_self(&c.scheduler);
    snprintf(c.endpoint, sizeof(c.endpoint), "%s", s->router.endpoint);
    return scheduler_address_write(s->run_dir, &c, err);
}

void scheduler_unbind(struct scheduler *s)
{
    if (s->router.endpoint[0])
        scheduler_address_remove(s->run_dir);
    router_close(&s->router);
}
