/*
 * csv.h - read comma-separated values (RFC 4180) with a header line
 *
 * Fields may be quoted; quotes are doubled inside; lines end in LF or CRLF; a
 * UTF-8 byte order mark is skipped.  Writing is buf_csv().  A table that a
 * person made, with whatever program, is read by csv_read_any().
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/err.h"

#include <stddef.h>

enum { CSV_MAX_BYTES = 1 << 30, CSV_MAX_COLUMNS = 128 };

struct csv {
    char *text;   /* owned: the file, fields NUL-terminated in place */
    char **field; /* owned: n_row * n_column, row by row; header apart */
    char *header[CSV_MAX_COLUMNS]; /* borrowed from text */
    size_t n_row;                  /* without the header */
    size_t n_column;
    size_t *line;     /* owned: of each row in the file, 1 is the first */
    size_t head_line; /* of the header */
    char separator;
    size_t n_blank;   /* rows without anything, which are left out */
    size_t n_trimmed; /* fields that had blanks at their ends */
};

/*
 * Read a file.  Every row has as many fields as the header.
 * Errors: ERR_INPUT with file and line; ERR_SYSTEM no memory.
 */
MUST_USE int csv_read(struct csv *c, const char *path, struct err *err);

/*
 * Read a table as spreadsheets write it: encodings and line ends as
 * plain_text_read(); the separator is that of a first line "sep=X", else the
 * one of , ; tab | that the header has most often; blanks at the ends of a
 * field are dropped, and rows of separators alone.
 * Errors: as csv_read().
 */
MUST_USE int csv_read_any(struct csv *c, const char *path, struct err *err);

/* Column called 'name', or -1. */
int csv_column(const struct csv *c, const char *name);

/* Column of what a picture truly is: "label", or "class" as in files that
 * versions up to 0.1.0 wrote; -1: there is none. */
int csv_label_column(const struct csv *c);

/* Field of 'row' (0 is the first after the header) and 'column'. */
const char *csv_get(const struct csv *c, size_t row, size_t column);

/* The same of what csv_column() returned; "" if that is -1. */
const char *csv_field(const struct csv *c, size_t row, int column);

/* The number in the column of that name; NaN: none. */
double csv_number(const struct csv *c, size_t row, const char *name);

void csv_release(struct csv *c);

#endif
