/*
 * data_table.h - a table of a dataset's pictures, as a person made it
 *
 * With columns "file" (path inside the dataset), "label", and where they are
 * there "group" and "split" (of split.csv also "fold"), or what layout.columns calls them, in any letter
 * case and order; base/csv.h tells in which encodings and with which
 * separators.  Other columns are not used.
 */
#ifndef PREPROCESS_DATA_TABLE_H
#define PREPROCESS_DATA_TABLE_H

#include "base/buf.h"
#include "base/csv.h"
#include "stages/preprocess/layout.h"

struct data_table {
    struct csv csv;   /* owned */
    const char *path; /* borrowed */
    bool renamed;     /* layout.columns may say what they are called */
    int column[LAYOUT_COLUMNS]; /* -1: it is not there, or not used */
};

/*
 * Read a table.
 *   l [in] NULL: columns have their usual names
 * Errors: ERR_USAGE with file and line; a column that the layout names is not
 * there, or a name is there twice.
 */
MUST_USE int data_table_read(struct data_table *t, const char *path,
                             const struct layout *l, struct err *err);

/* Is the column there?  Errors: ERR_USAGE with those that are. */
MUST_USE int data_table_need(const struct data_table *t, const char *name,
                             enum layout_column column, struct err *err);

/* A field, "" without the column. */
const char *data_table_get(const struct data_table *t, size_t row,
                           enum layout_column column);

/* The file's name without its folders. */
const char *data_table_name(const struct data_table *t);

/* Line of the file, from 1. */
size_t data_table_line(const struct data_table *t, size_t row);

/* Is anything in the column? */
bool data_table_says(const struct data_table *t, enum layout_column column);

/* Append what one should know of how it was read, a line each. */
void data_table_tell(const struct data_table *t, struct buf *out);

void data_table_release(struct data_table *t);

#endif
