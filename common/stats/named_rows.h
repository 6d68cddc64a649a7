/*
 * named_rows.h - rows in the order of what they are called
 */
#ifndef STATS_NAMED_ROWS_H
#define STATS_NAMED_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct named_row {
    const char *name; /* borrowed */
    int label;        /* rows of another are called otherwise */
    uint32_t row;
};

/* By name, then by label, then by row. */
void named_rows_sort(struct named_row *list, size_t n);

/* Of sorted rows: is i called as the one before it? */
bool named_rows_same(const struct named_row *list, size_t i);

/*
 * Sort them, and find for each the first that is called as it is; those without
 * a name are alone.
 *   first [out] by number of row
 */
void named_rows_first(struct named_row *list, size_t n, uint32_t *first);

#endif
