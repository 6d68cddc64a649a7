/*
 * slot_socket.h - the socket between rank 0 and `papline-slot start`
 *
 * A Unix socket of packets in a directory that the user alone may open.
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_SOCKET_H
#define ORCHESTRATION_SLOTS_SLOT_SOCKET_H

#include "orchestration/slots/slot_message.h"

/* The variable that tells programs its path. */
#define SLOT_SOCKET_PATH "PAPLINE_SLOTS"

enum { SLOT_SOCKET_CLIENTS = 1024 };

/* A descriptor that is not inherited.  Errors: ERR_SYSTEM. */
MUST_USE int slot_socket_listen(int *fd, const char *path, struct err *err);

/* Errors: ERR_USAGE there is none, as outside of mpirun. */
MUST_USE int slot_socket_connect(int *fd, struct err *err);

/* It is not waited for.  Errors: ERR_AGAIN the other side has gone;
 * as slot_message_write(). */
MUST_USE int slot_socket_send(int fd, const struct slot_message *m,
                              struct err *err);

/*
 * 1 with a message, whose words lie in 'bytes' of SLOT_MESSAGE_MAX; 0 when the
 * other side has gone.  It waits unless something is there.
 * Errors: ERR_INPUT what came is no message; ERR_AGAIN interrupted by a signal.
 */
MUST_USE int slot_socket_receive(int fd, struct slot_message *m, char *bytes,
                                 struct err *err);

#endif
