/*
 * json.h - what jansson refuses: names that are no UTF-8, figures that
 * are no number
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * A string of any bytes: class names are folder names, which need not be
 * UTF-8; bytes beyond ASCII become '?' in one that is not.
 */
json_t *json_text(const char *s);

/* A real, or null if 'v' is not finite. */
json_t *json_number(double v);

/* A count. */
json_t *json_count(size_t n);

/* [low, high]. */
json_t *json_range(double low, double high);

/* Append a formatted sentence to 'list'. */
void json_note(json_t *list, const char *fmt, ...) PRINTF(2, 3);

/*
 * Append 'root', indented, with a line end, and drop it.
 * Errors: ERR_SYSTEM no memory, also if root is NULL.
 */
MUST_USE int json_put(json_t *root, struct buf *out, struct err *err);

#endif
