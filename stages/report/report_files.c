#include "stages/report/report_files.h"

#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a file of a step is.  Errors: ERR_INPUT it is not there. */
static int find_file(char path[FILE_PATH_MAX], const char *run_dir,
                     const char *dir, const char *name, struct err *err)
{
    if (file_path(path, err, "%s/%s/%s", run_dir, dir, name) < 0)
        return -1;
    if (!file_exists(path))
        return err_set(err, ERR_INPUT, "there is no %.80s/%.80s yet", dir,
                       name);
    return 0;
}

void report_csv_read(struct report_csv *c, const char *run_dir, const char *dir,
                     const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};

    c->there = find_file(path, run_dir, dir, name, &err) == 0 &&
               csv_read(&c->csv, path, &err) == 0;
    if (!c->there)
        snprintf(c->why, sizeof(c->why), "%.200s", err.text);
}

/* Point at the fields of c->text, which ends at 'end'. */
static bool point_at_fields(struct csv *c, const char *end)
{
    size_t n = 0;
    char *s = c->text;

    for (const char *at = s; at < end; at++)
        n += *at == '\0';
    c->n_row = n / c->n_column - 1;
    c->field = malloc((c->n_row * c->n_column + 1) * sizeof(*c->field));
    for (size_t k = 0; c->field && k < n; k++, s += strlen(s) + 1)
        if (k < c->n_column)
            c->header[k] = s;
        else
            c->field[k - c->n_column] = s;
    return c->field;
}

void report_csv_make(struct report_csv *c, size_t n_column, struct buf *b)
{
    *c = (struct report_csv){.there = false};
    if (!b->failed && b->data) {
        c->csv = (struct csv){
            .text = b->data, .separator = ',', .n_column = n_column};
        c->there = point_at_fields(&c->csv, b->data + b->len);
    } else {
        free(b->data);
    }
    *b = (struct buf){0};
    if (!c->there)
        csv_release(&c->csv);
}

void report_json_read(struct report_json *j, const char *run_dir,
                      const char *dir, const char *name)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};

    if (find_file(path, run_dir, dir, name, &err) == 0)
        j->root = json_read(path, REPORT_JSON_MAX, 0, &err);
    if (!j->root)
        snprintf(j->why, sizeof(j->why), "%.200s", err.text);
}

/* Field of what csv_column() returned; "" where there is none. */
static const char *field_at(const struct report_csv *c, size_t row, int column)
{
    return row < c->csv.n_row ? csv_field(&c->csv, row, column) : "";
}

const char *report_field(const struct report_csv *c, size_t row,
                         const char *column)
{
    return c->there ? field_at(c, row, csv_column(&c->csv, column)) : "";
}

const char *report_label(const struct report_csv *c, size_t row)
{
    return c->there ? field_at(c, row, csv_label_column(&c->csv)) : "";
}

double report_number(const struct report_csv *c, size_t row, const char *column)
{
    return c->there && row < c->csv.n_row ? csv_number(&c->csv, row, column)
                                          : (double)NAN;
}

const json_t *report_json_at(const json_t *j, const char *path)
{
    while (j && *path) {
        const size_t n = strcspn(path, ".");
        char key[64];

        if (n >= sizeof(key))
            return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        j = json_object_get(j, key);
        path += n + (path[n] == '.');
    }
    return j;
}

double report_json_number(const json_t *j, const char *path)
{
    const json_t *v = report_json_at(j, path);

    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

void report_files_field(struct buf *b, const char *text)
{
    buf_put(b, text, strlen(text) + 1);
}

void report_files_number(struct buf *b, double v)
{
    char text[40] = "";

    if (isfinite(v))
        snprintf(text, sizeof(text), "%.9g", v);
    report_files_field(b, text);
}
