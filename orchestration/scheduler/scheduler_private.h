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
void scheduler_take(struct scheduler *s, struct router_mail *m);
void scheduler_offer(struct scheduler *s);
void scheduler_drain(struct scheduler *s, const char *stage);
void scheduler_drain_worker(struct scheduler *s, int worker);
void scheduler_finish_sink(struct scheduler *s);

/* The node in hand, NULL between two. */
static inline const struct plan_node *scheduler_node(const struct scheduler *s)
{
    return s->node < 0 ? NULL : &s->plan->node[s->node];
}

/* May the node do without a unit that was set aside? */
static inline bool scheduler_spares(const struct scheduler *s,
                                    const struct queue_unit *u)
{
    return scheduler_node(s)->stage->division != PLAN_WHOLE && u->count > 0;
}

#endif
