/*
 * curve_keys.h - who may connect: CURVE keys of a run
 *
 * RUN/keys/ (mode 0700) holds two files (mode 0600), made once per run:
 * server.key for the scheduler and the sinks, worker.key for the workers.  To
 * let a worker on another machine join, copy worker.key there: it is all that
 * is needed.  A file is text, one "word value" a line, keys in Z85:
 *
 *     papline-key 1
 *     public  rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7
 *     secret  D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs
 *     peer    Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID
 *
 * where peer is the public key of the other file.
 */
#ifndef WORKER_CURVE_KEYS_H
#define WORKER_CURVE_KEYS_H

#include "base/err.h"

#include <stdbool.h>

enum { CURVE_KEYS_Z85 = 41 }; /* bytes of a key in Z85, with the NUL */

struct curve_keypair {
    char public_key[CURVE_KEYS_Z85];
    char secret_key[CURVE_KEYS_Z85];
    char peer_key[CURVE_KEYS_Z85];
};

/*
 * Make RUN/keys/ with both files, unless it is there.  All or nothing: it is
 * filled beside its place and renamed.  Of several at once, one wins and all
 * return 0.
 * Errors: ERR_SYSTEM; ERR_USAGE RUN/keys/ is there and others may enter it
 * ("chmod 700"); ERR_INPUT the path is too long.
 */
MUST_USE int curve_keys_make(const char *run_dir, struct err *err);

/*
 * Read a key file.
 * Errors: ERR_USAGE missing, not a regular file, readable by others than its
 * owner ("chmod 600 PATH"), or damaged; *kp is then zero.
 */
MUST_USE int curve_keys_read(const char *path, struct curve_keypair *kp,
                             struct err *err);

/* The text of a key file.  Errors: ERR_USAGE; *kp is then zero. */
MUST_USE int curve_keys_parse(const char *text, struct curve_keypair *kp,
                              struct err *err);

/* Is 'z85' a CURVE key? */
bool curve_keys_valid(const char *z85);

/* Wipe the keys from memory. */
void curve_keys_wipe(struct curve_keypair *kp);

struct curve_server;

/*
 * The guard of a ZeroMQ context: a thread that answers ZAP requests
 * (inproc://zeromq.zap.01) and lets in only the peer of 'server'.  At most one
 * to a context; make it before the first curve_keys_server().
 *   context [in] void * of zmq_ctx_new(); borrowed
 *   server  [in] copied
 * Errors: ERR_USAGE 'server' has no peer; ERR_SYSTEM (a second guard, ...).
 */
struct curve_server *curve_server_new(void *context,
                                      const struct curve_keypair *server,
                                      struct err *err);

/* Close the guarded sockets first; the context is terminated afterwards. */
void curve_server_free(struct curve_server *g);

/*
 * Let a socket of the guard's context speak only CURVE, with its key; call it
 * before zmq_bind().  Errors: ERR_SYSTEM.
 */
MUST_USE int curve_keys_server(struct curve_server *g, void *socket,
                               struct err *err);

/*
 * Let a socket speak CURVE as 'worker' to a server whose public key is 'key'
 * (NULL: the peer of 'worker'); call it before zmq_connect().
 * Errors: ERR_USAGE 'key' is not a key; ERR_SYSTEM.
 */
MUST_USE int curve_keys_client(const struct curve_keypair *worker, void *socket,
                               const char *key, struct err *err);

#endif
