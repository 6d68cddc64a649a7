/*
 * plan_units.h - into which units a step's work is divided
 *
 * The scheduler leases them, a sink names them, and a process alone does them
 * all; this is what they agree on.
 */
#ifndef RUN_PLAN_UNITS_H
#define RUN_PLAN_UNITS_H

#include "run/plan.h"

enum {
    /* Unit k of the step at place i of the plan has the id (i + 1) << 32 | k
     * and the rows from k * each on. */
    PLAN_UNITS_SHIFT = 32,
};

struct plan_units {
    uint64_t rows; /* in all; of STAGE_FILES places, not all of which need hold
                      anything */
    uint64_t each; /* rows in one unit, at least 1 */
};

/* Rows in one unit of STAGE_ROWS, at least 1. */
static inline uint64_t plan_units_each(const struct config *c)
{
    return (uint64_t)c->augment.unit * (uint64_t)c->augment.variants;
}

/*
 * What 'step' consists of; of STAGE_WHOLE nothing (0 rows).
 *   STAGE_ROWS   rows of the augmented store
 *   STAGE_FILES  places in the list of explained cells (explain.h), which is
 *                known only to those that have predicted
 * Errors: as store_open() of RUN/data.
 */
MUST_USE int plan_units_of(struct plan_units *u, const char *run_dir,
                           const struct config *c, const struct plan_step *step,
                           struct err *err);

#endif
