/*
 * json.h - what jansson refuses: names that are no UTF-8, figures that are no
 * number; files of JSON
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>

#include "base/buf.h"

/*
 * A string of any bytes: class names are folder names, which need not be
 * UTF-8; bytes beyond ASCII become '?' in one that is not.
 */
json_t *json_text(const char *s);
json_t *json_textn(const char *s, size_t n);

/* A real, or null if 'v' is not finite. */
json_t *json_number(double v);

/* A count. */
json_t *json_count(size_t n);

/* A member that is a string; "" if there is none.  Borrowed from 'object'. */
const char *json_member(const json_t *object, const char *name);

/* [low, high]. */
json_t *json_range(double low, double high);

/* Append a formatted sentence to 'list'. */
void json_note(json_t *list, const char *fmt, ...) PRINTF(2, 3);

/*
 * The value in a file of at most 'max' bytes, or in 'size' bytes of it that
 * have been read.  NULL is an error.
 *   flags [in] jansson's: JSON_REJECT_DUPLICATES or 0
 * Errors: as file_read(); ERR_INPUT it is no JSON, with file and line.
 */
json_t *json_read(const char *path, size_t max, size_t flags, struct err *err);
json_t *json_parse(const char *path, const char *text, size_t size,
                   size_t flags, struct err *err);

/*
 * Replace the file 'path' by 'root', as file_write() does.
 *   flags [in] jansson's: JSON_INDENT(1), ...
 * Errors: ERR_SYSTEM, no memory also if root is NULL.
 */
MUST_USE int json_write(const char *path, const json_t *root, size_t flags,
                        struct err *err);

/*
 * Append 'root', indented, with a line end, and drop it.
 * Errors: ERR_SYSTEM no memory, also if root is NULL.
 */
MUST_USE int json_put(json_t *root, struct buf *out, struct err *err);

#endif
