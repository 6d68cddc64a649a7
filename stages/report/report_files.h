/*
 * report_files.h - single files of a run, read for the report
 *
 * Reading never fails because a part of a run is missing or damaged: the part
 * is then empty and says why.
 */
#ifndef STAGES_REPORT_REPORT_FILES_H
#define STAGES_REPORT_REPORT_FILES_H

#include "base/buf.h"
#include "base/csv.h"

#include <jansson.h>
#include <stdbool.h>

enum { REPORT_JSON_MAX = 16 << 20 };

/* A file that may be there or not. */
struct report_csv {
    struct csv csv; /* owned; empty if missing */
    bool there;
    char why[256]; /* not there */
};

struct report_json {
    json_t *root; /* owned; NULL if missing */
    char why[256];
};

/* Read run_dir/dir/name into what is empty. */
void report_csv_read(struct report_csv *c, const char *run_dir, const char *dir,
                     const char *name);
void report_json_read(struct report_json *j, const char *run_dir,
                      const char *dir, const char *name);

/*
 * A table that no file has: its fields row by row, the header's first, each with
 * a NUL behind it.
 *   b [in,out] is empty then
 * Without memory, also where 'b' failed, it is not there.
 */
void report_csv_make(struct report_csv *c, size_t n_column, struct buf *b);

/* "" if the row or the column is not there. */
const char *report_field(const struct report_csv *c, size_t row,
                         const char *column);

/* What the row's cell or cells truly are, csv_label_column(). */
const char *report_label(const struct report_csv *c, size_t row);

/* Number of a row, NaN if it is not there or no number. */
double report_number(const struct report_csv *c, size_t row,
                     const char *column);

/* Walk json by keys separated by dots, "test.accuracy"; NULL if a part
 * is not there. */
const json_t *report_json_at(const json_t *j, const char *path);

/* A number there, else NaN. */
double report_json_number(const json_t *j, const char *path);

/* Append a field of a table that is made here, with a NUL behind it; of a number
 * that is not finite it is empty. */
void report_files_field(struct buf *b, const char *text);
void report_files_number(struct buf *b, double v);

#endif
