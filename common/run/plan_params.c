/* plan_params.c - sections of the configuration, and what they only name */
#include "run/plan_params.h"

#include "config/config_key.h"
#include "run/plan_unread.h"

#include <stdio.h>
#include <string.h>

void plan_add_param(json_t *params, const char *name, const char *value)
{
    json_object_set_new(params, name, json_string(value));
}

static void add_fused(const struct config *c, const struct plan_ensemble *e,
                      json_t *params)
{
    char all[CONFIG_LIST_MAX * PLAN_NAME_MAX];

    plan_ensembles_list(e, all, sizeof(all));
    plan_add_param(params, "evaluate.ensemble_members", all);
    if (strcmp(e->method, "weighted_vote") == 0)
        plan_add_param(params, "evaluate.ensemble_weights",
                       c->evaluate.ensemble_weights);
}

/* Parameters of a training: not those of other regimes. */
struct own_params {
    const struct config *config;
    const struct regime *regime;
    bool stored; /* variants are: how fresh ones are made does not matter */
    bool before; /* keys that are not read count as any other */
    json_t *params;
};

/* The row of key "section.name". */
static const struct config_key *find_key(const char *full)
{
    char section[CONFIG_NAME_MAX];
    const struct config_key *key;
    const int n = (int)strcspn(full, ".");

    snprintf(section, sizeof(section), "%.*s", n, full);
    key = config_key_find(&config_key_run, section, full + n + 1);
    BUG_ON(!key);
    return key;
}

static void add_own(void *self, const char *name, const char *value)
{
    const struct own_params *o = self;

    if (o->stored && strncmp(name, "train.augment_", 14) == 0)
        return;
    if (o->regime && !regime_heeds(o->regime, name))
        return;
    if (!o->before && plan_unread(o->config, o->regime, name)) {
        const struct config_key *key = find_key(name);

        value = key->initial;
        if (key->before && strcmp(key->before, value) == 0)
            return; /* as if the key were not there */
    }
    plan_add_param(o->params, name, value);
}

static void add_data(const struct plan *p, json_t *params)
{
    if (p->dataset[0])
        plan_add_param(params, "dataset", p->dataset);
    if (p->csv[0])
        plan_add_param(params, "split.csv", p->csv);
    if (p->table[0])
        plan_add_param(params, "layout.csv", p->table);
}

/* What the report says of the data. */
static void add_said(const struct config *c, json_t *params)
{
    plan_add_param(params, "dataset.name", c->dataset.name);
    plan_add_param(params, "dataset.source", c->dataset.source);
    plan_add_param(params, "dataset.licence", c->dataset.licence);
    plan_add_param(params, "dataset.note", c->dataset.note);
}

static void add_experiment(const struct plan_experiment *e, json_t *params)
{
    char number[32];

    plan_add_param(params, "network", e->network);
    plan_add_param(params, "regime", e->regime->name);
    snprintf(number, sizeof(number), "%lld", (long long)e->seed);
    plan_add_param(params, "seed", number);
    snprintf(number, sizeof(number), "%d", e->fold);
    if (e->folds > 1)
        plan_add_param(params, "fold", number);
}

/* Has the classifier of 'e' batch normalisation of a momentum that is given? */
static bool sets_head_momentum(const struct config *c,
                               const struct plan_experiment *e)
{
    struct err unknown;
    const struct net *net =
        e && e->regime ? net_find(e->network, &unknown) : NULL;

    return net && net->dropout_head && c->train.bn_momentum > 0 &&
           regime_head(e->regime, c) != HEAD_CLASSIFIER;
}

/*
 * A change of a stage that concerns some configurations only is no new version
 * of it, which would make all others' outputs anew, but a parameter of these.
 */
static void add_revisions(const struct plan *p, const struct config *c,
                          enum stage_id stage, const struct plan_experiment *e,
                          json_t *params)
{
    const bool fresh = c->train.augment != AUGMENT_STORED;
    const bool balanced = c->train.sampler == SAMPLER_BALANCED;
    const struct {
        enum stage_id stage;
        bool concerns;
        const char *name, *value;
    } rows[] = {
        {STAGE_PREPROCESS, c->split.folds > 1, "findings",
         "of all folds, by class"},
        {STAGE_PREPROCESS, c->layout.csv[0], "groups", "of any classes"},
        {STAGE_TRAIN, fresh && balanced, "variants", "others each time"},
        {STAGE_TRAIN, fresh && p->fresh_recipe.turns, "turns",
         "go on from epoch to epoch"},
        {STAGE_TRAIN, balanced && c->train.mixup > 0, "mixtures",
         "others each time"},
        {STAGE_TRAIN, c->train.ema > 0, "moving average",
         "corrected, with statistics"},
        {STAGE_TRAIN, sets_head_momentum(c, e), "batch norm of the head",
         "train.bn_momentum"},
        {STAGE_EXPLAIN, c->explain.precision == PRECISION_BF16, "predictions",
         "in float32"},
        {STAGE_EXPLAIN,
         c->preprocess.size == 32 && e && strcmp(e->network, "resnet50") == 0,
         "layer", "of more than a point"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].stage == stage && rows[i].concerns)
            plan_add_param(params, rows[i].name, rows[i].value);
}

json_t *plan_params(const struct plan *p, const struct config *c,
                    const struct stage_row *stage,
                    const struct plan_experiment *e, bool before)
{
    json_t *params = json_object();
    struct own_params o = {.config = c,
                           .regime = e ? e->regime : NULL,
                           .stored = c->train.augment == AUGMENT_STORED,
                           .before = before,
                           .params = params};

    for (const char *const *name = stage->sections; *name; name++)
        config_each(c, *name, add_own, &o);
    if (stage->id == STAGE_PREPROCESS)
        add_data(p, params);
    if (stage->id == STAGE_AUGMENT)
        plan_add_param(params, "augment.recipe", p->recipe.id);
    if (stage->id == STAGE_TRAIN && !o.stored)
        plan_add_param(params, "train.augment_recipe", p->fresh_recipe.id);
    if (stage->id == STAGE_TRAIN && p->teacher[0])
        plan_add_param(params, "train.teacher", p->teacher);
    if (stage->id == STAGE_EXPLAIN && !before) /* which model it looks into */
        plan_add_param(params, "evaluate.model",
                       config_hashed_word(c, "evaluate", "model"));
    if (stage->id == STAGE_REPORT)
        add_said(c, params);
    add_revisions(p, c, stage->id, e, params);
    if (stage->id == STAGE_WEIGHTS)
        plan_add_param(params, "weights", plan_weights(p, e->network));
    if (e && e->regime)
        add_experiment(e, params);
    if (e && e->fused)
        add_fused(c, e->fused, params);
    return params;
}
