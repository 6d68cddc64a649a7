/* dose_response_means.c - the lines of all cells taken together */
#include "base/file.h"
#include "stages/explain/cell_group.h"
#include "stages/explain/dose_response.h"
#include "stages/explain/grouped_means.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROW, FILE_NAME, LABEL, PREDICTED, EDIT, CONTROL, DOSE, CHANGE, FIRST_P };
enum { ALL_CLASSES = -1 };

struct dose_table {
    const struct store *data;
    struct csv csv;    /* owned */
    size_t *base;      /* owned: line of its cell's stored picture, by line */
    char **group;      /* owned: names, by line; of the first of a cell only */
    double *value;     /* owned: (lines, n_value) of the lines in hand */
    const char **name; /* owned: their groups */
    size_t n_value;    /* classes, then the predicted one */
    int resamples;
    uint64_t seed;
};

static const char *field(const struct dose_table *t, size_t line, size_t column)
{
    return csv_get(&t->csv, line, column);
}

static bool same_field(const struct dose_table *t, size_t a, size_t b,
                       size_t column)
{
    return strcmp(field(t, a, column), field(t, b, column)) == 0;
}

/* Are two lines of one edit, control and dose? */
static bool same_trial(const struct dose_table *t, size_t a, size_t b)
{
    return same_field(t, a, b, EDIT) && same_field(t, a, b, CONTROL) &&
           same_field(t, a, b, DOSE);
}

static int class_of(const struct store *s, const char *name)
{
    for (int c = 0; c < s->n_class; c++)
        if (strcmp(s->class_name[c], name) == 0)
            return c;
    return -1;
}

/* --- reading -------------------------------------------------------------- */

static int check_line(const struct dose_table *t, const char *path, size_t i,
                      struct err *err)
{
    const size_t row = strtoull(field(t, i, ROW), NULL, 10);

    if (row >= t->data->n || store_label(t->data, row) < 0 ||
        class_of(t->data, field(t, i, PREDICTED)) < 0 ||
        (i == 0 && strcmp(field(t, i, EDIT), "none") != 0))
        return err_set(err, ERR_INPUT, "'%s': row %zu is not of this run", path,
                       i + 1);
    return 0;
}

static int find_bases(struct dose_table *t, const char *path, struct err *err)
{
    for (size_t i = 0; i < t->csv.n_row; i++) {
        if (check_line(t, path, i, err) < 0)
            return -1;
        t->base[i] = i;
        if (i > 0 && same_field(t, i, i - 1, ROW)) {
            t->base[i] = t->base[i - 1];
            continue;
        }
        t->group[i] =
            cell_group(t->data, strtoull(field(t, i, ROW), NULL, 10), err);
        if (!t->group[i])
            return -1;
    }
    return 0;
}

static int read_table(struct dose_table *t, const char *dir, struct err *err)
{
    char path[FILE_PATH_MAX];
    size_t n;

    if (file_path(path, err, "%s/dose_response.csv", dir) < 0 ||
        csv_read(&t->csv, path, err) < 0)
        return -1;
    n = t->csv.n_row + 1;
    t->n_value = (size_t)t->data->n_class + 1;
    if (t->csv.n_column != FIRST_P + (size_t)t->data->n_class)
        return err_set(err, ERR_INPUT, "'%s' is not of %d classes", path,
                       t->data->n_class);
    t->base = calloc(n, sizeof(*t->base));
    t->group = calloc(n, sizeof(*t->group));
    t->value = calloc(n * t->n_value, sizeof(*t->value));
    t->name = calloc(n, sizeof(*t->name));
    if (!t->base || !t->group || !t->value || !t->name)
        return err_set(err, ERR_SYSTEM, "no memory for %zu lines", n);
    return find_bases(t, path, err);
}

static void release_table(struct dose_table *t)
{
    for (size_t i = 0; t->group && i < t->csv.n_row; i++)
        free(t->group[i]);
    free(t->group);
    free(t->base);
    free(t->value);
    free(t->name);
    csv_release(&t->csv);
}

/* --- means ---------------------------------------------------------------- */

/* How the probabilities of a line differ from those of the stored picture. */
static void take_changes(const struct dose_table *t, size_t line, double *out)
{
    const size_t base = t->base[line];
    const int said = class_of(t->data, field(t, line, PREDICTED));

    for (size_t c = 0; c + 1 < t->n_value; c++)
        out[c] = strtod(field(t, line, FIRST_P + c), NULL) -
                 strtod(field(t, base, FIRST_P + c), NULL);
    out[t->n_value - 1] = out[said];
}

/* The lines that are as 'first' is, of cells of a class. */
static size_t choose_lines(const struct dose_table *t, size_t first, int truth)
{
    size_t n = 0;

    for (size_t i = 0; i < t->csv.n_row; i++) {
        if (!same_trial(t, i, first) ||
            (truth != ALL_CLASSES &&
             class_of(t->data, field(t, i, LABEL)) != truth))
            continue;
        take_changes(t, i, t->value + n * t->n_value);
        t->name[n++] = t->group[t->base[i]];
    }
    return n;
}

static int put_means(const struct dose_table *t, size_t first, int truth,
                     struct buf *out, struct err *err)
{
    struct grouped_mean mean[CONFIG_CLASSES_MAX + 1];
    const struct grouped_values v = {.n = choose_lines(t, first, truth),
                                     .n_value = t->n_value,
                                     .value = t->value,
                                     .group = t->name,
                                     .resamples = t->resamples,
                                     .seed = t->seed};

    if (v.n == 0)
        return 0;
    if (grouped_means(&v, mean, err) < 0)
        return -1;
    for (size_t k = 0; k < t->n_value; k++) {
        /* the predicted class comes first */
        const size_t c = k == 0 ? t->n_value - 1 : k - 1;

        buf_csv(out, truth < 0 ? "all" : t->data->class_name[truth]);
        buf_printf(out, ",%s,%s,%s,", field(t, first, EDIT),
                   field(t, first, CONTROL), field(t, first, DOSE));
        buf_csv(out, k == 0 ? "predicted" : t->data->class_name[c]);
        grouped_means_text(&mean[c], out);
    }
    return 0;
}

/* Is it the first line of its edit, control and dose? */
static bool opens_trial(const struct dose_table *t, size_t line)
{
    for (size_t i = 0; i < line; i++)
        if (same_trial(t, i, line))
            return false;
    return strcmp(field(t, line, EDIT), "none") != 0;
}

static int write_table(const struct dose_table *t, const char *dir,
                       struct err *err)
{
    struct buf out = {0};
    int rc = 0;

    buf_puts(&out,
             "label,edit,control,dose,class,cells,groups,mean,low,high\n");
    for (size_t i = 0; rc == 0 && i < t->csv.n_row; i++)
        for (int c = ALL_CLASSES;
             rc == 0 && c < t->data->n_class && opens_trial(t, i); c++)
            rc = put_means(t, i, c, &out, err);
    if (rc == 0)
        return buf_save(&out, dir, "dose_response_means.csv", err);
    buf_release(&out);
    return -1;
}

int dose_response_means(const struct store *data, const char *dir,
                        int resamples, uint64_t seed, struct err *err)
{
    struct dose_table t = {.data = data, .resamples = resamples, .seed = seed};
    int rc = -1;

    if (read_table(&t, dir, err) == 0)
        rc = write_table(&t, dir, err);
    release_table(&t);
    return rc;
}
