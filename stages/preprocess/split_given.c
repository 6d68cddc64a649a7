#include "stages/preprocess/split_given.h"

#include "stages/preprocess/data_path.h"
#include "stages/preprocess/fold_table.h"

#include <stdlib.h>

static size_t count_of(const enum split *split, size_t n, enum split s)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += split[i] == s;
    return count;
}

/* Families among the pictures that train: of each its first row there.
 *   place [in] (images->n) zeros */
static void choose_families(const struct split_args *a, const enum split *split,
                            uint32_t *place, uint32_t *family)
{
    uint32_t k = 0;

    for (size_t i = 0; i < a->images->n; i++) {
        uint32_t *const first = &place[a->family[i]];

        if (split[i] != SPLIT_TRAIN)
            continue;
        if (*first == 0)
            *first = k + 1;
        family[k++] = *first - 1;
    }
}

/* Split those pictures alone that train. */
static int draw_validation(const struct split_args *a, enum split *split,
                           struct buf *warnings, struct err *err)
{
    const size_t n = a->images->n, n_train = count_of(split, n, SPLIT_TRAIN);
    struct find_images train = *a->images;
    uint32_t *family = malloc((n + 1) * sizeof(*family));
    const struct split_args part = {.images = &train,
                                    .family = a->family ? family : NULL,
                                    .validation = a->validation,
                                    .seed = a->seed};
    uint32_t *place = calloc(n + 1, sizeof(*place));
    enum split *drawn = malloc((n + 1) * sizeof(*drawn));
    int rc = -1;

    train.file = malloc((n + 1) * sizeof(*train.file));
    if (!train.file || !drawn || !family || !place) {
        err_set(err, ERR_SYSTEM, "no memory to split %zu pictures", n);
        goto out;
    }
    train.n = 0;
    for (size_t i = 0; i < n; i++)
        if (split[i] == SPLIT_TRAIN)
            train.file[train.n++] = a->images->file[i];
    if (a->family)
        choose_families(a, split, place, family);
    rc = split_groups(&part, drawn, err);
    for (size_t i = n, k = train.n; rc == 0 && i-- > 0;)
        if (split[i] == SPLIT_TRAIN)
            split[i] = drawn[--k];
    buf_printf(warnings,
               "no picture is given to validation: of %zu that train, %zu are "
               "drawn for it, in whole groups (split.validation)\n",
               n_train, rc == 0 ? count_of(split, n, SPLIT_VALIDATION) : 0);
out:
    free(train.file);
    free(drawn);
    free(family);
    free(place);
    return rc;
}

int split_given(const struct split_args *a, enum split *split,
                struct buf *warnings, struct err *err)
{
    const struct find_images *w = a->images;

    for (size_t i = 0; i < w->n; i++)
        split[i] = w->file[i].split;
    buf_printf(warnings, "the split is that of %s\n", w->given);
    if (count_of(split, w->n, SPLIT_VALIDATION) > 0 ||
        count_of(split, w->n, SPLIT_TRAIN) == 0)
        return 0;
    return draw_validation(a, split, warnings, err);
}

/* --- before anything runs ------------------------------------------------- */

/* One of the pictures at least must be there; those that are not are set
 * aside and named when they are read. */
static int check_there(const struct find_images *w, const char *csv,
                       struct err *err)
{
    for (size_t i = 0; i < w->n; i++)
        if (data_path_exists(w->dir, w->file[i].path))
            return 0;
    return err_set(err, ERR_USAGE,
                   "%s:%zu: '%.100s' is not in the dataset '%.200s', nor is "
                   "any other of its %zu files; paths are relative to "
                   "dataset.path",
                   csv, w->file[0].line, w->file[0].path, w->dir, w->n);
}

/* Every class needs pictures to train on. */
static int check_given(const struct find_images *w, struct err *err)
{
    struct buf warnings = {0};
    enum split *split = malloc((w->n + 1) * sizeof(*split));
    int rc = -1;

    if (split) {
        for (size_t i = 0; i < w->n; i++)
            split[i] = w->file[i].split;
        rc = split_check(w, split, &warnings, err);
    } else {
        err_set(err, ERR_SYSTEM, "no memory for %zu pictures", w->n);
    }
    buf_release(&warnings);
    free(split);
    return rc;
}

/* As if the data were at hand: what cells are drawn is not known yet. */
static int choose_table(struct config *c, const struct layout *l,
                        struct buf *said, struct err *err)
{
    struct find_images w;
    int rc = 0;

    if (c->dataset.draw_per_class > 0)
        return 0;
    if (find_images_init(&w, c->dataset.path, l, err) < 0)
        return -1;
    rc = check_there(&w, l->csv, err);
    if (rc == 0 && w.given[0])
        rc = check_given(&w, err);
    if (rc < 0)
        buf_put(said, w.warnings.data, w.warnings.len);
    if (rc == 0 && w.given[0] && c->split.method != SPLIT_BY_CSV) {
        c->split.method = SPLIT_BY_CSV;
        buf_printf(said, "split.method: csv, as %s gives a split\n", w.given);
    }
    find_images_release(&w);
    return rc;
}

static int choose_folders(struct config *c, const struct layout *l,
                          struct buf *said, struct err *err)
{
    struct split_folders s;

    if (c->dataset.draw_per_class > 0 || !c->dataset.path[0] ||
        !file_exists(c->dataset.path))
        return 0; /* the plan says so */
    if (split_folders_look(&s, c->dataset.path, l, err) < 0 ||
        split_folders_check(&s, c->dataset.path, l, err) < 0)
        return -1;
    if (s.kind == SPLIT_FOLDERS_NONE || c->split.method == SPLIT_BY_FOLDERS)
        return 0;
    c->split.method = SPLIT_BY_FOLDERS;
    buf_printf(said, "split.method: folders, as %s are a split\n", s.named);
    return 0;
}

int split_given_choose(struct config *c, struct buf *said, struct err *err)
{
    struct layout l;
    int rc;

    if (c->split.csv[0] && c->split.method != SPLIT_BY_CSV)
        return err_set(err, ERR_USAGE,
                       "split.csv: names a split, which split.method %s would "
                       "not use; take one of them out",
                       config_word(c, "split", "method"));
    if (c->split.method == SPLIT_BY_CSV && c->split.csv[0]) {
        if ((fold_table_wanted(c)
                 ? fold_table_take(NULL, c, err)
                 : split_from_csv(NULL, c->split.csv, NULL, err)) < 0)
            return -1;
        if (c->split.unnamed)
            buf_puts(said, "split.method: csv, as split.csv names a split\n");
    }
    if (layout_init(&l, c, err) < 0)
        return -1;
    rc = *l.csv ? choose_table(c, &l, said, err)
                : choose_folders(c, &l, said, err);
    layout_release(&l);
    c->split.unnamed = false;
    return rc;
}
