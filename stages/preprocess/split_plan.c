#include "stages/preprocess/split_plan.h"

#include "stages/preprocess/folds.h"
#include "stages/preprocess/group_check.h"
#include "stages/preprocess/split_given.h"

#include <stdlib.h>

bool split_plan_compares(const struct config *c)
{
    return c->split.near_duplicates == NEAR_TOGETHER;
}

/* With 'groups', pictures of a group are a family; else each begins alone. */
static struct near_duplicates_args families_of(const struct split_plan *c,
                                               bool groups)
{
    return (struct near_duplicates_args){
        .images = c->images,
        .cell = split_plan_compares(c->config) ? c->cell : NULL,
        .groups = groups};
}

/* Pictures that belong together. */
static int find_families(const struct split_plan *c, bool groups,
                         uint32_t **family, struct err *err)
{
    const struct near_duplicates_args a = families_of(c, groups);

    *family = malloc((c->images->n + 1) * sizeof(**family));
    if (!*family)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures",
                       c->images->n);
    return near_duplicates_find(&a, *family, err);
}

static struct split_args split_args_of(const struct split_plan *c,
                                       const uint32_t *family)
{
    return (struct split_args){.images = c->images,
                               .family = family,
                               .test = c->config->split.test,
                               .validation = c->config->split.validation,
                               .seed = (uint64_t)c->config->run.seed};
}

/* With folds, the split is that of the first one. */
static int choose_split(struct split_plan *c, const uint32_t *family,
                        struct err *err)
{
    const struct split_args s = split_args_of(c, family);
    const struct folds_args f = {.images = c->images,
                                 .folds = (int)c->config->split.folds,
                                 .groups =
                                     c->config->split.method == SPLIT_BY_GROUP,
                                 .family = family,
                                 .seed = s.seed};

    if (c->fold)
        return folds_assign(&f, c->fold, err);
    return f.groups ? split_groups(&s, c->split, err)
                    : split_random(&s, c->split, err);
}

/* Where groups may part, only what is alike stays together. */
static int split_cells(struct split_plan *c, struct buf *warnings,
                       struct err *err)
{
    const bool groups = c->config->split.method == SPLIT_BY_GROUP;
    uint32_t *alone = NULL;
    const uint32_t *family;
    int rc = groups ? group_check(c->images, c->config, warnings, err) : 0;

    if (c->family && !groups)
        rc = find_families(c, false, &alone, err);
    family = groups ? c->family : alone;
    if (rc == 0 && family) {
        const struct near_duplicates_args a = families_of(c, groups);

        rc = near_duplicates_count(&a, family, &c->families, warnings, err);
    }
    if (rc == 0)
        rc = choose_split(c, family, err);
    free(alone);
    return rc;
}

/* Families of given folds that lie in several; without near duplicates
 * cluster images. */
static int warn_parted(struct split_plan *c, struct buf *warnings,
                       struct err *err)
{
    uint32_t *groups = NULL;
    int rc = c->family ? 0 : find_families(c, true, &groups, err);

    if (rc == 0)
        near_duplicates_parted(c->images, c->family ? c->family : groups,
                               c->fold, warnings);
    free(groups);
    return rc;
}

/* As folders or a table say; families matter to what is drawn beside it. */
static int take_given(struct split_plan *c, struct buf *warnings,
                      struct err *err)
{
    const struct split_args s = split_args_of(c, c->family);

    if (!c->fold)
        return split_given(&s, c->split, warnings, err);
    for (size_t i = 0; i < c->images->n; i++)
        c->fold[i] = c->images->file[i].fold;
    buf_printf(warnings, "the folds are those of %s\n", c->images->given);
    return c->images->folders.n_fold ? 0 : warn_parted(c, warnings, err);
}

int split_plan_make(struct split_plan *c, struct buf *warnings, struct err *err)
{
    const int folds = (int)c->config->split.folds;
    int rc;

    c->fold_use =
        config_folds_validate(c->config) ? FOLDS_VALIDATE : FOLDS_TEST;
    /* A group of a table may be of several classes. */
    if ((split_plan_compares(c->config) || c->config->layout.csv[0]) &&
        find_families(c, true, &c->family, err) < 0)
        return -1;
    if (folds > 1) {
        c->fold = malloc((c->images->n + 1) * sizeof(*c->fold));
        if (!c->fold)
            return err_set(err, ERR_SYSTEM, "no memory for %d folds", folds);
    }
    if (c->images->given[0])
        rc = take_given(c, warnings, err);
    else if (c->config->split.method == SPLIT_BY_CSV)
        rc = split_from_csv(c->images, config_split_csv(c->config), c->split,
                            err);
    else
        rc = split_cells(c, warnings, err);
    for (size_t i = 0; rc == 0 && c->fold && i < c->images->n; i++)
        c->split[i] = store_fold_split(c->fold[i], 0, folds, c->fold_use);
    return rc;
}

int split_plan_check(const struct split_plan *c, struct buf *warnings,
                     struct err *err)
{
    if (!c->fold)
        return split_check(c->images, c->split, warnings, err);
    return folds_check(&(struct folds){c->images, c->fold,
                                       (int)c->config->split.folds,
                                       c->fold_use},
                       warnings, err);
}

void split_plan_drop(struct split_plan *c, size_t i)
{
    c->split[i] = SPLIT_NONE;
    if (c->fold)
        c->fold[i] = -1;
}

void split_plan_release(struct split_plan *c)
{
    free(c->fold);
    free(c->family);
    *c = (struct split_plan){0};
}
