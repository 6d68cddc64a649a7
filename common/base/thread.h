/*
 * thread.h - threads and signals
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/err.h"

#include <pthread.h>
#include <stdbool.h>

/* Start one with every signal blocked: they are for the main thread.
 * Errors: ERR_SYSTEM. */
MUST_USE int thread_start(pthread_t *thread, void *(*run)(void *self),
                          void *self, struct err *err);

/*
 * Between the two, no handler runs in the calling thread: signals wait, but
 * those of faults.  They may be nested; only the outermost pair costs anything.
 */
void thread_hold_signals(void);
void thread_let_signals(void);

/* Is the calling thread between the two? */
bool thread_holds_signals(void);

#endif
