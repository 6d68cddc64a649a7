/*
 * plan_hashes.h - the content hashes of a step
 *
 * Internal to plan.c.  In a hash an input of the same variant of a training is
 * named as without variants, so that an experiment has the same hashes in a
 * configuration that has its values and no variants.
 */
#ifndef RUN_PLAN_HASHES_H
#define RUN_PLAN_HASHES_H

#include "run/plan_params.h"

/*
 * Set params, inputs, hash, before and any_length of 'step', the last of 'p',
 * whose other members are set.
 *   c    [in]  the configuration that it works by
 *   own  [in]  the experiment whose parameters count; NULL: none's
 * Returns 0, or -1 without memory.
 */
MUST_USE int plan_hashes_set(const struct plan *p, struct plan_step *step,
                             const struct config *c,
                             const struct plan_experiment *own);

#endif
