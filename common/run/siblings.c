/* siblings.c - groups of training cells, sorted and looked up */
#include "run/siblings.h"

#include <stdlib.h>
#include <string.h>

struct member {
    const char *class_name, *group; /* borrowed */
};

static int by_group(const void *a, const void *b)
{
    const struct member *p = a, *q = b;
    const int c = strcmp(p->class_name, q->class_name);

    return c ? c : strcmp(p->group, q->group);
}

struct columns {
    int class_name, group, split, status, file;
};

static int find_columns(struct columns *c, const struct csv *index,
                        struct err *err)
{
    c->class_name = csv_column(index, "class");
    c->group = csv_column(index, "group");
    c->split = csv_column(index, "split");
    c->status = csv_column(index, "status");
    c->file = csv_column(index, "file");
    if (c->class_name < 0 || c->group < 0 || c->split < 0 || c->status < 0 ||
        c->file < 0)
        return err_set(err, ERR_INPUT,
                       "index.csv lacks one of the columns file, class, group, "
                       "split, status");
    return 0;
}

static const char *get(const struct csv *index, size_t row, int column)
{
    return csv_get(index, row, (size_t)column);
}

static bool usable(const struct csv *index, size_t row, const struct columns *c)
{
    return strcmp(get(index, row, c->status), "ok") == 0;
}

static struct member member_of(const struct csv *index, size_t row,
                               const struct columns *c)
{
    return (struct member){get(index, row, c->class_name),
                           get(index, row, c->group)};
}

static bool trains(const struct csv *index, size_t row, const struct columns *c,
                   const struct store *fold)
{
    return (fold ? store_split(fold, row)
                 : split_parse(get(index, row, c->split))) == SPLIT_TRAIN;
}

int siblings_mark(const struct csv *index, const struct store *fold, bool *mark,
                  struct err *err)
{
    struct columns c;
    struct member *trained;
    size_t n = 0;

    if (find_columns(&c, index, err) < 0)
        return -1;
    trained = malloc((index->n_row + 1) * sizeof(*trained));
    if (!trained)
        return err_set(err, ERR_SYSTEM, "no memory for %zu rows", index->n_row);
    for (size_t i = 0; i < index->n_row; i++)
        if (trains(index, i, &c, fold) && usable(index, i, &c) &&
            *get(index, i, c.group))
            trained[n++] = member_of(index, i, &c);
    qsort(trained, n, sizeof(*trained), by_group);
    for (size_t i = 0; i < index->n_row; i++) {
        const struct member m = member_of(index, i, &c);

        mark[i] = usable(index, i, &c) && *m.group &&
                  bsearch(&m, trained, n, sizeof(*trained), by_group);
    }
    free(trained);
    return 0;
}

int siblings_rows(const struct csv *index, const struct predictions *p,
                  enum split split, size_t *row, struct err *err)
{
    struct columns c;
    size_t at = 0;

    if (find_columns(&c, index, err) < 0)
        return -1;
    for (size_t i = 0; i < p->o.n; i++, at++) {
        while (at < index->n_row &&
               (split_parse(get(index, at, c.split)) != split ||
                strcmp(get(index, at, c.file), p->file[i]) != 0))
            at++;
        if (at == index->n_row)
            return err_set(err, ERR_INPUT,
                           "'%.200s' is not in index.csv, or not in this order",
                           p->file[i]);
        row[i] = at;
    }
    return 0;
}
