/*
 * metrics_private.h - the parts of metrics.json
 */
#ifndef EVALUATE_METRICS_PRIVATE_H
#define EVALUATE_METRICS_PRIVATE_H

#include "base/json.h"
#include "stages/evaluate/metrics_json.h"

/* Counts, k x k of rows that are 'stride' apart. */
json_t *metrics_json_counts(const size_t *n, int k, int stride);

/* Bootstrap intervals of the told split's figures, notes into 'notes'. */
json_t *metrics_json_intervals(const struct metrics_json *a, json_t *notes,
                               struct err *err);

/* Temperature, normal against abnormal, costs, prediction sets. */
json_t *metrics_json_temperature(const struct metrics_json *a);
json_t *metrics_json_binary(const struct metrics_json *a, struct err *err);
json_t *metrics_json_costs(const struct metrics_json *a, struct err *err);
json_t *metrics_json_sets(const struct metrics_json *a, struct err *err);

#endif
