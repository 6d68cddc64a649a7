#include "stages/preprocess/folds.h"

#include "base/rng.h"
#include "stages/preprocess/class_members.h"

#include <stdlib.h>
#include <string.h>

/* Members start .. start + size - 1 are one group. */
struct fold_group {
    uint32_t start, size, order;
};

/* How the groups of one class after the other are assigned to folds. */
struct fold_assignment {
    const struct folds_args *args;  /* borrowed */
    struct named_row *row_of_class; /* owned: of the class */
    struct fold_group *fold_group;  /* owned: its groups */
    uint32_t *order;                /* owned, with the next */
    uint32_t *first; /* of a family, by its first row, in the class */
    int *fold_of;    /* owned: of a family likewise, its fold, or -1 */
    size_t of_class[CONFIG_FOLDS_MAX], of_all[CONFIG_FOLDS_MAX];
};

static int largest_first(const void *a, const void *b)
{
    const struct fold_group *p = a, *q = b;

    if (p->size != q->size)
        return p->size > q->size ? -1 : 1;
    return (p->order > q->order) - (p->order < q->order);
}

static uint32_t family_of(const struct fold_assignment *t, uint32_t row)
{
    return t->args->family ? t->args->family[row] : row;
}

/* Groups of the n members, in the order in which they are assigned. */
static uint32_t make_groups(struct fold_assignment *t, uint32_t n, int label)
{
    uint32_t n_fold_group = 0;
    struct rng rng;

    for (uint32_t i = 0; i < n; i++) {
        if (!named_rows_same(t->row_of_class, i))
            t->fold_group[n_fold_group++] = (struct fold_group){.start = i};
        t->fold_group[n_fold_group - 1].size++;
    }
    for (uint32_t i = 0; i < n_fold_group; i++)
        t->order[i] = i;
    rng_init(&rng, t->args->seed, RNG_SPLIT, (uint32_t)label, 2);
    rng_shuffle(&rng, t->order, n_fold_group);
    for (uint32_t i = 0; i < n_fold_group; i++)
        t->fold_group[i].order = t->order[i];
    qsort(t->fold_group, n_fold_group, sizeof(*t->fold_group), largest_first);
    return n_fold_group;
}

static int emptiest_fold(const struct fold_assignment *t)
{
    int best = 0;

    for (int f = 1; f < t->args->folds; f++)
        if (t->of_class[f] < t->of_class[best] ||
            (t->of_class[f] == t->of_class[best] &&
             t->of_all[f] < t->of_all[best]))
            best = f;
    return best;
}

/* Group p goes to fold f. */
static void put_group(struct fold_assignment *t, const struct fold_group *p,
                      int f, int *fold)
{
    for (uint32_t k = 0; k < p->size; k++) {
        const uint32_t row = t->row_of_class[p->start + k].row;

        fold[row] = f;
        t->fold_of[family_of(t, row)] = f;
    }
    t->of_class[f] += p->size;
    t->of_all[f] += p->size;
}

/* First what a class before has assigned. */
static void assign_class(struct fold_assignment *t, int label, int *fold)
{
    const struct class_members_args a = {t->args->images, t->args->family,
                                         t->args->groups, label};
    const uint32_t n =
        (uint32_t)class_members_list(&a, t->first, t->row_of_class);
    const uint32_t n_fold_group = make_groups(t, n, label);

    memset(t->of_class, 0, sizeof(t->of_class));
    for (uint32_t i = 0; i < n_fold_group; i++) {
        struct fold_group *p = &t->fold_group[i];
        const int f = t->fold_of[family_of(t, t->row_of_class[p->start].row)];

        if (f < 0)
            continue;
        put_group(t, p, f, fold);
        p->size = 0;
    }
    for (uint32_t i = 0; i < n_fold_group; i++)
        if (t->fold_group[i].size > 0)
            put_group(t, &t->fold_group[i], emptiest_fold(t), fold);
}

int folds_assign(const struct folds_args *a, int *fold, struct err *err)
{
    const size_t n = a->images->n + 1;
    struct fold_assignment t = {.args = a,
                                .row_of_class =
                                    malloc(n * sizeof(*t.row_of_class)),
                                .fold_group = malloc(n * sizeof(*t.fold_group)),
                                .order = malloc(2 * n * sizeof(*t.order)),
                                .fold_of = malloc(n * sizeof(*t.fold_of))};
    int rc = 0;

    BUG_ON(a->folds < 2 || a->folds > CONFIG_FOLDS_MAX);
    if (!t.row_of_class || !t.fold_group || !t.order || !t.fold_of)
        rc = err_set(err, ERR_SYSTEM,
                     "no memory to assign %zu pictures to folds", a->images->n);
    else
        t.first = t.order + n;
    for (size_t i = 0; rc == 0 && i < n; i++)
        t.fold_of[i] = -1;
    for (int label = 0; rc == 0 && label < a->images->n_class; label++)
        assign_class(&t, label, fold);
    free(t.row_of_class);
    free(t.fold_group);
    free(t.order);
    free(t.fold_of);
    return rc;
}

/* Pictures of a class that do not train in fold 'f'. */
static size_t held_out(const struct folds *a, const size_t *count, int f)
{
    return count[f] + (a->use == FOLDS_TEST ? count[(f + 1) % a->folds] : 0);
}

int folds_check(const struct folds *a, struct buf *warnings, struct err *err)
{
    size_t count[CONFIG_CLASSES_MAX][CONFIG_FOLDS_MAX] = {0};
    size_t all[CONFIG_CLASSES_MAX] = {0};
    const struct find_images *w = a->images;

    for (size_t i = 0; i < w->n; i++)
        if (a->fold[i] >= 0) {
            count[w->file[i].label][a->fold[i]]++;
            all[w->file[i].label]++;
        }
    for (int c = 0; c < w->n_class; c++)
        for (int f = 0; f < a->folds; f++) {
            if (all[c] == held_out(a, count[c], f))
                return err_set(err, ERR_USAGE,
                               "class '%s' has no picture to train on in fold "
                               "%d of %d",
                               w->class_name[c], f, a->folds);
            if (count[c][f] == 0)
                buf_printf(warnings,
                           "class '%s' has no picture in fold %d of %d\n",
                           w->class_name[c], f, a->folds);
        }
    return 0;
}
