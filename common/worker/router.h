/*
 * router.h - a ROUTER socket: what its peers say, and answers to them
 *
 * A message is one frame, before which a ROUTER finds the routing id of its
 * sender (PROTOCOL.md, section 2).  One that has more frames, or that the
 * handler does not take, is ignored and counted; the first are logged, with
 * their peer.
 */
#ifndef WORKER_ROUTER_H
#define WORKER_ROUTER_H

#include "base/buf.h"
#include "proto/wire.h"
#include "worker/curve_keys.h"
#include "worker/socket_dir.h"

enum { ROUTER_ID = 255 }; /* bytes of a routing id, at most */

struct router {
    void *zmq, *socket;         /* owned */
    struct curve_server *guard; /* owned; NULL: whoever reaches it is let in */
    struct curve_keypair keys;  /* with a guard */
    struct socket_dir dir;      /* owned, of router_bind_ipc() */
    char endpoint[256];         /* where it listens; "": not yet */
    size_t n_ignored;           /* messages */
};

/* They hold for what is bound later. */
struct router_limits {
    int64_t bytes; /* of a message; who sends a longer one is cut off */
    int in, out;   /* messages of one peer that wait; 0: ZeroMQ's default */
};

/*
 * Open the socket; it listens nowhere yet, so that other options may be set.
 * Close it with router_close(), also after a failure here or below.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int router_open(struct router *r, const struct router_limits *limits,
                         struct err *err);

/* Let in only who has the worker's key of the run; before binding.
 * Errors: as curve_keys_read(), curve_server_new(). */
MUST_USE int router_guard(struct router *r, const char *run_dir,
                          struct err *err);

/* Listen at 'at', or at the ipc socket 'name' in a directory of its own.
 * Errors: ERR_SYSTEM. */
MUST_USE int router_bind(struct router *r, const char *at, struct err *err);
MUST_USE int router_bind_ipc(struct router *r, const char *name,
                             struct err *err);

/* A message; borrowed while it is handled. */
struct router_message {
    const void *from; /* (from_size) routing id of the peer */
    size_t from_size;
    const void *bytes; /* (size) */
    size_t size;
    enum msg_type type; /* set by router_take() */
    int peer;           /* the handler's own number of the peer */
    const char *name;   /* of the peer in the log: its address or "", until the
                           handler knows a better one */
};

/* Do what a message asks for.  Returns -1 with the reason to ignore it. */
typedef int (*router_handler_f)(void *self, struct router_message *m,
                                struct err *err);

/* Handle the messages that are there, at most 'most'.  Returns how many. */
int router_receive(struct router *r, int most, router_handler_f handle,
                   void *self);

/* Handle one as if it had come. */
void router_take(struct router *r, struct router_message *m,
                 router_handler_f handle, void *self);

/* Answer, without waiting.  Returns whether it is on its way. */
bool router_send(struct router *r, const void *to, size_t to_size,
                 const struct buf *out);

/* One that was never opened is all zero. */
void router_close(struct router *r);

#endif
