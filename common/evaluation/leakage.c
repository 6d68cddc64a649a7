/* leakage.c - groups of training cells, sorted and looked up */
#include "evaluation/leakage.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Of an index, and whose splits count. */
struct columns {
    int group, split, status, file;
    int fold, folds; /* as leakage_mark() is told */
    enum fold_use use;
};

static int find_columns(struct columns *c, const struct csv *index, int fold,
                        int folds, struct err *err)
{
    *c = (struct columns){.group = csv_column(index, "group"),
                          .split = csv_column(index, "split"),
                          .status = csv_column(index, "status"),
                          .file = csv_column(index, "file"),
                          .fold = fold,
                          .folds = folds,
                          .use = store_fold_use(index)};
    if (c->group < 0 || c->split < 0 || c->status < 0 || c->file < 0)
        return err_set(err, ERR_INPUT,
                       "index.csv lacks one of the columns file, group, split, "
                       "status");
    if (folds > 1)
        c->split = csv_column(index, "fold");
    return c->split < 0
               ? err_set(err, ERR_INPUT,
                         "index.csv lacks the column fold, of %d folds", folds)
               : 0;
}

static bool is_usable(const struct csv *index, size_t row,
                      const struct columns *c)
{
    return strcmp(csv_field(index, row, c->status), "ok") == 0;
}

static enum split split_of(const struct csv *index, size_t row,
                           const struct columns *c)
{
    const char *word = csv_field(index, row, c->split);

    return c->folds > 1 ? store_fold_split(store_fold_parse(word), c->fold,
                                           c->folds, c->use)
                        : store_split_parse(word);
}

int leakage_mark(const struct csv *index, int fold, int folds, bool *mark,
                 struct err *err)
{
    struct columns c;
    const char **trained; /* groups */
    size_t n = 0;

    if (find_columns(&c, index, fold, folds, err) < 0)
        return -1;
    trained = malloc((index->n_row + 1) * sizeof(*trained));
    if (!trained)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows", index->n_row);
    for (size_t i = 0; i < index->n_row; i++)
        if (split_of(index, i, &c) == SPLIT_TRAIN && is_usable(index, i, &c) &&
            *csv_field(index, i, c.group))
            trained[n++] = csv_field(index, i, c.group);
    qsort(trained, n, sizeof(*trained), by_name);
    for (size_t i = 0; i < index->n_row; i++) {
        const char *group = csv_field(index, i, c.group);

        mark[i] = is_usable(index, i, &c) && *group &&
                  bsearch(&group, trained, n, sizeof(*trained), by_name);
    }
    free(trained);
    return 0;
}

int leakage_tested(const struct csv *index, int folds, bool *mark,
                   struct err *err)
{
    struct columns c;
    enum split told;
    bool *one;
    int rc = 0;

    if (folds < 2)
        return leakage_mark(index, 0, 1, mark, err);
    if (find_columns(&c, index, 0, folds, err) < 0)
        return -1;
    told = c.use == FOLDS_TEST ? SPLIT_TEST : SPLIT_VALIDATION;
    one = malloc(index->n_row + 1);
    if (!one)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows", index->n_row);
    memset(mark, 0, index->n_row);
    for (c.fold = 0; rc == 0 && c.fold < folds; c.fold++) {
        rc = leakage_mark(index, c.fold, folds, one, err);
        for (size_t i = 0; rc == 0 && i < index->n_row; i++)
            if (split_of(index, i, &c) == told)
                mark[i] = one[i];
    }
    free(one);
    return rc;
}

int leakage_rows(const struct csv *index, const struct predictions *p,
                 enum split split, int folds, size_t *row, struct err *err)
{
    struct columns c;
    size_t n = 0;

    if (find_columns(&c, index, 0, folds, err) < 0)
        return -1;
    for (c.fold = 0; c.fold < (folds > 1 ? folds : 1); c.fold++)
        for (size_t i = 0; i < index->n_row && n < p->o.n; i++)
            if (split_of(index, i, &c) == split &&
                strcmp(csv_field(index, i, c.file), p->file[n]) == 0)
                row[n++] = i;
    if (n < p->o.n)
        return err_set(err, ERR_INPUT,
                       "'%.200s' is not in index.csv, or not in this order",
                       p->file[n]);
    return 0;
}
