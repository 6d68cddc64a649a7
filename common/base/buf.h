/*
 * buf.h - a growing run of bytes, for text and payloads
 *
 * The first failure (no memory, or over the limit) latches: later calls do
 * nothing, and buf_check() reports it once, at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct buf {
    char *data; /* owned; NULL while empty; always ends in a NUL beyond len */
    size_t len; /* bytes */
    size_t room;
    bool failed;
};

/* Append 'n' bytes. */
void buf_put(struct buf *b, const void *bytes, size_t n);

/* Append a string. */
void buf_puts(struct buf *b, const char *s);

/* Append formatted text. */
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);

/* Append 'part' with its failure; it is empty then. */
void buf_take(struct buf *b, struct buf *part);

/* Append 's' as one CSV field, quoted only where needed (RFC 4180). */
void buf_csv(struct buf *b, const char *s);

/* The same of the next field: a comma before it. */
void buf_csv_next(struct buf *b, const char *s);

/* The same of a number with six digits behind the point; of one that is not
 * finite the field is empty. */
void buf_csv_number(struct buf *b, double v);

/* Append 's' with & < > " ' escaped, for HTML and SVG. */
void buf_html(struct buf *b, const char *s);

/* Errors: ERR_SYSTEM if an append failed for want of memory. */
MUST_USE int buf_check(const struct buf *b, struct err *err);

/* Print the bytes and free them, also on failure.  Errors: as buf_check(). */
MUST_USE int buf_print(struct buf *b, FILE *out, struct err *err);

/* Replace the file DIR/NAME by the bytes, as file_write() does, and free them,
 * also on failure.  Errors: as buf_check(), file_path(), file_write(). */
MUST_USE int buf_save(struct buf *b, const char *dir, const char *name,
                      struct err *err);

/* Free the bytes; 'b' is empty and usable again. */
void buf_release(struct buf *b);

#endif
