#include "stages/preprocess/fold_table.h"

#include "stages/preprocess/data_table.h"
#include "stats/named_rows.h"

#include <stdio.h>
#include <stdlib.h>

bool fold_table_wanted(const struct config *c)
{
    return c->split.method == SPLIT_BY_CSV && c->split.folds > 1;
}

/* A table that is being read. */
struct fold_table {
    struct data_table t; /* owned */
    const char *path;    /* borrowed */
    int folds;
};

/* Fold of a row, -1 after an error. */
static int fold_in(const struct fold_table *f, size_t row, struct err *err)
{
    const char *word = data_table_get(&f->t, row, LAYOUT_FOLD);
    const int fold = store_fold_parse(word);

    if (fold >= 0 && fold < f->folds)
        return fold;
    return err_set(err, ERR_USAGE,
                   "%s:%zu: '%.40s' is no fold from 0 to %d, as split.folds is "
                   "%d",
                   f->path, data_table_line(&f->t, row), word, f->folds - 1,
                   f->folds);
}

/* No file is named twice; paths that are spelled otherwise are compared with
 * the data. */
static int check_names(const struct fold_table *f, struct err *err)
{
    const size_t n = f->t.csv.n_row;
    struct named_row *list = calloc(n + 1, sizeof(*list));
    int rc = 0;

    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows", n);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct named_row){data_table_get(&f->t, i, LAYOUT_FILE), 0,
                                     (uint32_t)i};
    named_rows_sort(list, n);
    for (size_t i = 1; rc == 0 && i < n; i++)
        if (named_rows_same(list, i))
            rc = err_set(err, ERR_USAGE, "%s:%zu: '%.200s' is named twice",
                         f->path, data_table_line(&f->t, list[i].row),
                         list[i].name);
    free(list);
    return rc;
}

static int check_columns(const struct fold_table *f, struct err *err)
{
    if (f->t.column[LAYOUT_FILE] >= 0 && f->t.column[LAYOUT_FOLD] >= 0)
        return 0;
    return err_set(err, ERR_USAGE,
                   "%s:1: split.csv needs the columns file and fold with "
                   "split.folds above 1; file,split is one split, with "
                   "split.folds 1",
                   f->path);
}

/* Every row has a fold, and every fold a row. */
static int check_folds(const struct fold_table *f, struct err *err)
{
    size_t count[CONFIG_FOLDS_MAX] = {0};

    for (size_t i = 0; i < f->t.csv.n_row; i++) {
        const int fold = fold_in(f, i, err);

        if (fold < 0)
            return -1;
        count[fold]++;
    }
    for (int k = 0; k < f->folds; k++)
        if (count[k] == 0)
            return err_set(err, ERR_USAGE,
                           "%s: no file is in fold %d, but split.folds is %d",
                           f->path, k, f->folds);
    return 0;
}

static int open_table(struct fold_table *f, const struct config *c,
                      struct err *err)
{
    f->path = config_split_csv(c);
    f->folds = (int)c->split.folds;
    if (data_table_read(&f->t, f->path, NULL, err) < 0)
        return -1;
    if (check_columns(f, err) == 0 && check_folds(f, err) == 0 &&
        check_names(f, err) == 0)
        return 0;
    data_table_release(&f->t);
    return -1;
}

/* --- with the data -------------------------------------------------------- */

static int take_row(const struct fold_table *f, struct find_images *w,
                    size_t row, struct err *err)
{
    const char *name = data_table_get(&f->t, row, LAYOUT_FILE);
    const size_t line = data_table_line(&f->t, row);
    struct find_images_file *file =
        find_images_named(w, f->path, line, name, err);

    if (!file)
        return -1;
    if (file->fold >= 0)
        return err_set(err, ERR_USAGE, "%s:%zu: '%.200s' is named twice",
                       f->path, line, name);
    file->fold = fold_in(f, row, err);
    return file->fold < 0 ? -1 : 0;
}

/* The order of those that stay is kept. */
static void leave_out(struct find_images *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++) {
        if (w->file[i].fold >= 0) {
            w->file[n++] = w->file[i];
            continue;
        }
        free(w->file[i].path);
        free(w->file[i].group);
        w->n_unnamed++;
    }
    w->n = n;
    if (w->n_unnamed)
        buf_printf(&w->notes,
                   "%zu pictures are left out, as split.csv does not name "
                   "them\n",
                   w->n_unnamed);
}

int fold_table_take(struct find_images *w, const struct config *c,
                    struct err *err)
{
    struct fold_table f;
    int rc = 0;

    if (open_table(&f, c, err) < 0)
        return -1;
    for (size_t i = 0; w && i < w->n; i++)
        w->file[i].fold = -1;
    for (size_t i = 0; w && rc == 0 && i < f.t.csv.n_row; i++)
        rc = take_row(&f, w, i, err);
    if (w && rc == 0) {
        leave_out(w);
        snprintf(w->given, sizeof(w->given), "split.csv");
    }
    data_table_release(&f.t);
    return rc;
}
