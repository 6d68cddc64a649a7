/* test_train_class_weights.c - what mistakes count, as the configuration says */
#include "config/regime.h"
#include "stages/train/class_weights.h"
#include "tap.h"

enum { K = 3, N = 8 };

static struct sample sample[N];
static char name[K][CONFIG_NAME_MAX] = {"a", "b", "c"};

/* Five of a, two of b, one of c. */
static struct trainset make_set(void)
{
    for (int i = 0; i < N; i++)
        sample[i].label = i < 5 ? 0 : i < 7 ? 1 : 2;
    return (struct trainset){
        .train = sample, .n_train = N, .n_class = K, .class_name = name};
}

static int read_text(struct class_weights *w, const char *weights,
                     const char *costs, const struct trainset *set,
                     struct err *err)
{
    static struct config c;

    config_init(&c);
    snprintf(c.train.class_weights, sizeof(c.train.class_weights), "%s",
             weights);
    snprintf(c.train.costs, sizeof(c.train.costs), "%s", costs);
    return class_weights_read(w, &c, set, err);
}

static void check_weights(void)
{
    static struct class_weights w;
    struct trainset set = make_set();
    struct err err = {0};

    class_weights_init(&w);
    ok(w.loss == loss_cross_entropy && !w.weight && !w.cost,
       "without a setting the loss is plain cross-entropy");
    ok(read_text(&w, "balanced", "", &set, &err) == 0 && w.weight,
       "balanced class weights");
    near(w.weight[0], 8.0 / (3 * 5), 1e-12,
         "balanced weight of a class: n / (k n_c)");
    near(w.weight[2], 8.0 / 3, 1e-12, "balanced weight of a rare class");
    ok(read_text(&w, "1, 0 2.5", "", &set, &err) == 0 && !w.cost,
       "class weights that are given");
    near(w.weight[2], 2.5, 0, "  are taken as they are");
    fails(read_text(&w, "1, 2", "", &set, &err), err, ERR_USAGE,
          "train.class_weights: 2 numbers, there are 3 classes",
          "too few class weights are refused");
    fails(read_text(&w, "1, 2, 3, 4", "", &set, &err), err, ERR_USAGE,
          "train.class_weights: 4 numbers, there are 3 classes",
          "too many class weights are refused");
    fails(read_text(&w, "1, -2, 1", "", &set, &err), err, ERR_USAGE,
          "-2 is out of range", "a negative class weight is refused");
    fails(read_text(&w, "0 0 0", "", &set, &err), err, ERR_USAGE, "all are 0",
          "class weights of 0 are refused");
    fails(read_text(&w, "1, x", "", &set, &err), err, ERR_USAGE,
          "'x' is not a number", "a class weight that is a word is refused");
    set.n_train = 7;
    fails(read_text(&w, "balanced", "", &set, &err), err, ERR_INPUT,
          "class 'c' has no training image",
          "a class without cells cannot be balanced");
}

/* Of the split that the paper's counts make: 812 cells test. */
static void check_printed(void)
{
    static const size_t test[] = {163, 165, 159, 158, 167};
    static const double printed[] = {0.996319018404908, 0.9842424242424243,
                                     1.0213836477987421, 1.0278481012658227,
                                     0.9724550898203593};
    static char five[][CONFIG_NAME_MAX] = {"D", "K", "M", "P", "S"};
    static struct config c;
    static struct class_weights w;
    const struct config_set paper = {"run.profile=paper"};
    struct trainset set = {.n_class = 5, .class_name = five};
    struct err err = {0};

    memcpy(set.n_test, test, sizeof(test));
    ok(read_text(&w, "balanced_test", "", &set, &err) == 0 && w.weight,
       "class weights balanced by test cells");
    for (int i = 0; i < 5; i++)
        near(w.weight[i], printed[i], 1e-15, "  are those that are printed");
    ok(config_read(&c, NULL, &paper, 1, &err) == 0 &&
           class_weights_read(&w, &c, &set, &err) == 0,
       "profile paper has them as numbers");
    for (int i = 0; i < 5; i++)
        near(w.weight[i], printed[i], 0, "  to the last digit");
    set.n_test[2] = 0;
    fails(read_text(&w, "balanced_test", "", &set, &err), err, ERR_INPUT,
          "class 'M' has no test image",
          "a class without test cells cannot be balanced by them");
}

/* Who looks at labels of test cells. */
static void check_leak(void)
{
    static struct config c;
    const struct config_set notebook[] = {{"run.profile=notebook"},
                                          {"train.costs=0 1; 2 0"}};
    struct err err = {0};
    const struct regime *weighs = regime_find("cost_sensitive", &err);
    const struct regime *plain = regime_find("finetune", &err);

    config_init(&c);
    ok(!regime_leaks(weighs, &c), "balanced does not leak");
    BUG_ON(config_read(&c, NULL, notebook, 1, &err) < 0);
    ok(regime_leaks(weighs, &c) && !regime_leaks(plain, &c),
       "balanced_test does, where classes are weighed");
    BUG_ON(config_read(&c, NULL, notebook, 2, &err) < 0);
    ok(!regime_leaks(weighs, &c), "  and unless mistakes are priced");
}

static void check_costs(void)
{
    static struct class_weights w;
    const struct trainset set = make_set();
    struct err err = {0};

    ok(read_text(&w, "balanced", "0 1 2; 3 0 4; 5 6 0", &set, &err) == 0 &&
           w.loss == loss_expected_cost && !w.weight,
       "a matrix makes the loss expected cost");
    near(w.cost[1 * K + 2], 4, 0, "train.costs: of calling class 1 a 2");
    near(w.cost[2 * K + 1], 6, 0, "train.costs: of calling class 2 a 1");
    fails(read_text(&w, "balanced", "0 1; 1 0", &set, &err), err, ERR_USAGE,
          "train.costs: costs: row 1 has 2 numbers",
          "train.costs: a matrix too small is refused");
    fails(read_text(&w, "balanced", "0 1 2; 3 0 4; 5 -6 0", &set, &err), err,
          ERR_USAGE, "-6 is out of range",
          "train.costs: a negative cost is refused");
}

static void check_configuration(void)
{
    static struct config c;
    const struct config_set bad[] = {{"train.class_weights=1, -2"},
                                     {"train.costs=0 1; 1"},
                                     {"train.costs=0"}};
    const struct config_set good = {"train.costs=0 1 1; 2 0 2; 1 1 0"};
    struct err err = {0};

    fails(config_read(&c, NULL, &bad[0], 1, &err), err, ERR_USAGE,
          "-2 is out of range",
          "configuration: a negative class weight is refused");
    fails(config_read(&c, NULL, &bad[1], 1, &err), err, ERR_USAGE,
          "row 2 has 1 numbers",
          "configuration: costs that are not square are refused");
    fails(config_read(&c, NULL, &bad[2], 1, &err), err, ERR_USAGE,
          "a row has 1 numbers",
          "configuration: costs of a single class are refused");
    ok(config_read(&c, NULL, &good, 1, &err) == 0,
       "configuration: a good matrix of costs is read");
    fails(
        config_read(&c, NULL,
                    (struct config_set[]){good, {"train.label_smoothing=0.1"}},
                    2, &err),
        err, ERR_USAGE, "expected cost has no",
        "configuration: costs with label smoothing are refused");
}

/* A profile is a set of defaults: what is said counts, in any order. */
static void check_profiles(void)
{
    static struct config c, again;
    const struct config_set set[] = {{"evaluate.model=best"},
                                     {"run.profile=notebook"}};
    const struct config_set paper = {"run.profile=paper"};
    struct err err = {0};

    ok(config_read(&c, NULL, NULL, 0, &err) == 0 &&
           c.train.input == INPUT_AUTO && c.split.method == SPLIT_BY_GROUP &&
           c.preprocess.jpeg == 0 && c.train.dropout == DROPOUT_NOTEBOOK &&
           c.split.near_duplicates == NEAR_TOGETHER,
       "corrected is the default");
    ok(config_read(&c, NULL, set, 2, &err) == 0 && c.train.input == INPUT_RAW &&
           c.augment.variants == 6 && c.split.method == SPLIT_BY_RANDOM &&
           strcmp(c.augment.recipe, "notebook") == 0 &&
           c.preprocess.jpeg == 95 &&
           strcmp(c.train.class_weights, "balanced_test") == 0 &&
           c.explain.scorecam_variant == SCORECAM_TFKV &&
           c.explain.gradcampp_variant == CAMPP_TFKV &&
           c.split.near_duplicates == NEAR_SEPARATE,
       "the notebooks' defaults");
    ok(c.evaluate.model == MODEL_BEST_ACCURACY,
       "what is said comes before them");
    fails(config_read(&again, NULL,
                      (struct config_set[]){{"run.profile=notebook"},
                                            {"train.augment=online"}},
                      2, &err),
          err, ERR_USAGE, "preprocess.jpeg: 95 is for stored variants",
          "fresh variants are not encoded");
    ok(config_read(&again, NULL, &paper, 1, &err) == 0 &&
           again.preprocess.aspect == ASPECT_KEEP &&
           again.train.schedule == RATE_CONSTANT &&
           again.train.input == INPUT_AUTO &&
           strcmp(again.augment.recipe, "paper") == 0 &&
           again.augment.variants == 6 && again.train.dropout == DROPOUT_ALL &&
           again.train.epochs == 50 && again.train.stop_patience == 0 &&
           again.preprocess.size == 110 &&
           again.preprocess.resize == RESIZE_NEAREST &&
           again.preprocess.jpeg == 0 &&
           again.split.near_duplicates == NEAR_SEPARATE,
       "profile paper has the paper's defaults");
}

int main(void)
{
    check_profiles();
    check_weights();
    check_printed();
    check_leak();
    check_costs();
    check_configuration();
    return tap_done();
}
