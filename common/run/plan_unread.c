/* plan_unread.c - one row for each key that is read beside others alone */
#include "run/plan_unread.h"

#include <string.h>

static bool draws_no_test(const struct config *c)
{
    return (c->split.folds > 1 && !config_folds_validate(c)) ||
           (c->split.folds < 2 && c->split.method == SPLIT_BY_CSV);
}

/* A column of layout.csv may give none to validation: then it is drawn. */
static bool draws_no_validation(const struct config *c)
{
    return c->split.folds > 1 ||
           (c->split.method == SPLIT_BY_CSV && c->split.csv[0]);
}

static bool freezes_nothing(const struct config *c, const struct regime *r)
{
    const bool learns = strcmp(c->train.trainable, "all") == 0;

    return r && !(r->does & REGIME_CONTRASTS) &&
           (learns || !regime_starts(r, c));
}

static bool has_triplets(const struct config *c)
{
    return strncmp(config_word(c, "train", "contrastive_loss"), "triplet", 7) ==
           0;
}

static bool unread_beside(const struct config *c, const struct regime *r,
                          const char *key)
{
    /* A network of random weights learns as a whole. */
    const bool at_random = r && !regime_starts(r, c);
    /* The classifier behind the encoder is trained alone, and always has both
     * dropouts. */
    const bool contrasts = r && r->does & REGIME_CONTRASTS;
    /* The authors did not cut there either. */
    const bool cuts_nothing =
        r && !(r->does & REGIME_CUTS) && strcmp(c->train.cut, "none") == 0;
    const bool has_momentum = c->train.optimizer == OPTIMIZER_sgd ||
                              c->train.optimizer == OPTIMIZER_nesterov;
    const struct {
        const char *key;
        bool unread;
    } rows[] = {
        {"layout.columns", !c->layout.csv[0]},
        {"preprocess.field", c->preprocess.aspect != ASPECT_SCALE},
        {"split.test", draws_no_test(c)},
        {"split.validation", draws_no_validation(c)},
        {"train.trainable", at_random},
        {"train.cut", cuts_nothing},
        {"train.frozen_precision", freezes_nothing(c, r)},
        {"train.class_weights", c->train.costs[0]},
        {"train.temperature", has_triplets(c)},
        {"train.margin", !has_triplets(c)},
        {"train.dropout", contrasts},
        {"train.momentum", !has_momentum},
        {"train.weight_decay", c->train.optimizer != OPTIMIZER_adamw},
        {"train.teacher_weight", !c->train.teacher[0]},
        {"train.teacher_temperature", !c->train.teacher[0]},
        {"train.warmup_epochs", c->train.schedule != RATE_COSINE},
        {"train.plateau_patience", c->train.schedule != RATE_PLATEAU},
        {"train.plateau_factor", c->train.schedule != RATE_PLATEAU},
        {"train.min_learning_rate", c->train.schedule == RATE_CONSTANT},
        {"evaluate.miss_cost", c->evaluate.costs[0]},
        {"explain.f_fidelity_share", c->explain.f_fidelity == 0},
        {"explain.f_fidelity_draws", c->explain.f_fidelity == 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].key, key) == 0)
            return rows[i].unread;
    return false;
}

/* Keys of one method of explaining: "explain." and how they begin. */
static const struct {
    const char *begin, *method;
} of_method[] = {
    {"explain.gradcampp_", "gradcampp"},
    {"explain.scorecam_", "scorecam"},
    {"explain.lime_", "lime"},
    {"explain.intgrad_", "intgrad"},
    {"explain.smoothgrad_", "smoothgrad"},
    {"explain.finercam_", "finercam"},
    {"explain.rise_", "rise"},
};

static bool explains_by(const struct config *c, const char *method)
{
    for (int i = 0; i < c->explain.methods.n; i++)
        if (strcmp(c->explain.methods.word[i], method) == 0)
            return true;
    return false;
}

bool plan_unread(const struct config *c, const struct regime *r,
                 const char *key)
{
    for (size_t i = 0; i < sizeof(of_method) / sizeof(*of_method); i++)
        if (strncmp(of_method[i].begin, key, strlen(of_method[i].begin)) == 0)
            return !explains_by(c, of_method[i].method);
    return unread_beside(c, r, key);
}
