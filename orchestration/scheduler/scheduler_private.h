/* scheduler_private.h - between the files of the scheduler */
#ifndef ORCHESTRATION_SCHEDULER_SCHEDULER_PRIVATE_H
#define ORCHESTRATION_SCHEDULER_SCHEDULER_PRIVATE_H

#include "orchestration/scheduler/scheduler.h"

/* Listen where the configuration says, and write control.json; no more of
 * both. */
MUST_USE int scheduler_bind(struct scheduler *s, struct err *err);
void scheduler_unbind(struct scheduler *s);

/* Read every message that waits. */
void scheduler_listen(struct scheduler *s);

/* Do what a message asks for, if its sender may, else count it and say so. */
void scheduler_take(struct scheduler *s, struct router_message *m);

/* Offer the units of a step to workers with credit. */
void scheduler_offer(struct running_step *r);

/* Ask a worker to leave. */
void scheduler_drain_worker(struct scheduler *s, int worker);

/* Ask those of a stage that were started for a step, or that joined by hand
 * (WORKER_ANY_STEP). */
void scheduler_drain(struct scheduler *s, const char *stage, int step);

/* Have the sink of a step seal it. */
void scheduler_finish_sink(struct running_step *r);

/* A worker has gone, by a fault of its own or not: its units wait again. */
void scheduler_lose_worker(struct scheduler *s, int worker, bool failed,
                           const char *why);

/* Is there, or will there be, work for this stage? */
bool scheduler_has_work(const struct scheduler *s, const char *stage);

#endif
