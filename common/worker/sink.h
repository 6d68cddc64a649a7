/*
 * sink.h - where the rows of a divided stage come together: today of the
 * augmented store alone
 *
 * A process of its own (papline-X --sink): workers send samples straight to
 * it, it writes them into the step's store, and confirms to the worker and to
 * the scheduler once they are safe.  PROTOCOL.md, data plane.
 */
#ifndef WORKER_SINK_H
#define WORKER_SINK_H

#include "store/augmented_rows.h"
#include "worker/stage.h"

/* The store of a divided step while it is made. */
struct sink_store {
    const char *run_dir;           /* borrowed */
    const struct plan_step *step;  /* borrowed */
    struct augmented_rows sources; /* owned */
    struct store_writer *writer;   /* owned; NULL if it is sealed */
    bool sealed; /* by an earlier process, which has not said so */
};

/* Begin or go on; what is sealed already stays.  Errors: as output_begin(),
 * augmented_rows_open(), store_create(). */
MUST_USE int sink_store_open(struct sink_store *s, const char *run_dir,
                             const struct config *c,
                             const struct plan_step *step, struct err *err);

/* Put rows; sync all that were put.  Errors: as store_put(), store_sync();
 * ERR_INPUT rows of another shape. */
MUST_USE int sink_store_put(struct sink_store *s, const struct sample_rows *r,
                            struct err *err);
MUST_USE int sink_store_sync(struct sink_store *s, struct err *err);

/* Seal the step. */
MUST_USE int sink_store_seal(struct sink_store *s, struct err *err);

/* Close; what was put stays for the next time. */
void sink_store_close(struct sink_store *s);

/*
 * Be the sink of the step of stage 'stage' until the scheduler says finish.
 *   join [in] the run directory
 * Errors: what the store or the link says; ERR_AGAIN stopped before the end.
 */
MUST_USE int sink_run(const struct stage *stage, const char *join,
                      struct err *err);

#endif
