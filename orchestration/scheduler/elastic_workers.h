/*
 * elastic_workers.h - divided steps take the cores that nobody needs, and give
 * them back
 *
 * Of a step whose number of workers is 'auto' one worker is started wherever
 * cores are free and no other step waits for them.  When a step waits for a
 * place, as many workers as it needs are asked to leave after their unit, but
 * the last of each step.
 */
#ifndef ORCHESTRATION_SCHEDULER_ELASTIC_WORKERS_H
#define ORCHESTRATION_SCHEDULER_ELASTIC_WORKERS_H

#include "orchestration/scheduler/scheduler.h"

void elastic_workers_grow(struct scheduler *s);

/* Have workers leave, so that there is a place for such a process. */
void elastic_workers_shrink(struct scheduler *s,
                            const struct process_need *need);

/* Ask those that leave, as soon as they have said hello. */
void elastic_workers_drain(struct scheduler *s);

#endif
