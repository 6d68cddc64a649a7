/*
 * metrics_private.h - the parts of metrics.json
 */
#ifndef EVALUATE_METRICS_PRIVATE_H
#define EVALUATE_METRICS_PRIVATE_H

#include "base/json.h"
#include "stages/evaluate/metrics_json.h"

/* The figures of one split; 0 test, 1 validation.  NULL without memory. */
json_t *metrics_split_json(struct metrics_json *a, int split, struct err *err);

/* Bootstrap intervals of the test split's figures, notes into 'notes'. */
json_t *metrics_intervals(const struct metrics_json *a, json_t *notes,
                          struct err *err);

/* Temperature, normal against abnormal, costs, prediction sets. */
json_t *metrics_temperature(const struct metrics_json *a);
json_t *metrics_binary(const struct metrics_json *a, struct err *err);
json_t *metrics_costs(const struct metrics_json *a, struct err *err);
json_t *metrics_sets(const struct metrics_json *a, struct err *err);

#endif
