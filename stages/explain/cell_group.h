/*
 * cell_group.h - which cells are alike, so that intervals draw them together
 */
#ifndef EXPLAIN_CELL_GROUP_H
#define EXPLAIN_CELL_GROUP_H

#include "store/store.h"

/*
 * The name of a row's group: its family, else "Class/012", or "" if neither is
 * known; the caller free()s it.  NULL is an error.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE char *cell_group(const struct store *s, size_t row, struct err *err);

#endif
