#include "stages/preprocess/folds.h"

#include "base/rng.h"

#include <stdlib.h>
#include <string.h>

/* A picture and the name of what it is dealt with. */
struct member {
    const char *group; /* borrowed */
    uint32_t row;
};

/* Members start .. start + size - 1 are one group. */
struct pile {
    uint32_t start, size, order;
};

/* The table at which one class after the other is dealt. */
struct table {
    const struct folds_args *args; /* borrowed */
    struct member *member;         /* owned: of the class */
    struct pile *pile;             /* owned: its groups */
    uint32_t *order;               /* owned */
    uint32_t *first; /* owned: of a family, by its first row, in the class */
    int *dealt;      /* owned: of a family likewise, its fold, or -1 */
    size_t of_class[CONFIG_FOLDS_MAX], of_all[CONFIG_FOLDS_MAX];
};

static int by_group(const void *a, const void *b)
{
    const struct member *p = a, *q = b;
    const int c = strcmp(p->group, q->group);

    return c ? c : (p->row > q->row) - (p->row < q->row);
}

static int largest_first(const void *a, const void *b)
{
    const struct pile *p = a, *q = b;

    if (p->size != q->size)
        return p->size > q->size ? -1 : 1;
    return (p->order > q->order) - (p->order < q->order);
}

static uint32_t family_of(const struct table *t, uint32_t row)
{
    return t->args->family ? t->args->family[row] : row;
}

/* Pictures of class 'label', those of a group together, or of a family, which
 * is called after its first group in the class; returns how many. */
static uint32_t gather(struct table *t, int label)
{
    const struct walk *w = t->args->walk;
    uint32_t n = 0;

    memset(t->first, 0xff, w->n * sizeof(*t->first));
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t *first = &t->first[family_of(t, i)];

        if (w->file[i].label != label)
            continue;
        if (*first == UINT32_MAX)
            *first = i;
        t->member[n++] = (struct member){
            t->args->groups ? w->file[*first].group : w->file[*first].path, i};
    }
    qsort(t->member, n, sizeof(*t->member), by_group);
    return n;
}

/* Groups of the n members, in the order in which they are dealt. */
static uint32_t make_piles(struct table *t, uint32_t n, int label)
{
    uint32_t n_pile = 0;
    struct rng rng;

    for (uint32_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(t->member[i].group, t->member[i - 1].group) != 0)
            t->pile[n_pile++] = (struct pile){.start = i};
        t->pile[n_pile - 1].size++;
    }
    for (uint32_t i = 0; i < n_pile; i++)
        t->order[i] = i;
    rng_init(&rng, t->args->seed, RNG_SPLIT, (uint32_t)label, 2);
    rng_shuffle(&rng, t->order, n_pile);
    for (uint32_t i = 0; i < n_pile; i++)
        t->pile[i].order = t->order[i];
    qsort(t->pile, n_pile, sizeof(*t->pile), largest_first);
    return n_pile;
}

static int emptiest(const struct table *t)
{
    int best = 0;

    for (int f = 1; f < t->args->folds; f++)
        if (t->of_class[f] < t->of_class[best] ||
            (t->of_class[f] == t->of_class[best] &&
             t->of_all[f] < t->of_all[best]))
            best = f;
    return best;
}

/* Pile p goes to fold f. */
static void put(struct table *t, const struct pile *p, int f, int *fold)
{
    for (uint32_t k = 0; k < p->size; k++) {
        const uint32_t row = t->member[p->start + k].row;

        fold[row] = f;
        t->dealt[family_of(t, row)] = f;
    }
    t->of_class[f] += p->size;
    t->of_all[f] += p->size;
}

/* First what a class before has dealt. */
static void deal_class(struct table *t, int label, int *fold)
{
    const uint32_t n = gather(t, label);
    const uint32_t n_pile = make_piles(t, n, label);

    memset(t->of_class, 0, sizeof(t->of_class));
    for (uint32_t i = 0; i < n_pile; i++) {
        struct pile *p = &t->pile[i];
        const int f = t->dealt[family_of(t, t->member[p->start].row)];

        if (f < 0)
            continue;
        put(t, p, f, fold);
        p->size = 0;
    }
    for (uint32_t i = 0; i < n_pile; i++)
        if (t->pile[i].size > 0)
            put(t, &t->pile[i], emptiest(t), fold);
}

int folds_deal(const struct folds_args *a, int *fold, struct err *err)
{
    const size_t n = a->walk->n + 1;
    struct table t = {.args = a,
                      .member = malloc(n * sizeof(*t.member)),
                      .pile = malloc(n * sizeof(*t.pile)),
                      .order = malloc(n * sizeof(*t.order)),
                      .first = malloc(n * sizeof(*t.first)),
                      .dealt = malloc(n * sizeof(*t.dealt))};
    int rc = 0;

    BUG_ON(a->folds < 3 || a->folds > CONFIG_FOLDS_MAX);
    if (!t.member || !t.pile || !t.order || !t.first || !t.dealt)
        rc = err_set(err, ERR_SYSTEM, "no memory to deal %zu pictures",
                     a->walk->n);
    for (size_t i = 0; rc == 0 && i < n; i++)
        t.dealt[i] = -1;
    for (int label = 0; rc == 0 && label < a->walk->n_class; label++)
        deal_class(&t, label, fold);
    free(t.member);
    free(t.pile);
    free(t.order);
    free(t.first);
    free(t.dealt);
    return rc;
}

int folds_check(const struct walk *w, const int *fold, int folds,
                struct buf *warnings, struct err *err)
{
    size_t count[CONFIG_CLASSES_MAX][CONFIG_FOLDS_MAX] = {0};
    size_t all[CONFIG_CLASSES_MAX] = {0};

    for (size_t i = 0; i < w->n; i++)
        if (fold[i] >= 0) {
            count[w->file[i].label][fold[i]]++;
            all[w->file[i].label]++;
        }
    for (int c = 0; c < w->n_class; c++)
        for (int f = 0; f < folds; f++) {
            if (all[c] == count[c][f] + count[c][(f + 1) % folds])
                return err_set(err, ERR_USAGE,
                               "class '%s' has no picture to train on in fold "
                               "%d of %d",
                               w->class_name[c], f, folds);
            if (count[c][f] == 0)
                buf_printf(warnings,
                           "class '%s' has no picture in fold %d of %d\n",
                           w->class_name[c], f, folds);
        }
    return 0;
}
