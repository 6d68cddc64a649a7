#include "stages/preprocess/split_plan.h"

#include "stages/preprocess/folds.h"
#include "stages/preprocess/split.h"

#include <stdlib.h>

bool choice_looks(const struct config *c)
{
    return c->split.near_duplicates == NEAR_TOGETHER;
}

/* Pictures that belong together; with 'groups' those of a group among them. */
static int find_families(const struct choice *c, bool groups, uint32_t **family,
                         struct err *err)
{
    const struct families_args a = {
        .walk = c->walk, .cell = c->cell, .groups = groups};

    *family = malloc((c->walk->n + 1) * sizeof(**family));
    if (!*family)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pictures",
                       c->walk->n);
    return families_find(&a, *family, err);
}

/* Deal the pictures to folds; the split is that of the first one. */
static int choose_folds(struct choice *c, const uint32_t *family,
                        struct err *err)
{
    const int folds = (int)c->config->split.folds;
    const struct folds_args a = {.walk = c->walk,
                                 .folds = folds,
                                 .groups =
                                     c->config->split.method == SPLIT_BY_GROUP,
                                 .family = family,
                                 .seed = (uint64_t)c->config->run.seed};

    c->fold = malloc((c->walk->n + 1) * sizeof(*c->fold));
    if (!c->fold)
        return err_set(err, ERR_SYSTEM, "no memory for %zu folds", c->walk->n);
    if (folds_deal(&a, c->fold, err) < 0)
        return -1;
    for (size_t i = 0; i < c->walk->n; i++)
        c->split[i] = store_fold_split(c->fold[i], 0, folds);
    return 0;
}

static int choose_split(struct choice *c, const uint32_t *family,
                        struct err *err)
{
    const struct split_args s = {.walk = c->walk,
                                 .family = family,
                                 .test = c->config->split.test,
                                 .validation = c->config->split.validation,
                                 .seed = (uint64_t)c->config->run.seed};

    if (c->config->split.folds > 1)
        return choose_folds(c, family, err);
    return c->config->split.method == SPLIT_BY_GROUP
               ? split_groups(&s, c->split, err)
               : split_random(&s, c->split, err);
}

/* Where groups may part, only what is alike stays together. */
static int choose(struct choice *c, struct buf *warnings, struct err *err)
{
    const bool groups = c->config->split.method == SPLIT_BY_GROUP;
    uint32_t *alone = NULL;
    const uint32_t *family;
    int rc = 0;

    if (c->family && !groups)
        rc = find_families(c, false, &alone, err);
    family = groups ? c->family : alone;
    if (rc == 0 && family)
        rc = families_count(&(struct families_args){.walk = c->walk,
                                                    .cell = c->cell,
                                                    .groups = groups},
                            family, &c->families, warnings, err);
    if (rc == 0)
        rc = choose_split(c, family, err);
    free(alone);
    return rc;
}

int choice_make(struct choice *c, struct buf *warnings, struct err *err)
{
    if (choice_looks(c->config) && find_families(c, true, &c->family, err) < 0)
        return -1;
    if (c->config->split.method == SPLIT_BY_CSV)
        return split_from_csv(c->walk, config_split_csv(c->config), c->split,
                              err);
    return choose(c, warnings, err);
}

int choice_check(const struct choice *c, struct buf *warnings, struct err *err)
{
    if (!c->fold)
        return split_check(c->walk, c->split, warnings, err);
    return folds_check(c->walk, c->fold, (int)c->config->split.folds, warnings,
                       err);
}

void choice_drop(struct choice *c, size_t i)
{
    c->split[i] = SPLIT_NONE;
    if (c->fold)
        c->fold[i] = -1;
}

void choice_release(struct choice *c)
{
    free(c->fold);
    free(c->family);
    *c = (struct choice){0};
}
