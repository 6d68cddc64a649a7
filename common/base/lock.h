/*
 * lock.h - locks on files, held by processes, also across hosts
 *
 * POSIX record locks: the kernel gives them back when the process ends, however
 * it ends, and a network file system passes them on between hosts.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include "base/err.h"

enum lock_kind { LOCK_NONE, LOCK_SHARED, LOCK_ALONE };

/*
 * Ask for a lock on all of an open file, without waiting; it replaces the one
 * that is held.  LOCK_NONE gives it back.
 *   path [in] of the file, for the message
 * Returns 1, or 0 if another process has one that stands against it.
 * Errors: ERR_SYSTEM the file system gives no locks.
 */
MUST_USE int lock_take(int fd, enum lock_kind kind, const char *path,
                       struct err *err);

#endif
