/*
 * metrics_private.h - the parts of metrics.json
 */
#ifndef EVALUATE_METRICS_PRIVATE_H
#define EVALUATE_METRICS_PRIVATE_H

#include "base/json.h"
#include "stages/evaluate/metrics_json.h"

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
