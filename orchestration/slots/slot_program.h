/*
 * slot_program.h - a program that a slot started
 *
 * It is no rank of the job, has a process group of its own, and gets SIGTERM
 * when the slot dies.
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_PROGRAM_H
#define ORCHESTRATION_SLOTS_SLOT_PROGRAM_H

#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct slot_program {
    const char *const *arg; /* program and arguments, then NULL */
    const char *const
        *env; /* (n_env) NAME=VALUE, beside what this process has */
    int n_env;
    const char *output; /* file that its output is appended to; "": as this
                           process' */
    int cores;          /* OMP_NUM_THREADS, unless that is set; 0: leave it */
    bool reads;         /* standard input is this process', else empty */
};

/* Start it.  Errors: ERR_SYSTEM no process.  One that cannot be executed ends
 * with status 127. */
MUST_USE int slot_program_start(pid_t *pid, const struct slot_program *p,
                                struct err *err);

/* Has it ended?  Returns 1 with its status, 128 and more for a signal. */
int slot_program_reap(pid_t pid, int *status);

/* Send a signal: to the program, or SIGKILL to all that it started. */
void slot_program_signal(pid_t pid, int sig);

/* Append what this process prints to a file.  Errors: ERR_SYSTEM. */
MUST_USE int slot_program_redirect(const char *output, struct err *err);

#endif
