/*
 * metrics_json.h - metrics.json: everything that predictions say of a
 * classifier
 *
 * For the test and the validation split: the metrics of the table
 * (stats/metrics_table.h), those of each class, the confusion matrix, bins of
 * confidence, and bootstrap intervals over groups of the test split's metrics
 * (bootstrap.h).  Fitted on validation and tried on the test split:
 * temperature, the threshold for a wanted sensitivity (binary.h), prediction
 * sets (conformal.h).  Beside it, expected costs (costs.h).
 *
 * Without test cells there is validation alone.
 *
 * What is undefined is null (or 0 where scikit-learn says 0) and has a note.
 */
#ifndef EVALUATE_METRICS_JSON_H
#define EVALUATE_METRICS_JSON_H

#include "evaluation/class_groups.h"
#include "stats/metrics_table.h"

struct json_t; /* jansson's */

/* The predictions of one split. */
struct metrics_json_split {
    struct outcomes o;        /* without weights */
    const char *const *group; /* (o.n) "" is a group of its own; borrowed */
};

struct metrics_json {
    /* given; all borrowed */
    const char *experiment, *network, *model;
    const char (*class_name)[CONFIG_NAME_MAX];
    const struct evaluate_settings *settings;
    uint64_t seed;
    struct metrics_json_split test, validation; /* of one k */

    /* worked out by metrics_json_run() */
    struct metric_input input[2]; /* test, validation */
    struct temperature temperature;
    struct class_groups groups;
    double *calibrated;  /* owned: (test n, k) after temperature; or NULL */
    struct json_t *root; /* owned */
};

/* Has the test split no cells, but validation some?  Then figures are of
 * validation, and nothing is fitted, as it would be tried on what it was fitted
 * on: temperature, binary, costs and sets are left out, and "test", too. */
static inline bool metrics_json_untested(const struct metrics_json *a)
{
    return a->test.o.n == 0 && a->validation.o.n > 0;
}

/* The split that figures are of: 0 test, 1 validation. */
static inline int metrics_json_told(const struct metrics_json *a)
{
    return metrics_json_untested(a) ? 1 : 0;
}

/*
 * Work out everything.  Without probabilities ('p' is NULL in both splits) what
 * needs them is left out.
 * Deterministic: bootstrap stream (seed, RNG_BOOTSTRAP, resample).
 * Errors: ERR_USAGE a class map or cost matrix that does not fit; ERR_INPUT a
 * probability is not a number; ERR_SYSTEM no memory.  *a is to be released
 * anyway.
 */
MUST_USE int metrics_json_run(struct metrics_json *a, struct err *err);
void metrics_json_release(struct metrics_json *a);

/* metrics.json, after metrics_json_run().  Errors: ERR_SYSTEM no memory. */
MUST_USE int metrics_json_encode(struct metrics_json *a, struct buf *out,
                                 struct err *err);

/*
 * Write metrics.json, confusion.csv, confusion.svg and, of probabilities where
 * cells test, reliability.csv and reliability.svg into 'dir', after
 * metrics_json_run().  Errors: ERR_SYSTEM.
 */
MUST_USE int metrics_json_write(struct metrics_json *a, const char *dir,
                                struct err *err);

#endif
