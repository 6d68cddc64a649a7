/* regime.c - one row each */
#include "config/regime.h"

#include <stdio.h>
#include <string.h>

static const struct regime regimes[] = {
    {.name = "scratch"},
    {.name = "finetune", .does = REGIME_CUTS, .pretrained = true},
    {.name = "cost_sensitive",
     .does = REGIME_CUTS | REGIME_WEIGHS,
     .pretrained = true,
     .after = "finetune"},
    {.name = "contrastive", .does = REGIME_CUTS | REGIME_CONTRASTS},
};

/* Keys of some regimes alone: others do not run again when they change. */
static const struct {
    const char *key;
    enum regime_does does;
} own[] = {
    {"train.class_weights", REGIME_WEIGHS},
    {"train.costs", REGIME_WEIGHS},
    {"train.contrastive_loss", REGIME_CONTRASTS},
    {"train.encoder", REGIME_CONTRASTS},
    {"train.projection", REGIME_CONTRASTS},
    {"train.temperature", REGIME_CONTRASTS},
    {"train.margin", REGIME_CONTRASTS},
    {"train.encoder_epochs", REGIME_CONTRASTS},
    {"train.encoder_rate", REGIME_CONTRASTS},
};

enum {
    N_REGIME = sizeof(regimes) / sizeof(regimes[0]),
    N_OWN = sizeof(own) / sizeof(own[0]),
};

const struct regime *regime_at(size_t i)
{
    return i < N_REGIME ? &regimes[i] : NULL;
}

const struct regime *regime_find(const char *name, struct err *err)
{
    char all[256] = "";

    for (size_t i = 0; i < N_REGIME; i++) {
        const size_t at = strlen(all);

        if (strcmp(regimes[i].name, name) == 0)
            return &regimes[i];
        snprintf(all + at, sizeof(all) - at, "%s%s", i ? ", " : "",
                 regimes[i].name);
    }
    err_set(err, ERR_USAGE,
            "unknown regime '%.64s' in train.regimes; there is: %s", name, all);
    return NULL;
}

const struct regime *regime_listed(const struct config *c, int i)
{
    struct err unknown;

    return regime_find(c->train.regimes.word[i], &unknown);
}

bool regime_pretrained(const struct regime *r, const struct config *c)
{
    return r->pretrained ||
           (r->does & REGIME_CONTRASTS && c->train.encoder == ENCODER_WEIGHTS);
}

enum net_head regime_head(const struct regime *r, const struct config *c)
{
    if (r->does & REGIME_CONTRASTS)
        return HEAD_CLASSIFIER;
    return c->train.dropout == DROPOUT_ALL ? HEAD_DROPOUT : HEAD_PAPER;
}

bool regime_leaks(const struct regime *r, const struct config *c)
{
    return r->does & REGIME_WEIGHS && !c->train.costs[0] &&
           strcmp(c->train.class_weights, CONFIG_BALANCED_TEST) == 0;
}

bool regime_starts(const struct regime *r, const struct config *c)
{
    return r->after || regime_pretrained(r, c);
}

bool regime_heeds(const struct regime *r, const char *key)
{
    for (size_t i = 0; i < N_OWN; i++)
        if (strcmp(own[i].key, key) == 0)
            return r->does & own[i].does;
    return true;
}
