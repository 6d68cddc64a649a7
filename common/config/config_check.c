/* config_check.c - what no single key can tell */
#include "config/config_check.h"

#include "config/config_key.h"
#include "config/trained_layers.h"
#include "nn/loss_embed.h"
#include "nn/mixup.h"
#include "stats/costs.h"

#include <string.h>

/* Of tcp://ADDRESS:PORT both are there. */
static int check_endpoint(const struct config *c, struct err *err)
{
    const char *s = c->scheduler.endpoint, *colon = strrchr(s, ':');
    char cut[CONFIG_KEY_SNIPPET];

    if (strcmp(s, "ipc") == 0 || strcmp(s, "auto") == 0 ||
        (strncmp(s, "tcp://", 6) == 0 && colon > s + 6 && colon[1]))
        return 0;
    return err_set(err, ERR_USAGE,
                   "scheduler.endpoint: '%s' is neither auto, ipc nor "
                   "tcp://ADDRESS:PORT",
                   config_key_snippet(cut, s));
}

/* Numbers that a training weighs classes with; how many there must be is known
 * only when the classes are. */
static int check_costs(const struct config *c, struct err *err)
{
    const int k = costs_width(c->train.costs);
    double weight[STATS_CLASSES_MAX];
    struct costs costs;
    int n;

    if (c->train.costs[0] && (k < 2 || k > STATS_CLASSES_MAX))
        return err_set(err, ERR_USAGE, "train.costs: a row has %d numbers", k);
    if (c->train.costs[0] && c->train.label_smoothing > 0)
        return err_set(err, ERR_USAGE,
                       "train.costs: expected cost has no "
                       "train.label_smoothing");
    if (c->train.costs[0] && c->train.teacher[0])
        return err_set(err, ERR_USAGE,
                       "train.costs: expected cost has no train.teacher");
    if (c->train.costs[0] && costs_parse(&costs, k, c->train.costs, err) < 0)
        return -1;
    if (strcmp(c->train.class_weights, CONFIG_BALANCED) == 0 ||
        strcmp(c->train.class_weights, CONFIG_BALANCED_TEST) == 0)
        return 0;
    return costs_weights(weight, &n, c->train.class_weights, err);
}

static bool is_contrastive(const struct config *c)
{
    for (int i = 0; i < c->train.regimes.n; i++) {
        const struct regime *r = regime_listed(c, i);

        if (r && r->does & REGIME_CONTRASTS)
            return true;
    }
    return false;
}

/* What a batch must be able to hold. */
static int check_batch(const struct config *c, struct err *err)
{
    const long long batch = (long long)c->train.batch;

    if (c->train.batch < c->train.ranks)
        return err_set(
            err, ERR_USAGE,
            "train.batch: %lld images are fewer than train.ranks %lld", batch,
            (long long)c->train.ranks);
    if (batch < EMBED_LEAST_BATCH && is_contrastive(c))
        return err_set(err, ERR_USAGE,
                       "train.batch: %lld images hold no pairs of two "
                       "classes; regime contrastive needs %d",
                       batch, EMBED_LEAST_BATCH);
    if (batch < EMBED_LEAST_BATCH && c->train.sampler == SAMPLER_BALANCED)
        return err_set(err, ERR_USAGE,
                       "train.batch: %lld images hold no pairs of two "
                       "classes; train.sampler balanced needs %d",
                       batch, EMBED_LEAST_BATCH);
    return 0;
}

static int check_strict(const struct config *c, struct err *err)
{
    if (c->train.reproducible != REPRODUCIBLE_STRICT)
        return 0;
    if (c->train.ranks > STRICT_PARTS || STRICT_PARTS % c->train.ranks)
        return err_set(err, ERR_USAGE,
                       "train.ranks: train.reproducible strict has 1, 2 or %d, "
                       "not %lld",
                       STRICT_PARTS, (long long)c->train.ranks);
    if (c->train.batch < STRICT_PARTS)
        return err_set(
            err, ERR_USAGE,
            "train.batch: %lld images are fewer than the %d parts of "
            "train.reproducible strict",
            (long long)c->train.batch, STRICT_PARTS);
    return 0;
}

static int check_split(const struct config *c, struct err *err)
{
    if (c->split.method == SPLIT_BY_CSV && !config_split_csv(c)[0])
        return err_set(err, ERR_USAGE,
                       "split.csv: is needed with split.method csv");
    if (c->split.method == SPLIT_BY_FOLDERS && c->layout.csv[0])
        return err_set(err, ERR_USAGE,
                       "split.method: folders are not looked at with "
                       "layout.csv, whose column split is for method csv");
    if (c->split.folds == 2 && !config_folds_validate(c))
        return err_set(
            err, ERR_USAGE,
            "split.folds: of 2, one tests and the other validates; 3 "
            "or more are needed to train, or split.test 0");
    if (c->split.folds > 1 && c->split.method == SPLIT_BY_CSV &&
        !c->split.csv[0])
        return err_set(err, ERR_USAGE,
                       "split.folds: a column of layout.csv is one split, not "
                       "folds; split.csv names a table of file,fold");
    return 0;
}

/* A table says which pictures there are, and of what classes. */
static int check_layout(const struct config *c, struct err *err)
{
    const struct {
        const char *name, *value;
    } of_folders[] = {{"classes", c->layout.classes},
                      {"include", c->layout.include},
                      {"exclude", c->layout.exclude}};

    for (size_t i = 0; i < sizeof(of_folders) / sizeof(of_folders[0]); i++)
        if (c->layout.csv[0] && of_folders[i].value[0])
            return err_set(err, ERR_USAGE,
                           "layout.%s: is of folders, which are not looked at "
                           "with layout.csv; leave it empty, and list in the "
                           "table what is wanted",
                           of_folders[i].name);
    return 0;
}

/* Are there test cells to count, where classes are weighed by them? */
static int check_leak(const struct config *c, struct err *err)
{
    struct err unknown; /* which the plan refuses */

    for (int i = 0; i < c->train.regimes.n; i++) {
        const struct regime *r =
            regime_find(c->train.regimes.word[i], &unknown);

        if (r && regime_leaks(r, c) && config_folds_validate(c))
            return err_set(err, ERR_USAGE,
                           "train.class_weights: balanced_test counts test "
                           "cells, and with split.test 0 folds have none; use "
                           "balanced, which counts training cells");
    }
    return 0;
}

/* Of a schedule that lowers the rate called 'key'. */
static int check_least(const struct config *c, const char *key, double rate,
                       struct err *err)
{
    if (c->train.schedule == RATE_CONSTANT ||
        c->train.min_learning_rate <= rate)
        return 0;
    return err_set(err, ERR_USAGE,
                   "train.min_learning_rate: %g is above train.%s %g",
                   c->train.min_learning_rate, key, rate);
}

static int check_warmup(const struct config *c, const char *key, int64_t epochs,
                        struct err *err)
{
    if (c->train.warmup_epochs < epochs)
        return 0;
    return err_set(err, ERR_USAGE,
                   "train.warmup_epochs: %lld leave none of train.%s %lld",
                   (long long)c->train.warmup_epochs, key, (long long)epochs);
}

static int check_rate(const struct config *c, struct err *err)
{
    const bool encodes = is_contrastive(c);

    if (check_least(c, "learning_rate", c->train.learning_rate, err) < 0 ||
        (encodes &&
         check_least(c, "encoder_rate", c->train.encoder_rate, err) < 0))
        return -1;
    if (c->train.warmup_epochs > 0 && c->train.schedule != RATE_COSINE)
        return err_set(err, ERR_USAGE,
                       "train.warmup_epochs: needs train.schedule cosine");
    if (check_warmup(c, "epochs", c->train.epochs, err) < 0)
        return -1;
    return encodes
               ? check_warmup(c, "encoder_epochs", c->train.encoder_epochs, err)
               : 0;
}

/* train.mixup. */
static int check_mixup(const struct config *c, struct err *err)
{
    if (c->train.mixup > 0 && c->train.mixup < MIXUP_ALPHA_MIN)
        return err_set(err, ERR_USAGE,
                       "train.mixup: %g is neither 0 nor at least %g",
                       c->train.mixup, MIXUP_ALPHA_MIN);
    if (c->train.mixup > 0 && c->train.augment == AUGMENT_ONLINE)
        return err_set(err, ERR_USAGE,
                       "train.mixup: not with train.augment online, whose "
                       "variants are gone when they have been used");
    return 0;
}

static int check_jpeg(const struct config *c, struct err *err)
{
    if (c->preprocess.jpeg > 0 && c->train.augment == AUGMENT_ONLINE)
        return err_set(err, ERR_USAGE,
                       "preprocess.jpeg: %lld is for stored variants; with "
                       "train.augment online set it to 0",
                       (long long)c->preprocess.jpeg);
    return 0;
}

/* Is there an average of the last epochs where it is asked for, and are there
 * such epochs? */
static int check_average(const struct config *c, struct err *err)
{
    const int64_t n = c->train.average_epochs, all = c->train.epochs;
    const int64_t patience = c->train.stop_patience;

    if (n == 0 && c->evaluate.model == MODEL_AVERAGE)
        return err_set(
            err, ERR_USAGE,
            "evaluate.model: average needs train.average_epochs, the "
            "number of last epochs whose weights are averaged");
    if (n > all)
        return err_set(err, ERR_USAGE,
                       "train.average_epochs: %lld are more than train.epochs "
                       "%lld",
                       (long long)n, (long long)all);
    if (n > 0 && patience > 0 && patience < all - n)
        return err_set(
            err, ERR_USAGE,
            "train.average_epochs: the last %lld of %lld epochs are "
            "averaged, and train.stop_patience %lld may end training "
            "before; make it 0 (never) or at least %lld",
            (long long)n, (long long)all, (long long)patience,
            (long long)(all - n));
    return 0;
}

static int check_words(const struct config *c, struct err *err)
{
    struct err why;
    int64_t cells;
    int bits;

    if (check_costs(c, &why) < 0)
        return err_set(err, ERR_USAGE,
                       "train.costs, train.class_weights: %.250s", why.text);
    if (config_bits(c->preprocess.bits, &bits, &why) < 0)
        return err_set(err, ERR_USAGE, "preprocess.bits: %.250s", why.text);
    if (trained_layers_check(c, err) < 0)
        return -1;
    if (config_cells(c->explain.cells, &cells, &why) < 0)
        return err_set(err, ERR_USAGE, "explain.cells: %.250s", why.text);
    if (!c->run.dir[0])
        return err_set(err, ERR_USAGE, "run.dir: is empty");
    return 0;
}

int config_check(const struct config *c, const char *where, struct err *err)
{
    static int (*const check[])(const struct config *, struct err *) = {
        check_words, check_layout, check_split,   check_leak,
        check_rate,  check_mixup,  check_jpeg,    check_average,
        check_batch, check_strict, check_endpoint};
    struct err why;

    for (size_t i = 0; i < sizeof(check) / sizeof(check[0]); i++)
        if (check[i](c, &why) < 0)
            return err_set(err, why.code, "%.200s: %.300s", where, why.text);
    return 0;
}
