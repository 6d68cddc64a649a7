/*
 * batch_part.h - which rows of a batch a rank takes
 */
#ifndef TRAIN_BATCH_PART_H
#define TRAIN_BATCH_PART_H

#include <stddef.h>

/*
 * Rows begin .. end-1 of 'n' that rank 'r' of 'size' takes: both are halved,
 * the left half getting the odd one, so that two ranks' rows are one's of half
 * as many ranks.
 */
void batch_part_rows(size_t n, size_t r, size_t size, size_t *begin,
                     size_t *end);

#endif
