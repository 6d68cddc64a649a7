/*
 * socket_dir.h - a directory for the ipc sockets of one process
 *
 * A socket's path holds at most 107 bytes, so it cannot lie in the run
 * directory: it lies in a directory of mode 0700 in the temporary one.  The
 * file "owner" in it is locked as long as the process lives, so that what a
 * killed process left can be told from what is in use, and is swept by the next
 * one.
 */
#ifndef WORKER_SOCKET_DIR_H
#define WORKER_SOCKET_DIR_H

#include "base/err.h"

struct socket_dir {
    char path[64]; /* "" while there is none */
    int owner;     /* owned: file descriptor of the locked file */
};

/* Make one, after sweeping those of this user whose process has gone.
 * Errors: ERR_SYSTEM. */
MUST_USE int socket_dir_make(struct socket_dir *d, struct err *err);

/* Remove it with all that is in it; an empty one is allowed. */
void socket_dir_remove(struct socket_dir *d);

#endif
