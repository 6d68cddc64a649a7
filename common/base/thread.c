#include "base/thread.h"

#include <signal.h>
#include <string.h>

int thread_start(pthread_t *thread, void *(*run)(void *self), void *self,
                 struct err *err)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(thread, NULL, run, self);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0
                   : err_set(err, ERR_SYSTEM, "cannot start a thread: %s",
                             strerror(rc));
}

/* How often this thread holds them, and what it blocked before. */
static _Thread_local struct {
    int depth;
    sigset_t before;
} held;

/* Held, a fault would end the process without a word of who reports it. */
static void all_but_faults(sigset_t *set)
{
    static const int fault[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                                SIGTRAP, SIGABRT, SIGSYS};

    sigfillset(set);
    for (size_t i = 0; i < sizeof(fault) / sizeof(fault[0]); i++)
        sigdelset(set, fault[i]);
}

void thread_hold_signals(void)
{
    sigset_t set;

    if (held.depth++ > 0)
        return;
    all_but_faults(&set);
    pthread_sigmask(SIG_BLOCK, &set, &held.before);
}

void thread_let_signals(void)
{
    BUG_ON(held.depth == 0);
    if (--held.depth == 0)
        pthread_sigmask(SIG_SETMASK, &held.before, NULL);
}

bool thread_holds_signals(void)
{
    return held.depth > 0;
}
