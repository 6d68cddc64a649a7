/* plan_ensembles.c - from lists of words to ensembles and their members */
#include "run/plan_ensembles.h"

#include "run/plan_check.h"
#include "stats/costs.h"

#include <stdio.h>
#include <string.h>

static const char *const methods[] = {
#define ENSEMBLE(name, decide, probabilities) #name,
#include "config/ensembles.def"
#undef ENSEMBLE
    NULL};

/* What stands for the regime of members that are listed. */
static const struct regime listed = {.name = "members"};

void plan_experiment_name(char out[PLAN_NAME_MAX], const char *network,
                          const char *regime, int64_t seed)
{
    snprintf(out, PLAN_NAME_MAX, "%.63s-%.63s-s%lld", network, regime,
             (long long)seed);
}

void plan_add_fold(char name[PLAN_NAME_MAX], int fold, int folds)
{
    const size_t n = strlen(name);

    if (folds > 1)
        snprintf(name + n, PLAN_NAME_MAX - n, "-f%d", fold);
}

static bool has_word(const struct word_list *l, const char *word)
{
    return l->n == 1 && strcmp(l->word[0], word) == 0;
}

static bool is_auto(const struct config *c)
{
    return has_word(&c->evaluate.ensemble_members, "auto");
}

/* In one fold. */
static int count_each(const struct config *c)
{
    if (has_word(&c->evaluate.ensembles, "none"))
        return 0;
    return c->evaluate.ensembles.n *
           (is_auto(c) ? c->train.regimes.n * c->train.seeds.n : 1);
}

int plan_ensembles_count(const struct config *c)
{
    return count_each(c) * (int)c->split.folds;
}

/* The experiments that are listed. */
static void take_listed(const struct config *c, int i, struct plan_ensemble *e)
{
    const struct word_list *members = &c->evaluate.ensemble_members;

    *e = (struct plan_ensemble){.method = c->evaluate.ensembles.word[i],
                                .regime = &listed,
                                .seed = c->run.seed,
                                .n_member = members->n};
    for (int m = 0; m < e->n_member; m++)
        snprintf(e->member[m], PLAN_NAME_MAX, "%s", members->word[m]);
}

/* The networks of a regime and seed. */
static void take_networks(const struct config *c, int i,
                          struct plan_ensemble *e)
{
    const struct word_list *networks = &c->train.networks;
    const int seeds = c->train.seeds.n, regimes = c->train.regimes.n;
    struct err err;

    *e = (struct plan_ensemble){
        .method = c->evaluate.ensembles.word[i / (seeds * regimes)],
        .regime = regime_find(c->train.regimes.word[i / seeds % regimes], &err),
        .seed = c->train.seeds.value[i % seeds],
        .n_member = networks->n};
    BUG_ON(!e->regime);
    for (int m = 0; m < e->n_member; m++)
        plan_experiment_name(e->member[m], networks->word[m], e->regime->name,
                             e->seed);
}

void plan_ensembles_at(const struct config *c, int i, struct plan_ensemble *e)
{
    const int folds = (int)c->split.folds;

    BUG_ON(i < 0 || i >= plan_ensembles_count(c));
    if (is_auto(c))
        take_networks(c, i / folds, e);
    else
        take_listed(c, i / folds, e);
    e->fold = i % folds;
    e->folds = folds;
    for (int m = 0; m < e->n_member; m++)
        plan_add_fold(e->member[m], e->fold, folds);
}

void plan_ensembles_list(const struct plan_ensemble *e, char *out, size_t room)
{
    size_t at = 0;

    out[0] = '\0';
    for (int m = 0; m < e->n_member && at < room; m++)
        at += (size_t)snprintf(out + at, room - at, "%s%s", m ? " + " : "",
                               e->member[m]);
}

/* --- checks --------------------------------------------------------------- */

static bool is_experiment(const struct config *c, const char *name)
{
    char one[PLAN_NAME_MAX];

    for (int n = 0; n < c->train.networks.n; n++)
        for (int r = 0; r < c->train.regimes.n; r++)
            for (int s = 0; s < c->train.seeds.n; s++) {
                plan_experiment_name(one, c->train.networks.word[n],
                                     c->train.regimes.word[r],
                                     c->train.seeds.value[s]);
                if (strcmp(one, name) == 0)
                    return true;
            }
    return false;
}

static int check_members(const struct config *c, struct err *err)
{
    const struct word_list *l = &c->evaluate.ensemble_members;

    if (is_auto(c) && c->train.networks.n < 2)
        return err_set(err, ERR_USAGE,
                       "evaluate.ensembles: of one network; name two "
                       "experiments or more in evaluate.ensemble_members");
    if (!is_auto(c) && l->n < 2)
        return err_set(err, ERR_USAGE,
                       "evaluate.ensemble_members: one experiment is no "
                       "ensemble");
    for (int i = 0; !is_auto(c) && i < l->n; i++)
        if (!is_experiment(c, l->word[i]))
            return err_set(
                err, ERR_USAGE,
                "evaluate.ensemble_members: '%s' is no experiment of "
                "train.networks, .regimes and .seeds",
                l->word[i]);
    return 0;
}

static int check_weights(const struct config *c, struct err *err)
{
    const int members =
        is_auto(c) ? c->train.networks.n : c->evaluate.ensemble_members.n;
    double weight[STATS_CLASSES_MAX];
    struct err why;
    int n;

    if (strcmp(c->evaluate.ensemble_weights, "auto") == 0)
        return 0;
    if (costs_weights(weight, &n, c->evaluate.ensemble_weights, &why) < 0)
        return err_set(err, ERR_USAGE, "evaluate.ensemble_weights: %.300s",
                       why.text);
    if (n != members)
        return err_set(err, ERR_USAGE,
                       "evaluate.ensemble_weights: %d numbers for %d members",
                       n, members);
    return 0;
}

int plan_ensembles_check(const struct config *c, struct err *err)
{
    if (plan_ensembles_count(c) == 0)
        return 0;
    if (plan_check_list("evaluate.ensembles", &c->evaluate.ensembles, methods,
                        err) < 0 ||
        check_members(c, err) < 0)
        return -1;
    return check_weights(c, err);
}
