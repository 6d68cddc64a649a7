/* scheduler_private.h - between the files of the scheduler */
#ifndef ORCHESTRATION_SCHEDULER_SCHEDULER_PRIVATE_H
#define ORCHESTRATION_SCHEDULER_SCHEDULER_PRIVATE_H

#include "orchestration/scheduler/scheduler.h"

/* scheduler_endpoint.c */
MUST_USE int scheduler_bind(struct scheduler *s, struct err *err);
void scheduler_unbind(struct scheduler *s);

/* scheduler_messages.c: read every message that waits; do what one asks for,
 * if its sender may, else count it and say so; offer units to workers with
 * credit; ask every worker of a stage (NULL: all) to leave. */
void scheduler_listen(struct scheduler *s);
void scheduler_take(struct scheduler *s, struct router_message *m);
void scheduler_offer(struct scheduler *s);
void scheduler_drain(struct scheduler *s, const char *stage);
void scheduler_drain_worker(struct scheduler *s, int worker);
void scheduler_finish_sink(struct scheduler *s);

/* The step in hand, NULL between two. */
static inline const struct plan_step *scheduler_step(const struct scheduler *s)
{
    return s->step < 0 ? NULL : &s->plan->step[s->step];
}

/* May the step do without a unit that was set aside? */
static inline bool scheduler_spares(const struct scheduler *s,
                                    const struct lease_queue_unit *u)
{
    return scheduler_step(s)->stage->division != PLAN_WHOLE && u->count > 0;
}

#endif
