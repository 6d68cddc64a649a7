#include "stages/preprocess/split.h"

#include "base/rng.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How many of n pictures test and validate. */
struct shares {
    size_t test, validation;
};

static int no_memory(size_t n, struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory to split %zu pictures", n);
}

/* ceil(share n), and no more for a share that binary fractions round up */
static size_t part(double share, size_t n)
{
    const double v = ceil(share * (double)n - 1e-9);

    return v < 0.0 ? 0 : v > (double)n ? n : (size_t)v;
}

static struct shares shares_of(const struct split_args *a, size_t n)
{
    struct shares s;

    s.test = part(a->test, n);
    if (s.test >= n)
        s.test = n - 1;
    s.validation = part(a->validation, n - s.test);
    if (s.test + s.validation >= n)
        s.validation = n - s.test - 1;
    return s;
}

/* Rows of class 'label' into row[]; returns how many. */
static size_t rows_of(const struct walk *w, int label, uint32_t *row)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++)
        if (w->file[i].label == label)
            row[n++] = (uint32_t)i;
    return n;
}

int split_random(const struct split_args *a, enum split *split, struct err *err)
{
    uint32_t *row = malloc((a->walk->n + 1) * sizeof(*row));
    struct shares s;
    struct rng rng;

    if (!row)
        return no_memory(a->walk->n, err);
    for (int label = 0; label < a->walk->n_class; label++) {
        const size_t n = rows_of(a->walk, label, row);

        if (n == 0)
            continue;
        s = shares_of(a, n);
        rng_init(&rng, a->seed, RNG_SPLIT, (uint32_t)label, 0);
        rng_shuffle(&rng, row, (uint32_t)n);
        for (size_t i = 0; i < n; i++)
            split[row[i]] = i < s.test                  ? SPLIT_TEST
                            : i < s.test + s.validation ? SPLIT_VALIDATION
                                                        : SPLIT_TRAIN;
    }
    free(row);
    return 0;
}

/* --- groups ----------------------------------------------------------------- */

/* A row and its group's name, to be sorted together. */
struct member {
    const char *group; /* borrowed */
    uint32_t row;
};

static int by_group(const void *a, const void *b)
{
    const struct member *p = a, *q = b;
    const int c = strcmp(p->group, q->group);

    return c ? c : (p->row > q->row) - (p->row < q->row);
}

/* One class to be dealt out: its n members, sorted, and room for n + 1. */
struct deck {
    const struct member *member; /* borrowed */
    size_t n;
    uint32_t *start, *order; /* [scratch] borrowed */
};

/* Take a group of 'size' if that brings 'left' nearer to nothing. */
static bool takes(size_t *left, size_t size)
{
    if (size >= 2 * *left)
        return false;
    *left -= size < *left ? size : *left;
    return true;
}

static void deal(const struct deck *d, struct shares left, struct rng *rng,
                 enum split *split)
{
    const struct member *m = d->member;
    uint32_t n_group = 0;

    for (uint32_t i = 0; i < d->n; i++)
        if (i == 0 || strcmp(m[i].group, m[i - 1].group) != 0)
            d->start[n_group++] = i;
    d->start[n_group] = (uint32_t)d->n;
    for (uint32_t g = 0; g < n_group; g++)
        d->order[g] = g;
    rng_shuffle(rng, d->order, n_group);
    for (uint32_t i = 0; i < n_group; i++) {
        const uint32_t lo = d->start[d->order[i]];
        const uint32_t hi = d->start[d->order[i] + 1];
        enum split s = SPLIT_TRAIN;

        if (i > 0 && takes(&left.test, hi - lo))
            s = SPLIT_TEST;
        else if (i > 0 && takes(&left.validation, hi - lo))
            s = SPLIT_VALIDATION;
        for (uint32_t k = lo; k < hi; k++)
            split[m[k].row] = s;
    }
}

int split_groups(const struct split_args *a, enum split *split, struct err *err)
{
    const struct walk *w = a->walk;
    struct member *m = malloc((w->n + 1) * sizeof(*m));
    uint32_t *row = malloc((w->n + 1) * 3 * sizeof(*row));
    struct rng rng;

    if (!m || !row) {
        free(m);
        free(row);
        return no_memory(w->n, err);
    }
    for (int label = 0; label < w->n_class; label++) {
        const size_t n = rows_of(w, label, row);

        if (n == 0)
            continue;
        for (size_t i = 0; i < n; i++)
            m[i] = (struct member){w->file[row[i]].group, row[i]};
        qsort(m, n, sizeof(*m), by_group);
        rng_init(&rng, a->seed, RNG_SPLIT, (uint32_t)label, 1);
        deal(&(struct deck){m, n, row + w->n + 1, row + 2 * (w->n + 1)},
             shares_of(a, n), &rng, split);
    }
    free(m);
    free(row);
    return 0;
}

/* --- from a file ------------------------------------------------------------ */

static int by_name(const void *name, const void *file)
{
    const struct walk_file *f = file;

    return strcmp(name, f->path);
}

/* A split that is being read. */
struct naming {
    const struct walk *walk; /* borrowed */
    const char *path;        /* borrowed */
    enum split *split;       /* borrowed: (walk->n) */
};

static int take_row(const struct naming *nm, size_t line, const char *name,
                    const char *word, struct err *err)
{
    const struct walk *w = nm->walk;
    const struct walk_file *f =
        bsearch(name, w->file, w->n, sizeof(*w->file), by_name);
    const enum split s = split_parse(word);

    if (!f)
        return err_set(err, ERR_USAGE,
                       "%s:%zu: '%s' is no picture of the dataset", nm->path,
                       line, name);
    if (s == SPLIT_NONE)
        return err_set(err, ERR_USAGE,
                       "%s:%zu: '%s' is not train, validation or test",
                       nm->path, line, word);
    if (nm->split[f - w->file] != SPLIT_NONE)
        return err_set(err, ERR_USAGE, "%s:%zu: '%s' is named twice", nm->path,
                       line, name);
    nm->split[f - w->file] = s;
    return 0;
}

/* Every picture must have been named. */
static int check_named(const struct walk *w, const char *path,
                       const enum split *split, struct err *err)
{
    size_t missing = 0, first = 0;

    for (size_t i = w->n; i-- > 0;)
        if (split[i] == SPLIT_NONE) {
            missing++;
            first = i;
        }
    if (missing)
        return err_set(err, ERR_USAGE,
                       "'%s' does not name %zu of %zu pictures, such as '%s'",
                       path, missing, w->n, w->file[first].path);
    return 0;
}

int split_from_csv(const struct walk *w, const char *path, enum split *split,
                   struct err *err)
{
    const struct naming nm = {w, path, split};
    struct csv csv = {0};
    int file, word, rc = 0;

    for (size_t i = 0; i < w->n; i++)
        split[i] = SPLIT_NONE;
    if (csv_read(&csv, path, err) < 0) {
        if (err->code == ERR_INPUT)
            err->code = ERR_USAGE;
        return -1;
    }
    file = csv_column(&csv, "file");
    word = csv_column(&csv, "split");
    if (file < 0 || word < 0)
        rc = err_set(err, ERR_USAGE, "%s:1: no column '%s'", path,
                     file < 0 ? "file" : "split");
    for (size_t i = 0; rc == 0 && i < csv.n_row; i++)
        rc = take_row(&nm, i + 2, csv_get(&csv, i, (size_t)file),
                      csv_get(&csv, i, (size_t)word), err);
    if (rc == 0)
        rc = check_named(w, path, split, err);
    csv_release(&csv);
    return rc;
}

int split_check(const struct walk *w, const enum split *split,
                struct buf *warnings, struct err *err)
{
    size_t count[CONFIG_CLASSES_MAX][SPLIT_NONE + 1] = {0};

    for (size_t i = 0; i < w->n; i++)
        count[w->file[i].label][split[i]]++;
    for (int c = 0; c < w->n_class; c++) {
        if (count[c][SPLIT_TRAIN] == 0)
            return err_set(err, ERR_USAGE,
                           "class '%s' has no picture to train on",
                           w->class_name[c]);
        for (int s = SPLIT_VALIDATION; s <= SPLIT_TEST; s++)
            if (count[c][s] == 0)
                buf_printf(warnings, "class '%s' has no picture in split %s\n",
                           w->class_name[c], split_name((enum split)s));
    }
    return 0;
}
