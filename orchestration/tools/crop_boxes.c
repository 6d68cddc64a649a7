#include "orchestration/tools/crop_boxes.h"

#include "base/file.h"
#include "base/log.h"
#include "img/contour.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const number_columns[] = {"x", "y", "width", "height"};

enum { NUMBERS = sizeof(number_columns) / sizeof(number_columns[0]) };

static int add_box(struct crop_boxes *b, const struct crop_box *box,
                   struct err *err)
{
    struct crop_box *grown = realloc(b->box, (b->n + 1) * sizeof(*grown));

    if (!grown)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", b->n);
    b->box = grown;
    b->box[b->n++] = *box;
    return 0;
}

void crop_boxes_release(struct crop_boxes *b)
{
    free(b->box);
    *b = (struct crop_boxes){0};
}

/* --- a table -------------------------------------------------------------- */

static int find_columns(struct crop_table *t, const char *path, struct err *err)
{
    static const char *const needed[] = {"file", "x", "y", "width", "height"};
    char there[200] = "";

    for (size_t i = 0; i < t->csv.n_column; i++) {
        const size_t n = strlen(there);

        snprintf(there + n, sizeof(there) - n, "%s%.40s", n ? ", " : "",
                 t->csv.header[i]);
    }
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (csv_column(&t->csv, needed[i]) < 0)
            return err_set(err, ERR_USAGE,
                           "'%.200s' has no column '%s'; its columns are %s",
                           path, needed[i], there);
    t->file = csv_column(&t->csv, "file");
    t->label = csv_column(&t->csv, "label");
    return 0;
}

static int check_row(const struct crop_table *t, size_t row, const char *path,
                     struct err *err)
{
    const char *label = csv_field(&t->csv, row, t->label);
    const size_t line = t->csv.line[row];

    for (int k = 0; k < NUMBERS; k++) {
        const int column = csv_column(&t->csv, number_columns[k]);
        const char *text = csv_field(&t->csv, row, column);
        char *end;
        const double x = strtod(text, &end);

        if (end == text || *end || !(fabs(x) <= IMAGE_MAX_SIDE) ||
            (k >= 2 && x <= 0))
            return err_set(err, ERR_INPUT, "%.200s:%zu: %s '%.40s' is not %s",
                           path, line, number_columns[k], text,
                           k < 2 ? "a number of pixels"
                                 : "a number of pixels over 0");
    }
    if (!csv_field(&t->csv, row, t->file)[0])
        return err_set(err, ERR_INPUT, "%.200s:%zu: no file", path, line);
    if (label[0] == '.' || strchr(label, '/'))
        return err_set(err, ERR_INPUT,
                       "%.200s:%zu: label '%.60s' is no name of a folder", path,
                       line, label);
    return 0;
}

int crop_table_read(struct crop_table *t, const char *path, struct err *err)
{
    int rc;

    *t = (struct crop_table){0};
    if (csv_read_any(&t->csv, path, err) < 0)
        return -1;
    rc = find_columns(t, path, err);
    for (size_t i = 0; rc == 0 && i < t->csv.n_row; i++)
        rc = check_row(t, i, path, err);
    if (rc == 0) {
        t->used = calloc(t->csv.n_row + 1, sizeof(*t->used));
        if (!t->used)
            rc = err_set(err, ERR_SYSTEM, "no memory for %zu cells",
                         t->csv.n_row);
    }
    if (rc < 0)
        crop_table_release(t);
    return rc;
}

void crop_table_release(struct crop_table *t)
{
    free(t->used);
    csv_release(&t->csv);
    *t = (struct crop_table){0};
}

/* Is 'path' what a row calls 'name'? */
static bool is_called(const char *path, const char *name)
{
    const size_t n = strlen(path), k = strlen(name);

    return k <= n && strcmp(path + n - k, name) == 0 &&
           (k == n || path[n - k - 1] == '/');
}

int crop_table_claim(struct crop_table *t, const char *field, struct err *err)
{
    for (size_t i = 0; i < t->csv.n_row; i++) {
        const char *name = csv_field(&t->csv, i, t->file);

        if (!is_called(field, name))
            continue;
        if (t->used[i])
            return err_set(err, ERR_USAGE,
                           "line %zu of the table: several fields end in "
                           "'%.200s', '%.200s' is one: write more of the path",
                           t->csv.line[i], name, field);
        t->used[i] = true;
    }
    return 0;
}

int crop_boxes_of_table(struct crop_boxes *b, const struct crop_table *t,
                        const char *field, struct err *err)
{
    for (size_t i = 0; i < t->csv.n_row; i++) {
        struct crop_box box = {.label = csv_field(&t->csv, i, t->label)};

        if (!is_called(field, csv_field(&t->csv, i, t->file)))
            continue;
        box.left = csv_number(&t->csv, i, "x");
        box.top = csv_number(&t->csv, i, "y");
        box.right = box.left + csv_number(&t->csv, i, "width");
        box.bottom = box.top + csv_number(&t->csv, i, "height");
        snprintf(box.name, sizeof(box.name), "%02zu", b->n + 1);
        if (add_box(b, &box, err) < 0)
            return -1;
    }
    return 0;
}

/* --- contours ------------------------------------------------------------- */

static int read_contour(const char *path, struct crop_box *box, struct err *err)
{
    struct contour c = {0};
    char *text = NULL;
    size_t size;
    int rc = file_read(path, CONTOUR_MAX_BYTES, &text, &size, err);

    if (rc == 0)
        rc = contour_parse(&c, text, size, err);
    box->left = box->top = INFINITY;
    box->right = box->bottom = -INFINITY;
    /* whole numbers are the centres of pixels */
    for (size_t i = 0; rc == 0 && i < c.n; i++) {
        box->left = fmin(box->left, floor(c.point[i].x));
        box->top = fmin(box->top, floor(c.point[i].y));
        box->right = fmax(box->right, ceil(c.point[i].x) + 1);
        box->bottom = fmax(box->bottom, ceil(c.point[i].y) + 1);
    }
    contour_release(&c);
    free(text);
    return rc;
}

/* MM of "NNN_cytMM.dat", if it is a contour of the field called 'stem'. */
static bool is_contour(const char *file, const char *stem, size_t n,
                       char name[CROP_NAME])
{
    size_t digits;

    if (strncmp(file, stem, n) != 0 || strncmp(file + n, "_cyt", 4) != 0)
        return false;
    digits = strspn(file + n + 4, "0123456789");
    if (digits == 0 || digits >= CROP_NAME ||
        strcmp(file + n + 4 + digits, ".dat") != 0)
        return false;
    memcpy(name, file + n + 4, digits);
    name[digits] = '\0';
    return true;
}

static int add_contour(struct crop_boxes *b, const char *path,
                       struct crop_box *box, size_t *n_bad, struct err *err)
{
    struct err why = {0};

    if (read_contour(path, box, &why) == 0)
        return add_box(b, box, err);
    if (why.code != ERR_INPUT)
        return err_set(err, why.code, "%s", why.text);
    log_warn("'%s': %s", path, why.text);
    ++*n_bad;
    return 0;
}

int crop_boxes_of_contours(struct crop_boxes *b, const char *field,
                           size_t *n_bad, struct err *err)
{
    const char *slash = strrchr(field, '/'), *stem = slash ? slash + 1 : field;
    const char *dot = strrchr(stem, '.');
    char dir[FILE_PATH_MAX], path[FILE_PATH_MAX], **file = NULL;
    size_t n = 0;
    int rc;

    if (file_path(dir, err, "%.*s", slash ? (int)(slash - field) + 1 : 1,
                  slash ? field : ".") < 0 ||
        file_dir_list(dir, &file, &n, err) < 0)
        return -1;
    rc = 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct crop_box box = {.label = ""};

        if (!is_contour(file[i], stem,
                        dot ? (size_t)(dot - stem) : strlen(stem), box.name))
            continue;
        rc = file_path(path, err, "%s/%s", dir, file[i]);
        if (rc == 0)
            rc = add_contour(b, path, &box, n_bad, err);
    }
    file_dir_list_free(file, n);
    return rc;
}
