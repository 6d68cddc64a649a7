/* plan_ensembles.c - from lists of words to ensembles and their members */
#include "run/plan_ensembles.h"

#include "base/spell.h"
#include "config/variants.h"
#include "run/plan_check.h"
#include "stats/costs.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const methods[] = {
#define ENSEMBLE(name, decide, probabilities) #name,
#include "config/ensembles.def"
#undef ENSEMBLE
    NULL};

/* What stands for the regime of members that are listed. */
static const struct regime listed = {.name = "members"};

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
           (is_auto(c)
                ? c->train.regimes.n * variants_count(c) * c->train.seeds.n
                : 1);
}

int plan_ensembles_count(const struct config *c)
{
    return count_each(c) * (int)c->split.folds;
}

/* How many experiments there are, without folds. */
static int count_experiments(const struct config *c)
{
    return c->train.networks.n * c->train.regimes.n * variants_count(c) *
           c->train.seeds.n;
}

/* Number i of them, in the order of the plan. */
static void name_experiment(char out[PLAN_NAME_MAX], const struct config *c,
                            int i)
{
    const int seeds = c->train.seeds.n, regimes = c->train.regimes.n;
    const int variants = variants_count(c);
    const struct experiment_name e = experiment_name_of(
        c->train.networks.word[i / seeds / variants / regimes],
        c->train.regimes.word[i / seeds / variants % regimes],
        variants_name(c, i / seeds % variants),
        c->train.seeds.value[i % seeds]);

    experiment_name_make(out, &e);
}

static bool is_member(const struct plan_ensemble *e, const char *name)
{
    for (int m = 0; m < e->n_member; m++)
        if (strcmp(e->member[m], name) == 0)
            return true;
    return false;
}

/* Add those that match, as far as there is room; returns how many match. */
static int add_matching(const struct config *c, const char *pattern,
                        struct plan_ensemble *e, bool *full)
{
    int n = 0;

    for (int i = 0; i < count_experiments(c); i++) {
        char name[PLAN_NAME_MAX];

        name_experiment(name, c, i);
        if (fnmatch(pattern, name, 0) != 0)
            continue;
        n++;
        if (is_member(e, name))
            continue;
        if (e->n_member == CONFIG_LIST_MAX)
            *full = true;
        else
            memcpy(e->member[e->n_member++], name, sizeof(name));
    }
    return n;
}

/* The experiments that are listed. */
static void take_listed(const struct config *c, int i, struct plan_ensemble *e)
{
    const struct word_list *members = &c->evaluate.ensemble_members;
    bool full = false;

    *e = (struct plan_ensemble){.method = c->evaluate.ensembles.word[i],
                                .regime = &listed,
                                .variant = "",
                                .seed = c->run.seed};
    for (int m = 0; m < members->n; m++)
        add_matching(c, members->word[m], e, &full);
}

/* The networks of a regime, variant and seed. */
static void take_networks(const struct config *c, int i,
                          struct plan_ensemble *e)
{
    const int seeds = c->train.seeds.n, regimes = c->train.regimes.n;
    const int variants = variants_count(c), each = seeds * variants * regimes;

    *e = (struct plan_ensemble){
        .method = c->evaluate.ensembles.word[i / each],
        .regime = regime_listed(c, i / seeds / variants % regimes),
        .variant = variants_name(c, i / seeds % variants),
        .seed = c->train.seeds.value[i % seeds],
        .n_member = c->train.networks.n};
    BUG_ON(!e->regime);
    for (int m = 0; m < e->n_member; m++)
        name_experiment(e->member[m], c, m * each + i % each);
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
    for (int m = 0; m < e->n_member && folds > 1; m++) {
        char name[PLAN_NAME_MAX];

        memcpy(name, e->member[m], sizeof(name));
        experiment_name_in_fold(e->member[m], name, e->fold);
    }
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

/* A pattern that matches nothing, or a name that is none. */
static int refuse_member(const struct config *c, const char *word,
                         struct err *err)
{
    const int n = count_experiments(c);
    char(*name)[PLAN_NAME_MAX] = malloc((size_t)n * sizeof(*name));
    const char **known = malloc((size_t)n * sizeof(*known)), *meant = NULL;

    for (int i = 0; name && known && i < n; i++) {
        name_experiment(name[i], c, i);
        known[i] = name[i];
    }
    if (name && known)
        meant = spell_nearest(word, known, (size_t)n);
    err_set(err, ERR_USAGE,
            "evaluate.ensemble_members: '%s' %s of train.networks, .regimes"
            "%s.seeds%s%.100s%s",
            word,
            strpbrk(word, "*?") ? "matches no experiment" : "is no experiment",
            c->train.variants.n > 0 ? ", .variants and " : " and ",
            meant ? "; did you mean " : "", meant ? meant : "",
            meant ? "?" : "");
    free(name);
    free(known);
    return -1;
}

/* Names and patterns, each of which must match. */
static int check_listed(const struct config *c, struct err *err)
{
    const struct word_list *l = &c->evaluate.ensemble_members;
    struct plan_ensemble all = {.n_member = 0};
    bool full = false;

    for (int i = 0; i < l->n; i++)
        if (add_matching(c, l->word[i], &all, &full) == 0)
            return refuse_member(c, l->word[i], err);
    if (full)
        return err_set(err, ERR_USAGE,
                       "evaluate.ensemble_members: more than %d experiments",
                       CONFIG_LIST_MAX);
    if (all.n_member < 2)
        return err_set(err, ERR_USAGE,
                       "evaluate.ensemble_members: one experiment is no "
                       "ensemble");
    return 0;
}

static int check_members(const struct config *c, struct err *err)
{
    if (is_auto(c) && c->train.networks.n < 2)
        return err_set(err, ERR_USAGE,
                       "evaluate.ensembles: of one network; name two "
                       "experiments or more in evaluate.ensemble_members");
    return is_auto(c) ? 0 : check_listed(c, err);
}

static int check_weights(const struct config *c, struct err *err)
{
    struct plan_ensemble first;
    double weight[STATS_CLASSES_MAX];
    struct err why;
    int n;

    if (strcmp(c->evaluate.ensemble_weights, "auto") == 0)
        return 0;
    if (costs_weights(weight, &n, c->evaluate.ensemble_weights, &why) < 0)
        return err_set(err, ERR_USAGE, "evaluate.ensemble_weights: %.300s",
                       why.text);
    plan_ensembles_at(c, 0, &first);
    if (n != first.n_member)
        return err_set(err, ERR_USAGE,
                       "evaluate.ensemble_weights: %d numbers for %d members",
                       n, first.n_member);
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
