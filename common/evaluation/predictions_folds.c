/* predictions_folds.c - one table behind the other */
#include "evaluation/predictions_folds.h"

#include "base/file.h"
#include "run/experiment_name.h"

#include <stdlib.h>
#include <string.h>

static int path_of(char path[FILE_PATH_MAX], const char *run_dir,
                   const char *name, int fold, struct err *err)
{
    char one[EXPERIMENT_NAME_MAX];

    experiment_name_in_fold(one, name, fold);
    return file_path(path, err, "%s/evaluate/%s/predictions.csv", run_dir, one);
}

int predictions_folds_count(const char *run_dir, const char *name, int folds,
                            int *missing)
{
    char path[FILE_PATH_MAX];
    struct err err;
    int n = 0;

    for (int f = folds - 1; f >= 0; f--) {
        if (path_of(path, run_dir, name, f, &err) == 0 && file_exists(path))
            n++;
        else
            *missing = f;
    }
    return n;
}

/* --- adding --------------------------------------------------------------- */

/* Where p has each class of 'more', which are added if they are new; *k: how
 * many classes p has then. */
static int match_classes(struct predictions *p, const struct predictions *more,
                         int *to, int *k, struct err *err)
{
    *k = p->o.k;
    for (int c = 0; c < more->o.k; c++) {
        int i = 0;

        while (i < *k && strcmp(p->class_name[i], more->class_name[c]) != 0)
            i++;
        if (i == STATS_CLASSES_MAX)
            return err_set(err, ERR_INPUT, "more than %d classes in all folds",
                           STATS_CLASSES_MAX);
        if (i == *k)
            memcpy(p->class_name[(*k)++], more->class_name[c], CONFIG_NAME_MAX);
        to[c] = i;
    }
    return 0;
}

/* A longer list, of n items; or as it was, and *room is false. */
static void *longer(void *list, size_t n, size_t item, bool *room)
{
    void *grown = realloc(list, n * item);

    if (grown)
        return grown;
    *room = false;
    return list;
}

/* Put probabilities behind each other, or drop them. */
static int join_probabilities(struct predictions *p,
                              const struct predictions *more, bool same,
                              struct err *err)
{
    const size_t k = (size_t)p->o.k, n = p->o.n * k, m = more->o.n * k;
    double *grown;

    if (!same || !p->p || !more->p) {
        free(p->p);
        p->p = NULL;
        p->o.p = NULL;
        return 0;
    }
    grown = realloc(p->p, (n + m + 1) * sizeof(*grown));
    if (!grown)
        return err_set(err, ERR_SYSTEM, "no memory for %zu probabilities",
                       n + m);
    if (m > 0)
        memcpy(grown + n, more->p, m * sizeof(*grown));
    p->p = grown;
    p->o.p = grown;
    return 0;
}

/* Are classes the same, in the same order? */
static bool is_same_order(const struct predictions *p,
                          const struct predictions *more, const int *to)
{
    for (int c = 0; c < more->o.k; c++)
        if (to[c] != c)
            return false;
    return more->o.k == p->o.k;
}

/* Room for n rows in all, and one more table. */
static int make_room(struct predictions *p, size_t n, struct err *err)
{
    bool room = true;

    p->file = longer(p->file, n, sizeof(*p->file), &room);
    p->group = longer(p->group, n, sizeof(*p->group), &room);
    if (p->family)
        p->family = longer(p->family, n, sizeof(*p->family), &room);
    p->label = longer(p->label, n, sizeof(*p->label), &room);
    p->predicted = longer(p->predicted, n, sizeof(*p->predicted), &room);
    p->more = longer(p->more, (size_t)p->n_more + 1, sizeof(*p->more), &room);
    p->o.label = p->label;
    p->o.predicted = p->predicted;
    return room ? 0
                : err_set(err, ERR_SYSTEM, "no memory for %zu predictions", n);
}

int predictions_folds_add(struct predictions *p, struct predictions *more,
                          struct err *err)
{
    const size_t n = p->o.n;
    int to[STATS_CLASSES_MAX], k;

    BUG_ON(more->n_more > 0 || !more->label);
    if (!p->label) {
        *p = *more;
        *more = (struct predictions){.o = {.n = 0}};
        return 0;
    }
    if (match_classes(p, more, to, &k, err) < 0 ||
        make_room(p, n + more->o.n + 1, err) < 0 ||
        join_probabilities(p, more, k == p->o.k && is_same_order(p, more, to),
                           err) < 0)
        return -1;
    if (!more->family) { /* then groups are alone in all */
        free(p->family);
        p->family = NULL;
    }
    for (size_t i = 0; i < more->o.n; i++) {
        if (p->family)
            p->family[n + i] = more->family[i];
        p->file[n + i] = more->file[i];
        p->group[n + i] = more->group[i];
        p->label[n + i] = to[more->label[i]];
        p->predicted[n + i] = to[more->predicted[i]];
    }
    p->o.n = n + more->o.n;
    p->o.k = k;
    p->more[p->n_more++] = more->csv;
    more->csv = (struct csv){0};
    predictions_release(more);
    return 0;
}

/* --- all folds ------------------------------------------------------------ */

int predictions_folds_check(const struct predictions *p, const char *name,
                            struct err *err)
{
    const char **file = malloc((p->o.n + 1) * sizeof(*file));
    int rc = 0;

    if (!file)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", p->o.n);
    memcpy(file, p->file, p->o.n * sizeof(*file));
    qsort(file, p->o.n, sizeof(*file), file_by_name);
    for (size_t i = 1; rc == 0 && i < p->o.n; i++)
        if (strcmp(file[i], file[i - 1]) == 0)
            rc = err_set(err, ERR_USAGE,
                         "'%.150s': '%.150s' is tested in two folds, which are "
                         "not of one split",
                         name, file[i]);
    free(file);
    return rc;
}

static int read_fold(struct predictions *p, const char *run_dir,
                     const char *name, int fold, enum split split,
                     struct err *err)
{
    struct predictions one;
    char path[FILE_PATH_MAX];
    int rc;

    if (path_of(path, run_dir, name, fold, err) < 0 ||
        predictions_read(&one, path, split, err) < 0)
        return -1;
    rc = predictions_folds_add(p, &one, err);
    predictions_release(&one);
    return rc;
}

int predictions_folds_read(struct predictions *p, const char *run_dir,
                           const char *name, int folds, enum split split,
                           struct err *err)
{
    int rc = 0;

    BUG_ON(folds < 1);
    *p = (struct predictions){.o = {.n = 0}};
    for (int f = 0; rc == 0 && f < folds; f++)
        rc = read_fold(p, run_dir, name, f, split, err);
    if (rc == 0 && split == SPLIT_TEST)
        rc = predictions_folds_check(p, name, err);
    if (rc < 0)
        predictions_release(p);
    return rc;
}
