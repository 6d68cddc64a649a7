/*
 * test_accuracy.h - the accuracy on the test split, with its interval, of a
 * metrics.json (on validation where nothing tests): what page, model card, bundle and command line all show
 */
#ifndef EVALUATION_TEST_ACCURACY_H
#define EVALUATION_TEST_ACCURACY_H

#include "evaluation/screening.h"

#include <jansson.h>

/* The part of 'metrics' (may be NULL) that figures are of: "test", or where
 * nothing tests "validation"; borrowed, NULL if neither is there. */
const json_t *test_accuracy_part(const json_t *metrics);

/*
 * Of no cell where 'metrics' (may be NULL) does not say it.
 *   seen [in] the same cells in predictions.csv; NULL: it cannot be read, and
 *             if evaluate.bootstrap was 0 there is no interval
 */
void test_accuracy_read(struct grouped_share *s, const json_t *metrics,
                        const struct screening *seen);

#endif
