#include "stages/preprocess/split.h"

#include "base/rng.h"
#include "stages/preprocess/class_members.h"
#include "stages/preprocess/class_names.h"
#include "stages/preprocess/data_table.h"
#include "stages/preprocess/near_duplicates.h"
#include "stages/preprocess/split_words.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* How many of n pictures test and validate. */
struct shares {
    size_t test, validation;
};

static int no_memory(size_t n, struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory to split %zu pictures", n);
}

/* ceil(share n), and no more for a share that binary fractions round up */
static size_t share_of(double share, size_t n)
{
    const double v = ceil(share * (double)n - 1e-9);

    return v < 0.0 ? 0 : v > (double)n ? n : (size_t)v;
}

static struct shares shares_of(const struct split_args *a, size_t n)
{
    struct shares s;

    s.test = share_of(a->test, n);
    if (s.test >= n)
        s.test = n - 1;
    s.validation = share_of(a->validation, n - s.test);
    if (s.test + s.validation >= n)
        s.validation = n - s.test - 1;
    return s;
}

/* Rows of class 'label' into row[]; returns how many. */
static size_t rows_of(const struct find_images *w, int label, uint32_t *row)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n; i++)
        if (w->file[i].label == label)
            row[n++] = (uint32_t)i;
    return n;
}

/* --- groups and families -------------------------------------------------- */

/* The class that is split now; of w->n, or one more. */
struct class_rows {
    const struct split_args *args; /* borrowed */
    struct named_row *member;      /* owned: n of the class in hand, sorted */
    size_t n;
    uint32_t *start, *order; /* owned: with the next */
    uint32_t *first;         /* of a family, by its first row, in the class */
    enum split *assigned; /* owned: of a family likewise, by a class before */
};

static void take_off(size_t *left, size_t size)
{
    *left -= size < *left ? size : *left;
}

/* Take a group of 'size' if that brings 'left' nearer to nothing. */
static bool takes_group(size_t *left, size_t size)
{
    if (size >= 2 * *left)
        return false;
    take_off(left, size);
    return true;
}

/* Group g of the class goes to split s. */
static void put_group(struct class_rows *d, uint32_t g, enum split s,
                      enum split *split)
{
    for (uint32_t k = d->start[g]; k < d->start[g + 1]; k++) {
        const uint32_t row = d->member[k].row;

        split[row] = s;
        if (d->args->family)
            d->assigned[d->args->family[row]] = s;
    }
}

/* Groups of a family that a class before has assigned count for the shares. */
static void put_assigned(struct class_rows *d, uint32_t n_group,
                         struct shares *left, enum split *split)
{
    const uint32_t *family = d->args->family;

    for (uint32_t g = 0; family && g < n_group; g++) {
        const enum split s = d->assigned[family[d->member[d->start[g]].row]];

        if (s == SPLIT_NONE)
            continue;
        if (s == SPLIT_TEST)
            take_off(&left->test, d->start[g + 1] - d->start[g]);
        else if (s == SPLIT_VALIDATION)
            take_off(&left->validation, d->start[g + 1] - d->start[g]);
        put_group(d, g, s, split);
        d->order[g] = UINT32_MAX;
    }
}

static void assign_groups(struct class_rows *d, struct shares left,
                          struct rng *rng, enum split *split)
{
    const struct named_row *m = d->member;
    uint32_t n_group = 0, n = 0;

    for (uint32_t i = 0; i < d->n; i++)
        if (!named_rows_same(m, i))
            d->start[n_group++] = i;
    d->start[n_group] = (uint32_t)d->n;
    for (uint32_t g = 0; g < n_group; g++)
        d->order[g] = g;
    put_assigned(d, n_group, &left, split);
    for (uint32_t g = 0; g < n_group; g++)
        if (d->order[g] != UINT32_MAX)
            d->order[n++] = g;
    rng_shuffle(rng, d->order, n);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t g = d->order[i];
        const size_t size = d->start[g + 1] - d->start[g];
        enum split s = SPLIT_TRAIN;

        if (i > 0 && takes_group(&left.test, size))
            s = SPLIT_TEST;
        else if (i > 0 && takes_group(&left.validation, size))
            s = SPLIT_VALIDATION;
        put_group(d, g, s, split);
    }
}

static int class_rows_init(struct class_rows *d, const struct split_args *a,
                           struct err *err)
{
    const size_t n = a->images->n + 1;

    *d = (struct class_rows){.args = a,
                             .member = malloc(n * sizeof(*d->member)),
                             .start = malloc(3 * n * sizeof(*d->start)),
                             .assigned = malloc(n * sizeof(*d->assigned))};
    if (!d->member || !d->start || !d->assigned)
        return no_memory(a->images->n, err);
    d->order = d->start + n;
    d->first = d->order + n;
    for (size_t i = 0; i < n; i++)
        d->assigned[i] = SPLIT_NONE;
    return 0;
}

static void class_rows_release(struct class_rows *d)
{
    free(d->member);
    free(d->start);
    free(d->assigned);
}

/* Whole groups, or families of pictures that are else alone. */
static int split_whole(const struct split_args *a, bool groups,
                       enum split *split, struct err *err)
{
    struct class_rows d;
    struct rng rng;
    int rc = class_rows_init(&d, a, err);

    for (int label = 0; rc == 0 && label < a->images->n_class; label++) {
        d.n = class_members_list(
            &(struct class_members_args){a->images, a->family, groups, label},
            d.first, d.member);
        if (d.n == 0)
            continue;
        rng_init(&rng, a->seed, RNG_SPLIT, (uint32_t)label, 1);
        assign_groups(&d, shares_of(a, d.n), &rng, split);
    }
    class_rows_release(&d);
    return rc;
}

int split_groups(const struct split_args *a, enum split *split, struct err *err)
{
    return split_whole(a, true, split, err);
}

/* --- pictures ------------------------------------------------------------- */

int split_random(const struct split_args *a, enum split *split, struct err *err)
{
    uint32_t *row;
    struct shares s;
    struct rng rng;

    if (a->family && near_duplicates_any(a->images, a->family))
        return split_whole(a, false, split, err);
    row = malloc((a->images->n + 1) * sizeof(*row));
    if (!row)
        return no_memory(a->images->n, err);
    for (int label = 0; label < a->images->n_class; label++) {
        const size_t n = rows_of(a->images, label, row);

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

/* --- from a file ---------------------------------------------------------- */

/* A split that is being read. */
struct naming {
    const struct find_images *images; /* borrowed; or NULL */
    const char *path;                 /* borrowed */
    enum split *split;                /* borrowed: (images->n) */
};

static int take_row(const struct naming *nm, size_t line, const char *name,
                    const char *word, struct err *err)
{
    const struct find_images *w = nm->images;
    const struct find_images_file *f =
        w ? find_images_named(w, nm->path, line, name, err) : NULL;
    const enum split s = split_words_parse(word);

    if (w && !f)
        return -1;
    if (s == SPLIT_NONE)
        return err_set(err, ERR_USAGE,
                       "%s:%zu: '%s' is not train, validation or test",
                       nm->path, line, word);
    if (!w)
        return 0;
    if (nm->split[f - w->file] != SPLIT_NONE)
        return err_set(err, ERR_USAGE, "%s:%zu: '%s' is named twice", nm->path,
                       line, name);
    nm->split[f - w->file] = s;
    return 0;
}

/* Every picture must have been named. */
static int check_named(const struct find_images *w, const char *path,
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

static int open_split(struct data_table *t, const char *path, struct err *err)
{
    if (data_table_read(t, path, NULL, err) < 0)
        return -1;
    if (t->column[LAYOUT_SPLIT] < 0 && t->column[LAYOUT_FOLD] >= 0)
        err_set(err, ERR_USAGE,
                "%s:%zu: column 'fold' gives folds, which are used with as "
                "many in split.folds",
                path, t->csv.head_line);
    else if (data_table_need(t, "file", LAYOUT_FILE, err) == 0 &&
             data_table_need(t, "split", LAYOUT_SPLIT, err) == 0)
        return 0;
    data_table_release(t);
    return -1;
}

int split_from_csv(const struct find_images *w, const char *path,
                   enum split *split, struct err *err)
{
    const struct naming nm = {w, path, split};
    struct data_table t;
    int rc = 0;

    for (size_t i = 0; w && i < w->n; i++)
        split[i] = SPLIT_NONE;
    if (open_split(&t, path, err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < t.csv.n_row; i++)
        rc = take_row(&nm, data_table_line(&t, i),
                      data_table_get(&t, i, LAYOUT_FILE),
                      data_table_get(&t, i, LAYOUT_SPLIT), err);
    if (rc == 0 && w)
        rc = check_named(w, path, split, err);
    data_table_release(&t);
    return rc;
}

/* Another spelling of the class may be what trains. */
static int no_training(const struct find_images *w, int c, struct err *err)
{
    for (int k = 0; k < w->n_class; k++)
        if (k != c && class_names_alike(w->class_name[k], w->class_name[c]))
            return err_set(err, ERR_USAGE,
                           "class '%s' has no picture to train on; is it class "
                           "'%s', spelt otherwise?",
                           w->class_name[c], w->class_name[k]);
    return err_set(err, ERR_USAGE, "class '%s' has no picture to train on",
                   w->class_name[c]);
}

int split_check(const struct find_images *w, const enum split *split,
                struct buf *warnings, struct err *err)
{
    size_t count[CONFIG_CLASSES_MAX][SPLIT_NONE + 1] = {0}, tests = 0;

    for (size_t i = 0; i < w->n; i++) {
        count[w->file[i].label][split[i]]++;
        tests += split[i] == SPLIT_TEST;
    }
    if (tests == 0)
        buf_puts(warnings, "no picture tests: all figures are of validation\n");
    for (int c = 0; c < w->n_class; c++) {
        if (count[c][SPLIT_TRAIN] == 0)
            return no_training(w, c, err);
        for (int s = SPLIT_VALIDATION; s <= SPLIT_TEST; s++)
            if (count[c][s] == 0 && (s != SPLIT_TEST || tests > 0))
                buf_printf(warnings, "class '%s' has no picture in split %s\n",
                           w->class_name[c], store_split_name((enum split)s));
    }
    return 0;
}
