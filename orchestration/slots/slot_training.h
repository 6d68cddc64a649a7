/*
 * slot_training.h - a training of several ranks in the processes of slots
 *
 * One rank runs on a thread of the slot's process, since only that can use MPI.
 * A slot has one training at a time.
 */
#ifndef ORCHESTRATION_SLOTS_SLOT_TRAINING_H
#define ORCHESTRATION_SLOTS_SLOT_TRAINING_H

#include "orchestration/slots/slot_order.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct slot_training {
    bool running;
    char *bytes; /* owned: of the order's message */
    struct slot_message message;
    struct slot_order order;
    int threads, status;
    pthread_t thread;
    atomic_bool over;
    bool stopping;
    double told;        /* when it was last told to stop */
    int out, error_out; /* owned: this process' own meanwhile; -1: in use */
    char **environment; /* owned: this process' own meanwhile, NULL-ended */
};

/*
 * Start one.
 *   bytes [in] (n) the message of the order
 *   cores [in] threads to compute with, unless the order says OMP_NUM_THREADS
 * Errors: ERR_USAGE the order is of another program; ERR_AGAIN one is running;
 * ERR_SYSTEM.
 */
MUST_USE int slot_training_start(struct slot_training *t, const char *bytes,
                                 size_t n, int n_rank, int cores,
                                 struct err *err);

/* Has it ended?  Returns 1 with its status. */
int slot_training_reap(struct slot_training *t, int *status);

/* Let it save a checkpoint and end; call slot_training_remind() until then. */
void slot_training_stop(struct slot_training *t);
void slot_training_remind(struct slot_training *t);

#endif
