/*
 * assess_private.h - the parts of metrics.json
 */
#ifndef RUN_ASSESS_PRIVATE_H
#define RUN_ASSESS_PRIVATE_H

#include "run/assess.h"
#include "run/json_text.h"

/* The figures of one split; 0 test, 1 validation.  NULL without memory. */
json_t *assess_split_json(struct assess *a, int split, struct err *err);

/* Bootstrap intervals of the test split's figures, notes into 'notes'. */
json_t *assess_intervals(const struct assess *a, json_t *notes,
                         struct err *err);

/* Temperature, normal against abnormal, costs, prediction sets. */
json_t *assess_temperature(const struct assess *a);
json_t *assess_binary(const struct assess *a, struct err *err);
json_t *assess_costs(const struct assess *a, struct err *err);
json_t *assess_sets(const struct assess *a, struct err *err);

#endif
