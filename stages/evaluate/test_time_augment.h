/*
 * test_time_augment.h - a cell seen from several sides: test-time augmentation
 *
 * A cell has no up; the network's probabilities are averaged over views.
 */
#ifndef EVALUATE_TEST_TIME_AUGMENT_H
#define EVALUATE_TEST_TIME_AUGMENT_H

#include "config/config.h"

#include <stddef.h>
#include <stdint.h>

enum { TEST_TIME_AUGMENT_MAX = 8 };

/* How many views: 1, 4 (both flips) or 8 (with quarter turns). */
int test_time_augment_count(enum view_choice choice);

/*
 * View 'v' of a picture: bit 0 flips it left to right, bit 1 upside down, then
 * bit 2 swaps rows and columns, for which h must be w.
 *   in, out (h, w, 3), not the same
 */
void test_time_augment_view(int v, const uint8_t *in, size_t h, size_t w,
                            uint8_t *out);

#endif
