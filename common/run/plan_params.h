/*
 * plan_params.h - what of a configuration decides the output of a step
 *
 * Internal to plan.c: parameters by name, as they stand in the step's manifest
 * and go into its hash.  A file counts by its content.
 */
#ifndef RUN_PLAN_PARAMS_H
#define RUN_PLAN_PARAMS_H

#include "run/plan.h"
#include "run/plan_ensembles.h"

#include <jansson.h>

/* Which experiment a step belongs to; without a regime: which network. */
struct plan_experiment {
    const char *network;
    const struct regime *regime;
    const char *variant;         /* "": none */
    const struct config *config; /* of the variant; NULL: that of the run */
    int64_t seed;
    const struct plan_ensemble *fused; /* NULL: it is trained */
    int fold, folds;
};

/* Set member 'name' of the JSON object 'params'. */
void plan_add_param(json_t *params, const char *name, const char *value);

/*
 * Parameters of a step.
 *   p         [in]  its content has been read
 *   e         [in]  the experiment whose parameters count; NULL: none's
 *   before    [in]  as they were when keys that are not read (plan_unread.h)
 *                   counted, and explaining read an evaluation
 * Returns an owned JSON object; NULL or incomplete without memory.
 */
json_t *plan_params(const struct plan *p, const struct config *c,
                    const struct stage_row *stage,
                    const struct plan_experiment *e, bool before);

#endif
