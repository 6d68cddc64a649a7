/*
 * thread.h - a thread that gets no signals
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/err.h"

#include <pthread.h>

/* Start one with every signal blocked: they are for the main thread.
 * Errors: ERR_SYSTEM. */
MUST_USE int thread_start(pthread_t *thread, void *(*run)(void *self),
                          void *self, struct err *err);

#endif
