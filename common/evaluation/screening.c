/* screening.c - cells counted, and groups of them drawn again */
#include "evaluation/screening.h"

#include "evaluation/predictions.h"
#include "stats/binary.h"
#include "stats/conformal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is so of a test cell. */
enum {
    CELL_RIGHT = 1,
    CELL_ABNORMAL = 2, /* its class is */
    CELL_CALLED = 4,   /* called a class that is */
    CELL_ABOVE = 8,    /* its score reaches the threshold */
    CELL_COVERED = 16  /* its set holds its class */
};

/* The shares: of the cells that have of 'mask' what 'value' says, those that
 * have of 'also' what 'is' says. */
static const struct {
    size_t offset;
    uint8_t mask, value, also, is;
} shares[] = {
    {offsetof(struct screening, accuracy), 0, 0, CELL_RIGHT, CELL_RIGHT},
    {offsetof(struct screening, missed), CELL_ABNORMAL, CELL_ABNORMAL,
     CELL_CALLED, 0},
    {offsetof(struct screening, raised), CELL_ABNORMAL, 0, CELL_CALLED,
     CELL_CALLED},
    {offsetof(struct screening, above_found), CELL_ABNORMAL, CELL_ABNORMAL,
     CELL_ABOVE, CELL_ABOVE},
    {offsetof(struct screening, above_raised), CELL_ABNORMAL, 0, CELL_ABOVE,
     CELL_ABOVE},
    {offsetof(struct screening, covered), 0, 0, CELL_COVERED, CELL_COVERED},
};

enum { N_SHARE = sizeof(shares) / sizeof(shares[0]) };

/* All test cells, of all folds. */
struct screened {
    struct screening *s;
    const struct config *config;
    struct predictions fold[CONFIG_FOLDS_MAX]; /* owned: their test cells */
    int n_fold;
    size_t n;      /* of all folds; while they are marked, of those before */
    uint8_t *cell; /* owned: (n) */
    const char **name; /* owned: (n) of what is drawn together */
    uint32_t *group;   /* owned: (n) */
    uint8_t *seen;     /* owned: (n) scratch, of groups */
};

/* --- one fold ------------------------------------------------------------- */

/* What was called, without probabilities. */
static void mark_called(const struct predictions *p, bool two,
                        const bool *abnormal, uint8_t *cell)
{
    const struct outcomes *o = &p->o;

    for (size_t i = 0; i < o->n; i++) {
        cell[i] = o->label[i] == o->predicted[i] ? CELL_RIGHT : 0;
        if (two && abnormal[o->label[i]])
            cell[i] |= CELL_ABNORMAL;
        if (two && abnormal[o->predicted[i]])
            cell[i] |= CELL_CALLED;
    }
}

static int mark_above(struct screened *a, const struct outcomes *check,
                      const struct outcomes *test, const bool *abnormal,
                      struct err *err)
{
    const size_t n = check->n > test->n ? check->n : test->n;
    double *score = malloc((n + 1) * sizeof(*score)), threshold;
    int rc = -1;

    if (!score)
        return err_set(err, ERR_SYSTEM, "no memory for %zu scores", n);
    binary_scores(check, abnormal, score);
    if (binary_threshold(check, abnormal, score, a->s->wanted, &threshold,
                         err) == 0) {
        binary_scores(test, abnormal, score);
        a->s->threshold &= isfinite(threshold);
        for (size_t i = 0; i < test->n; i++)
            if (score[i] >= threshold)
                a->cell[a->n + i] |= CELL_ABOVE;
        rc = 0;
    }
    free(score);
    return rc;
}

/* Which classes are in every set of a fold. */
static void mark_always(struct screening *s, const struct conformal *fit,
                        const struct predictions *p)
{
    for (int y = 0; y < fit->k; y++) {
        s->whole &= !isfinite(fit->q[y]);
        for (int c = 0; c < s->k; c++)
            if (!isfinite(fit->q[y]) &&
                strcmp(s->class_name[c], p->class_name[y]) == 0)
                s->always[c] = true;
    }
}

static int mark_covered(struct screened *a, const struct outcomes *check,
                        const struct predictions *p, struct err *err)
{
    const struct outcomes *test = &p->o;
    bool set[STATS_CLASSES_MAX];
    struct conformal c;

    if (conformal_fit(&c, check, a->s->promised, err) < 0)
        return -1;
    mark_always(a->s, &c, p);
    for (size_t i = 0; i < test->n; i++) {
        conformal_set(&c, test->p + i * (size_t)test->k, set);
        if (set[test->label[i]])
            a->cell[a->n + i] |= CELL_COVERED;
    }
    return 0;
}

/* What validation fitted, if there are probabilities. */
static int mark_fitted(struct screened *a, const struct predictions *p,
                       const char *path, const bool *abnormal, struct err *err)
{
    struct predictions check;
    int rc = 0;

    if (!p->o.p || a->s->validation) {
        a->s->sets = a->s->threshold = false;
        return 0;
    }
    if (predictions_read(&check, path, SPLIT_VALIDATION, err) < 0)
        return -1;
    if (a->s->two)
        rc = mark_above(a, &check.o, &p->o, abnormal, err);
    if (rc == 0)
        rc = mark_covered(a, &check.o, p, err);
    predictions_release(&check);
    return rc;
}

/* Where a class is among those of all folds; s->k: it is not. */
static int find_class(const struct screening *s, const char *name)
{
    int c = 0;

    while (c < s->k && strcmp(s->class_name[c], name) != 0)
        c++;
    return c;
}

/* A fold without test cells says nothing. */
static int mark_fold(struct screened *a, const struct predictions *p,
                     const char *path, struct err *err)
{
    bool abnormal[STATS_CLASSES_MAX];

    if (p->o.n == 0)
        return 0;
    for (int c = 0; c < p->o.k; c++)
        abnormal[c] = a->s->abnormal[find_class(a->s, p->class_name[c])];
    mark_called(p, a->s->two, abnormal, a->cell + a->n);
    for (size_t i = 0; i < p->o.n; i++)
        a->name[a->n + i] = predictions_drawn(p)[i];
    if (mark_fitted(a, p, path, abnormal, err) < 0)
        return -1;
    a->n += p->o.n;
    return 0;
}

/* --- all folds ------------------------------------------------------------ */

static void release_folds(struct screened *a)
{
    for (int i = 0; i < a->n_fold; i++)
        predictions_release(&a->fold[i]);
    a->n_fold = 0;
}

/* Read the cells of a split. */
static int read_split(struct screened *a, const char *const *path, int n,
                      enum split split, struct err *err)
{
    release_folds(a);
    for (int i = 0; i < n; i++) {
        if (predictions_read(&a->fold[i], path[i], split, err) < 0)
            return -1;
        a->n_fold++;
        a->n += a->fold[i].o.n;
    }
    return 0;
}

/* Add the classes of a fold that no one before it has: a table without
 * probabilities has those alone that it names. */
static int add_classes(struct screening *s, const struct predictions *p,
                       struct err *err)
{
    for (int c = 0; c < p->o.k; c++) {
        if (find_class(s, p->class_name[c]) < s->k)
            continue;
        if (s->k == STATS_CLASSES_MAX)
            return err_set(err, ERR_INPUT, "more than %d classes in all folds",
                           STATS_CLASSES_MAX);
        memcpy(s->class_name[s->k++], p->class_name[c], CONFIG_NAME_MAX);
    }
    return 0;
}

/* Which classes count as what. */
static int group_classes(struct screened *a, struct err *err)
{
    struct screening *s = a->s;
    struct class_groups g;

    for (int i = 0; i < a->n_fold; i++)
        if (add_classes(s, &a->fold[i], err) < 0)
            return -1;
    if (class_groups_init(&g, &a->config->evaluate,
                          (const char(*)[CONFIG_NAME_MAX])s->class_name, s->k,
                          err) < 0)
        return -1;
    s->two = g.two;
    s->threshold = g.two;
    for (int c = 0; c < s->k; c++) {
        s->group[c] = g.of[c];
        s->abnormal[c] = g.abnormal[c];
    }
    return 0;
}

static int mark_folds(struct screened *a, const char *const *path,
                      struct err *err)
{
    const size_t n = a->n;

    a->cell = calloc(n + 1, sizeof(*a->cell));
    a->name = calloc(n + 1, sizeof(*a->name));
    a->group = calloc(n + 1, sizeof(*a->group));
    a->seen = calloc(n + 1, 1);
    if (!a->cell || !a->name || !a->group || !a->seen)
        return err_set(err, ERR_SYSTEM, "no memory for %zu cells", n);
    a->n = 0;
    for (int i = 0; i < a->n_fold; i++)
        if (mark_fold(a, &a->fold[i], path[i], err) < 0)
            return -1;
    return 0;
}

/* --- shares and their intervals ------------------------------------------- */

/* Cells of share 'i', 'w' times each (NULL: once); *n of how many. */
static size_t count_share(const struct screened *a, int i, const uint32_t *w,
                          size_t *n)
{
    size_t k = 0;

    *n = 0;
    for (size_t c = 0; c < a->n; c++) {
        const uint32_t times = w ? w[c] : 1;

        if ((a->cell[c] & shares[i].mask) != shares[i].value)
            continue;
        *n += times;
        k += (a->cell[c] & shares[i].also) == shares[i].is ? times : 0;
    }
    return k;
}

static size_t count_groups(const struct screened *a, int i)
{
    size_t n = 0;

    memset(a->seen, 0, a->n);
    for (size_t c = 0; c < a->n; c++) {
        uint8_t *seen = &a->seen[a->group[c]];

        if ((a->cell[c] & shares[i].mask) != shares[i].value)
            continue;
        n += !*seen;
        *seen = 1;
    }
    return n;
}

static void draw_shares(void *self, const uint32_t *w, double *v)
{
    for (int i = 0; i < N_SHARE; i++) {
        size_t n;
        const size_t k = count_share(self, i, w, &n);

        v[i] = n ? (double)k / (double)n : (double)NAN;
    }
}

static int find_shares(struct screened *a, struct err *err)
{
    struct interval v[N_SHARE];
    struct bootstrap b = {.n = a->n,
                          .group = a->group,
                          .resamples = (int)a->config->evaluate.bootstrap,
                          .seed = (uint64_t)a->config->run.seed,
                          .n_value = N_SHARE,
                          .each = draw_shares,
                          .self = a};
    const bool drawn = a->n > 0 && b.resamples > 0;

    if (bootstrap_groups(a->name, a->n, a->group, &b.n_group, err) < 0 ||
        (drawn && bootstrap_run(&b, v, err) < 0))
        return -1;
    for (int i = 0; i < N_SHARE; i++) {
        struct grouped_share *s =
            (struct grouped_share *)((char *)a->s + shares[i].offset);

        s->k = count_share(a, i, NULL, &s->n);
        s->groups = count_groups(a, i);
        grouped_share_choose(s, drawn ? &v[i] : NULL);
    }
    return 0;
}

/* --- all ------------------------------------------------------------------ */

static int read_folds(struct screened *a, const char *const *path, int n,
                      struct err *err)
{
    if (read_split(a, path, n, SPLIT_TEST, err) < 0)
        return -1;
    if (a->n == 0) {
        if (read_split(a, path, n, SPLIT_VALIDATION, err) < 0)
            return -1;
        a->s->validation = a->n > 0;
    }
    if (group_classes(a, err) < 0 || mark_folds(a, path, err) < 0)
        return -1;
    return find_shares(a, err);
}

int screening_read(struct screening *s, const char *const *path, int n,
                   const struct config *c, struct err *err)
{
    struct screened *a = calloc(1, sizeof(*a));
    int rc;

    BUG_ON(n < 1 || n > CONFIG_FOLDS_MAX);
    *s = (struct screening){.sets = true,
                            .whole = true,
                            .folds = n,
                            .wanted = c->evaluate.sensitivity,
                            .promised = c->evaluate.coverage};
    if (!a)
        return err_set(err, ERR_SYSTEM, "no memory for predictions");
    a->s = s;
    a->config = c;
    rc = read_folds(a, path, n, err);
    release_folds(a);
    free(a->cell);
    free(a->name);
    free(a->group);
    free(a->seen);
    free(a);
    return rc;
}
