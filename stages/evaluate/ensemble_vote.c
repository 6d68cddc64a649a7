/* ensemble_vote.c - members' tables side by side */
#include "stages/evaluate/ensemble_vote.h"

#include "stats/costs.h"
#include "stats/ensemble.h"

#include <string.h>

/* --- weights -------------------------------------------------------------- */

static int accuracy_of(const char *path, enum split split, double *accuracy,
                       struct err *err)
{
    struct predictions p;

    if (predictions_read(&p, path, split, err) < 0)
        return -1;
    *accuracy = p.o.n > 0 ? (double)outcomes_right(&p.o) / (double)p.o.n : 0.0;
    predictions_release(&p);
    return 0;
}

static int read_weights(const struct ensemble_vote_args *a,
                        struct ensemble_vote_weights *w, struct err *err)
{
    double given[STATS_CLASSES_MAX];
    int n;

    if (costs_weights(given, &n, a->weights, err) < 0)
        return -1;
    if (n != a->n_member)
        return err_set(err, ERR_USAGE, "%d weights for %d members", n,
                       a->n_member);
    memcpy(w->weight, given, (size_t)n * sizeof(*given));
    return 0;
}

int ensemble_vote_weigh(const struct ensemble_vote_args *a,
                        struct ensemble_vote_weights *w, struct err *err)
{
    double sum = 0;

    BUG_ON(a->n_member < 1 || a->n_member > CONFIG_LIST_MAX);
    for (int m = 0; m < a->n_member; m++)
        w->weight[m] = 1;
    if (strcmp(a->method, "weighted_vote") != 0)
        return 0;
    if (strcmp(a->weights, "auto") != 0)
        return read_weights(a, w, err);
    for (int m = 0; m < a->n_member; m++) {
        if (accuracy_of(a->path[m], SPLIT_VALIDATION, &w->weight[m], err) < 0)
            return -1;
        sum += w->weight[m];
    }
    for (int m = 0; m < a->n_member && sum <= 0; m++)
        w->weight[m] = 1;
    return 0;
}

/* --- deciding ------------------------------------------------------------- */

/* A way to decide: probabilities into t->p, or decisions into t->predicted. */
typedef void (*decide_f)(const struct ensemble *e, struct predictions *t);

static void vote_cells(const struct ensemble *e, struct predictions *t)
{
    const size_t k = (size_t)e->k;

    ensemble_vote(e, t->p);
    for (size_t i = 0; i < e->n * k; i++)
        t->p[i] = (double)(float)t->p[i]; /* as nine digits keep it */
    for (size_t i = 0; i < e->n; i++)
        t->predicted[i] = outcomes_argmax(t->p + i * k, e->k);
}

static void fuzzy_rank(const struct ensemble *e, struct predictions *t)
{
    ensemble_fuzzy_rank(e, false, t->predicted);
}

static void fuzzy_rank_code(const struct ensemble *e, struct predictions *t)
{
    ensemble_fuzzy_rank(e, true, t->predicted);
}

static void fuzzy_distance(const struct ensemble *e, struct predictions *t)
{
    ensemble_fuzzy_distance(e, false, t->predicted);
}

static void fuzzy_distance_code(const struct ensemble *e, struct predictions *t)
{
    ensemble_fuzzy_distance(e, true, t->predicted);
}

static const struct vote_method {
    const char *name;
    decide_f decide;
    bool probabilities;
} ways[] = {
#define ENSEMBLE(name, decide, probabilities) {#name, decide, probabilities},
#include "config/ensembles.def"
#undef ENSEMBLE
};

static const struct vote_method *way_of(const char *name)
{
    size_t i = 0;

    while (strcmp(ways[i].name, name) != 0)
        BUG_ON(++i == sizeof(ways) / sizeof(ways[0]));
    return &ways[i];
}

/* Columns must be the same as well: probabilities are added by position. */
static int check_member(const struct predictions *t,
                        const struct predictions *member, const char *name,
                        struct err *err)
{
    bool same = member->o.k == t->o.k;

    if (!member->o.p)
        return err_set(err, ERR_INPUT, "'%.100s' has no probabilities", name);
    for (int c = 0; same && c < t->o.k; c++)
        same = strcmp(member->class_name[c], t->class_name[c]) == 0;
    if (!same)
        return err_set(err, ERR_INPUT,
                       "'%.100s' has other classes than the dataset", name);
    return predictions_match(t, member, name, err);
}

int ensemble_vote_split(const struct ensemble_vote_args *a,
                        const struct ensemble_vote_weights *w, enum split split,
                        struct predictions *t, struct err *err)
{
    const struct vote_method *way = way_of(a->method);
    struct predictions member[CONFIG_LIST_MAX] = {{.o = {.n = 0}}};
    const double *p[CONFIG_LIST_MAX];
    int rc = 0;

    BUG_ON(a->n_member < 1 || a->n_member > CONFIG_LIST_MAX);
    for (int m = 0; rc == 0 && m < a->n_member; m++) {
        rc = predictions_read(&member[m], a->path[m], split, err);
        if (rc == 0)
            rc = check_member(t, &member[m], a->member[m], err);
        p[m] = member[m].p;
    }
    if (rc == 0) {
        way->decide(
            &(struct ensemble){a->n_member, p, w->weight, t->o.n, t->o.k}, t);
        if (!way->probabilities)
            t->o.p = NULL;
    }
    for (int m = 0; m < a->n_member; m++)
        predictions_release(&member[m]);
    return rc;
}
