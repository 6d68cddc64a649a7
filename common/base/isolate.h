/*
 * isolate.h - work on doubtful bytes in a process of its own
 *
 * A library that parses a format too large to be checked here may crash, hang
 * or ask for all memory when a file is hostile.  In a child process that costs
 * the caller an error message and nothing else.
 */
#ifndef BASE_ISOLATE_H
#define BASE_ISOLATE_H

#include "base/buf.h"

/*
 * The work, in the child.  Append the result to 'out'; return 0, or -1 with
 * 'err' set.  It must not start threads nor print; what it allocates goes
 * with the process.
 */
typedef int (*isolate_f)(const void *arg, struct buf *out, struct err *err);

struct isolate_limits {
    size_t memory; /* bytes that the child may allocate beyond the parent's;
                       not enforced under sanitizers */
    size_t result; /* bytes of the result at most */
    int seconds;   /* of processor time */
};

/*
 * Run work(arg, ...) in a child and append its result to 'out'.  Other threads
 * of this process must hold no lock that 'work' needs (those of malloc() and of
 * streams the C library sees to); not after MPI_Init().
 * Errors: those of 'work'; ERR_INPUT it crashed, took too long or gave too
 * much; ERR_SYSTEM no process, pipe or memory.  'out' is then as before.
 */
MUST_USE int isolate(isolate_f work, const void *arg,
                     const struct isolate_limits *limits, struct buf *out,
                     struct err *err);

#endif
