/* plan_unread.c - one row for each key that is read beside others alone */
#include "run/plan_unread.h"

#include <string.h>

static bool draws_no_test(const struct config *c, const struct regime *r)
{
    (void)r;
    return (c->split.folds > 1 && !config_folds_validate(c)) ||
           (c->split.folds < 2 && c->split.method == SPLIT_BY_CSV);
}

/* A column of layout.csv may give none to validation: then it is drawn. */
static bool draws_no_validation(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->split.folds > 1 ||
           (c->split.method == SPLIT_BY_CSV && c->split.csv[0]);
}

static bool has_no_table(const struct config *c, const struct regime *r)
{
    (void)r;
    return !c->layout.csv[0];
}

static bool has_no_scale(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->preprocess.aspect != ASPECT_SCALE;
}

/* While the head is trained alone, the whole trunk is frozen. */
static bool freezes_nothing(const struct config *c, const struct regime *r)
{
    const bool learns =
        strcmp(c->train.trainable, "all") == 0 && c->train.probe_epochs == 0;

    return r && !(r->does & REGIME_CONTRASTS) &&
           (learns || !regime_starts(r, c));
}

/* The authors did not cut there either. */
static bool cuts_nothing(const struct config *c, const struct regime *r)
{
    return r && !(r->does & REGIME_CUTS) && strcmp(c->train.cut, "none") == 0;
}

/* A network of random weights learns as a whole. */
static bool begins_at_random(const struct config *c, const struct regime *r)
{
    return r && !regime_starts(r, c);
}

/* The classifier of contrastive is trained alone anyway. */
static bool has_no_probe(const struct config *c, const struct regime *r)
{
    return begins_at_random(c, r) || (r && r->does & REGIME_CONTRASTS);
}

static bool prices_mistakes(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->train.costs[0];
}

/* A classifier behind a frozen encoder always has both. */
static bool has_own_dropout(const struct config *c, const struct regime *r)
{
    (void)c;
    return r && r->does & REGIME_CONTRASTS;
}

static bool has_no_momentum(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->train.optimizer != OPTIMIZER_sgd &&
           c->train.optimizer != OPTIMIZER_nesterov;
}

static bool has_no_decay(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->train.optimizer != OPTIMIZER_adamw;
}

static bool is_no_cosine(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->train.schedule != RATE_COSINE;
}

static bool is_no_plateau(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->train.schedule != RATE_PLATEAU;
}

static bool is_constant(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->train.schedule == RATE_CONSTANT;
}

static bool has_triplets(const struct config *c, const struct regime *r)
{
    (void)r;
    return strncmp(config_word(c, "train", "contrastive_loss"), "triplet", 7) ==
           0;
}

static bool has_no_triplets(const struct config *c, const struct regime *r)
{
    return !has_triplets(c, r);
}

static bool has_cost_matrix(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->evaluate.costs[0];
}

static bool has_no_teacher(const struct config *c, const struct regime *r)
{
    (void)r;
    return !c->train.teacher[0];
}

static bool tunes_nothing(const struct config *c, const struct regime *r)
{
    (void)r;
    return c->explain.f_fidelity == 0;
}

static const struct {
    const char *key;
    bool (*unread)(const struct config *c, const struct regime *r);
} beside_others[] = {
    {"layout.columns", has_no_table},
    {"preprocess.field", has_no_scale},
    {"split.test", draws_no_test},
    {"split.validation", draws_no_validation},
    {"train.trainable", begins_at_random},
    {"train.cut", cuts_nothing},
    {"train.batch_norm", begins_at_random},
    {"train.probe_epochs", has_no_probe},
    {"train.frozen_precision", freezes_nothing},
    {"train.class_weights", prices_mistakes},
    {"train.temperature", has_triplets},
    {"train.margin", has_no_triplets},
    {"train.dropout", has_own_dropout},
    {"train.momentum", has_no_momentum},
    {"train.weight_decay", has_no_decay},
    {"train.teacher_weight", has_no_teacher},
    {"train.teacher_temperature", has_no_teacher},
    {"train.warmup_epochs", is_no_cosine},
    {"train.plateau_patience", is_no_plateau},
    {"train.plateau_factor", is_no_plateau},
    {"train.min_learning_rate", is_constant},
    {"evaluate.miss_cost", has_cost_matrix},
    {"explain.f_fidelity_share", tunes_nothing},
    {"explain.f_fidelity_draws", tunes_nothing},
};

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
    for (size_t i = 0; i < sizeof(beside_others) / sizeof(*beside_others); i++)
        if (strcmp(beside_others[i].key, key) == 0)
            return beside_others[i].unread(c, r);
    for (size_t i = 0; i < sizeof(of_method) / sizeof(*of_method); i++)
        if (strncmp(of_method[i].begin, key, strlen(of_method[i].begin)) == 0)
            return !explains_by(c, of_method[i].method);
    return false;
}
