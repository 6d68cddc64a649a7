/*
 * core_set.h - the cores of this host, shared out among the running steps
 *
 * The processes of a step are bound to the cores that it was given, so that
 * steps beside each other do not get in each other's way; by its binding a
 * process sees how many threads it should have.
 */
#ifndef ORCHESTRATION_SCHEDULER_CORE_SET_H
#define ORCHESTRATION_SCHEDULER_CORE_SET_H

#include "base/core_mask.h"

struct core_set {
    struct core_mask unused;
    int all, free; /* how many */
};

/* All cores that this process may use. */
void core_set_init(struct core_set *s);

/* Take 'n' cores, fewer if fewer are free. */
void core_set_take(struct core_set *s, int n, struct core_mask *taken);

/* They are free again; 'taken' is empty then. */
void core_set_give(struct core_set *s, struct core_mask *taken);

#endif
