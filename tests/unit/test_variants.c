/* test_variants.c - variants of a training: read, written, named and planned */
#include "config/variants.h"
#include "plan_run.h"
#include "run/plan_ensembles.h"

/* 'yaml' over the defaults; NULL in err->text if it is taken. */
static int read_yaml(struct config *c, const char *yaml, struct err *err)
{
    *err = (struct err){0};
    config_init(c);
    return config_take_text(c, "x.yaml", yaml, strlen(yaml), err);
}

/* The file 'yaml' with one setting, or NULL. */
static int read_whole(struct config *c, const char *yaml, const char *set,
                      struct err *err)
{
    const struct config_set one = {set};

    *err = (struct err){0};
    if (file_write(path_at("v.yaml"), yaml, strlen(yaml), err) < 0)
        return -1;
    return config_read(c, path_at("v.yaml"), &one, set != NULL, err);
}

static const char two[] = "train:\n  epochs: 7\n  variants:\n    plain: {}\n"
                          "    wide: {learning_rate: 0.0003, mixup: 0.2}\n";

/* --- reading -------------------------------------------------------------- */

static const struct {
    const char *yaml, *text;
} bad[] = {
    {"train:\n  variants:\n    a: {mixup: x}\n",
     "x.yaml:3: train.variants.a: train.mixup: 'x' is not a number"},
    {"train:\n  variants:\n    a: {epochs: 0}\n",
     "x.yaml:3: train.variants.a: train.epochs: 0 is out of range 1..10000"},
    {"train:\n  variants:\n    a:\n      mixupp: 1\n",
     "x.yaml:4: train.variants.a.mixupp: no such key; did you mean "
     "train.mixup?"},
    {"train: {variants: {a: {model: best}}}\n",
     "x.yaml:1: train.variants.a.model: no such key"},
    {"train: {variants: {a: {seeds: [1]}}}\n",
     "train.variants.a: train.seeds: is an axis of the experiments itself"},
    {"train: {variants: {a: {networks: [vgg16]}}}\n",
     "train.networks: is an axis of the experiments itself"},
    {"train: {variants: {a: {regimes: [finetune]}}}\n",
     "train.regimes: is an axis of the experiments itself"},
    {"train: {variants: {a: {variants: {}}}}\n",
     "train.variants: is an axis of the experiments itself"},
    {"train: {variants: {a: {ranks: 2}}}\n",
     "train.variants.a: train.ranks: decides no result"},
    {"train: {variants: {a: {mixup: 1, mixup: 2}}}\n", "train.mixup: given "
                                                       "twice"},
    {"train: {variants: {a: {}, a: {}}}\n", "train.variants: 'a' is given "
                                            "twice"},
    {"train: {variants: {a.b: {}}}\n", "train.variants: 'a.b' is not a name"},
    {"train: {variants: {-a: {}}}\n", "train.variants: '-a' is not a name"},
    {"train: {variants: {a-: {}}}\n",
     "train.variants: 'a-' is not a name of at most 31 letters, digits, '-' "
     "and '_'; '-' stands neither first nor last"},
    {"train: {variants: {\"\": {}}}\n", "train.variants: '' is not a name"},
    {"train: {variants: {a2345678901234567890123456789012: {}}}\n",
     "is not a name of at most 31"},
    {"train: {variants: [a]}\n", "train.variants: takes names, each with"},
    {"train: {variants: x}\n", "train.variants: takes names, each with"},
    {"train: {variants: {a: 3}}\n", "train.variants.a: a set of keys"},
    {"train: {variants: {a: {epochs: [1]}}}\n", "train.epochs: a list, but"},
    {"train: {variants: {a: {epochs: {b: 1}}}}\n",
     "train.epochs: a mapping, but takes a value"},
};

static void check_refusals(void)
{
    struct config c;
    struct err err;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        fails(read_yaml(&c, bad[i].yaml, &err), err, ERR_USAGE, bad[i].text,
              bad[i].text);
    fails(read_whole(&c,
                     "train:\n  variants:\n    a: {}\n"
                     "    b: {warmup_epochs: 3}\n",
                     NULL, &err),
          err, ERR_USAGE,
          "v.yaml: train.variants.b: train.warmup_epochs: needs",
          "what no key can tell alone is checked of each variant");
    ok(read_whole(&c,
                  "train:\n  warmup_epochs: 3\n  variants:\n"
                  "    b: {schedule: cosine}\n",
                  NULL, &err) == 0,
       "  and of no training that there is not");
}

/* Too many, and too much. */
static void check_limits(void)
{
    struct config c;
    struct err err;
    struct buf b = {0};

    buf_puts(&b, "train:\n  variants:\n");
    for (int i = 0; i <= CONFIG_VARIANTS_MAX; i++)
        buf_printf(&b, "    v%d: {}\n", i);
    fails(read_yaml(&c, b.data, &err), err, ERR_USAGE,
          ":67: train.variants: more than 64", "too many variants");
    buf_release(&b);
    buf_puts(&b, "train: {variants: {a: {class_weights: \"");
    for (int i = 0; i < 255; i++)
        buf_puts(&b, "1 2 ");
    buf_puts(&b, "\"}}}\n");
    fails(read_yaml(&c, b.data, &err), err, ERR_USAGE,
          "the values of one variant take more than 1022 bytes",
          "too many values of one variant");
    buf_release(&b);
}

/* Read again from what was written, it is the same byte for byte. */
static bool same_again(const struct config *c)
{
    struct config again;
    struct buf b = {0};
    struct err err;
    bool same;

    config_write(c, &b);
    same = read_yaml(&again, b.data, &err) == 0 &&
           memcmp(&again.train.variants, &c->train.variants,
                  sizeof(c->train.variants)) == 0;
    buf_release(&b);
    return same;
}

static void check_reading(void)
{
    struct config c, own;
    struct err err;
    struct buf b = {0};

    ok(read_yaml(&c, two, &err) == 0 && variants_count(&c) == 2 &&
           strcmp(variants_name(&c, 1), "wide") == 0,
       "two variants are read");
    variants_config(&own, &c, "wide");
    ok(own.train.mixup == 0.2 && own.train.learning_rate == 0.0003 &&
           own.train.epochs == 7 && own.train.variants.n == 0,
       "a variant has its values, and else those of all");
    variants_config(&own, &c, "plain");
    ok(own.train.mixup == 0 && own.train.variants.n == 0,
       "  one without any has those of all");
    config_write(&c, &b);
    ok(strstr(b.data, "\n  variants:\n    plain: {}\n"
                      "    wide: {learning_rate: 0.0003, mixup: 0.2}\n"),
       "they are written as they were read");
    buf_release(&b);
    ok(same_again(&c), "  and read again");
    ok(read_yaml(&c,
                 "train: {variants: {a: {costs: \"0 1; 2 0\", class_weights: "
                 "\"a \\\"b\\\\\", schedule: cosine}}}\n",
                 &err) == 0 &&
           same_again(&c),
       "  with all that must be quoted");
    ok(read_yaml(&c, "train:\n  variants:\n", &err) == 0 &&
           variants_count(&c) == 1 && !*variants_name(&c, 0),
       "none at all are one without a name");
}

static void check_settings(void)
{
    struct config c, own;
    struct err err;

    ok(read_whole(&c, two, "train.variants.wide.mixup=0.4", &err) == 0,
       "--set of one value of a variant");
    variants_config(&own, &c, "wide");
    ok(own.train.mixup == 0.4 && own.train.learning_rate == 0.0003,
       "  in the place of the file's");
    ok(read_whole(&c, two, "train.variants.plain.epochs=3", &err) == 0 &&
           same_again(&c),
       "  or beside those that are there");
    ok(read_whole(&c, two, "train.variants={only: {epochs: 2}}", &err) == 0 &&
           c.train.variants.n == 1 && strcmp(variants_name(&c, 0), "only") == 0,
       "--set of all variants");
    ok(read_whole(&c, two, "train.variants={}", &err) == 0 &&
           c.train.variants.n == 0,
       "  of none");
    fails(read_whole(&c, two, "train.variants.wde.mixup=1", &err), err,
          ERR_USAGE, "there is no 'wde'; did you mean wide?",
          "a variant that there is not");
    fails(read_whole(&c, two, "train.variants.wide.mixupp=1", &err), err,
          ERR_USAGE, "--set: train.variants.wide.mixupp: no such key",
          "a key that there is not");
    fails(read_whole(&c, two, "train.variants.wide.ranks=2", &err), err,
          ERR_USAGE, "--set: train.variants.wide: train.ranks: decides no",
          "a key that a variant may not have");
    fails(read_whole(&c, two, "train.variants.wide=2", &err), err, ERR_USAGE,
          "--set: train.variants.wide.: no such key", "a variant as a value");
    fails(read_whole(&c, two, "train.variants=2", &err), err, ERR_USAGE,
          "--set: train.variants: '2' is no set of variants", "a number");
    fails(read_whole(&c, two, "train.variants={a: {}} b", &err), err, ERR_USAGE,
          "--set: not YAML", "text behind the set");
}

/* --- names ---------------------------------------------------------------- */

static const struct {
    const char *name;
    struct experiment_name is;
} names[] = {
    {"vgg16-finetune-s1", {"vgg16", "finetune", "", 1, EXPERIMENT_NO_FOLD}},
    {"vgg16-finetune-s1-f0", {"vgg16", "finetune", "", 1, 0}},
    {"vgg16-finetune-wide-s12-f3", {"vgg16", "finetune", "wide", 12, 3}},
    {"a-b-x-y-s1", {"a", "b", "x-y", 1, EXPERIMENT_NO_FOLD}},
    {"a-b-s1-s2", {"a", "b", "s1", 2, EXPERIMENT_NO_FOLD}},
    {"a-b-s1-f0-s2", {"a", "b", "s1-f0", 2, EXPERIMENT_NO_FOLD}},
    {"soft_vote-members-s0-f19", {"soft_vote", "members", "", 0, 19}},
};

static void check_names(void)
{
    static const char *const none[] = {
        "",        "s1",         "a-s1",
        "a-b",     "a-b-s",      "a-b-s1-f",
        "a-b-s01", "a-b-s1-f20", "a-b-s1-f00",
        "-b-s1",   "a--s1",      "a-b--s1",
        "a-b-c",   "a-b-s-1",    "a-b-1234567890123456789012345678901x-s1"};
    char name[EXPERIMENT_NAME_MAX];
    struct experiment_name e;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct experiment_name *is = &names[i].is;

        experiment_name_make(name, is);
        ok(strcmp(name, names[i].name) == 0, names[i].name);
        ok(experiment_name_parse(&e, names[i].name) &&
               strcmp(e.network, is->network) == 0 &&
               strcmp(e.regime, is->regime) == 0 &&
               strcmp(e.variant, is->variant) == 0 && e.seed == is->seed &&
               e.fold == is->fold,
           "  taken apart");
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        if (experiment_name_parse(&e, none[i]))
            ok(false, none[i]);
    experiment_name_pooled(name, "a-b-c-s1-f2");
    ok(strcmp(name, "a-b-c-s1") == 0 && experiment_name_fold("x-f7") == 7,
       "the name of all folds");
    experiment_name_pooled(name, "a-b-s1");
    ok(strcmp(name, "a-b-s1") == 0, "  of what has none");
}

/* --- the plan ------------------------------------------------------------- */

static struct config with_variants(const char *variants, const char *regimes)
{
    char text[512];
    struct config c = base_config();
    struct err err;

    snprintf(text, sizeof(text), "train.variants=%s", variants);
    BUG_ON(config_take_set(&c, text, &err) < 0);
    snprintf(text, sizeof(text), "train.regimes=%s", regimes);
    BUG_ON(config_take_set(&c, text, &err) < 0);
    return c;
}

/* Have both steps the same hash? */
static bool alike(const struct plan *p, const char *name, const struct plan *q,
                  const char *other)
{
    const struct plan_step *a = plan_find(p, name), *b = plan_find(q, other);

    return a && b && strcmp(a->hash, b->hash) == 0;
}

static void check_hashes(void)
{
    struct config c =
        with_variants("{plain: {}, wide: {mixup: 0.2}}", "[scratch]");
    struct config alone = base_config();
    struct plan *p = make_plan(&c), as_was, wide;
    struct err err;

    BUG_ON(plan_init(&as_was, &alone, path_at("run"), &err) < 0);
    alone.train.mixup = 0.2;
    BUG_ON(plan_init(&wide, &alone, path_at("run"), &err) < 0);
    ok(p->n_step == 9, "each variant is trained, evaluated and explained");
    ok(alike(p, "train/mobilenetv2-scratch-plain-s1", &as_was, "train/" EXP) &&
           alike(p, "evaluate/mobilenetv2-scratch-plain-s1", &as_was,
                 "evaluate/" EXP) &&
           alike(p, "explain/mobilenetv2-scratch-plain-s1", &as_was,
                 "explain/" EXP),
       "the hashes are those of the same without variants");
    ok(strstr(plan_find(p, "evaluate/mobilenetv2-scratch-plain-s1")->inputs,
              "\"train/mobilenetv2-scratch-plain-s1\""),
       "  inputs are named as they lie there");
    ok(alike(p, "train/mobilenetv2-scratch-wide-s1", &wide, "train/" EXP) &&
           alike(p, "evaluate/mobilenetv2-scratch-wide-s1", &wide,
                 "evaluate/" EXP) &&
           !alike(p, "train/mobilenetv2-scratch-wide-s1", &as_was,
                  "train/" EXP),
       "  of other values, too");
    plan_release(&as_was);
    plan_release(&wide);
}

static void check_plans(void)
{
    struct config c = with_variants(
        "{old: {}, fresh: {augment: online}, more: {epochs: 60}}", "[scratch]");
    struct plan *p = make_plan(&c);
    const struct plan_step *n = plan_find(p, "train/mobilenetv2-scratch-"
                                             "fresh-s1");
    struct config own;

    ok(n && n->n_input == 1 && strcmp(n->variant, "fresh") == 0 &&
           plan_find(p, "augment") &&
           plan_find(p, "train/mobilenetv2-scratch-old-s1")->n_input == 2,
       "only variants that read stored images wait for them");
    plan_step_config(&own, &c, n);
    ok(own.train.augment == AUGMENT_ONLINE, "a step's own configuration");
    plan_step_config(&own, &c, plan_find(p, "report"));
    ok(own.train.variants.n == 3, "  that of all, if it is of none");
    ok(plan_find(p, "train/mobilenetv2-scratch-old-s1")->any_length[0] &&
           !plan_find(p, "train/mobilenetv2-scratch-more-s1")->any_length[0],
       "two of one plan do not go on from each other");
    c = with_variants("{a: {augment: online}}", "[scratch]");
    ok(!plan_find(make_plan(&c), "augment"), "no variant reads stored images");
}

static void check_ensembles(void)
{
    struct config c = with_variants("{a: {}, b: {}}", "[scratch]");
    struct plan_ensemble e;
    struct err err;

    BUG_ON(config_take_set(&c, "evaluate.ensembles=[soft_vote]", &err) < 0 ||
           config_take_set(&c, "train.networks=[mobilenetv2, vgg16]", &err) <
               0 ||
           config_take_set(&c, "train.seeds=[1, 2]", &err) < 0);
    plan_ensembles_at(&c, 2, &e);
    ok(plan_ensembles_count(&c) == 4 && strcmp(e.variant, "b") == 0 &&
           strcmp(e.member[1], "vgg16-scratch-b-s1") == 0 &&
           plan_find(make_plan(&c), "evaluate/soft_vote-scratch-b-s2"),
       "an ensemble of the networks of each variant and seed");
    BUG_ON(config_take_set(&c,
                           "evaluate.ensemble_members=[\"*-a-s?\", "
                           "vgg16-scratch-a-s1, \"mob*-b-s2\"]",
                           &err) < 0);
    plan_ensembles_at(&c, 0, &e);
    ok(plan_ensembles_check(&c, &err) == 0 && e.n_member == 5 &&
           strcmp(e.member[0], "mobilenetv2-scratch-a-s1") == 0 &&
           strcmp(e.member[3], "vgg16-scratch-a-s2") == 0 &&
           strcmp(e.member[4], "mobilenetv2-scratch-b-s2") == 0,
       "members by patterns, each once");
    c.split.folds = 3;
    plan_ensembles_at(&c, 2, &e);
    ok(plan_ensembles_count(&c) == 3 &&
           strcmp(e.member[4], "mobilenetv2-scratch-b-s2-f2") == 0,
       "  in each fold of its members there");
    BUG_ON(config_take_set(&c, "evaluate.ensemble_members=[vgg16-scratch-c-*]",
                           &err) < 0);
    fails(plan_ensembles_check(&c, &err), err, ERR_USAGE,
          "'vgg16-scratch-c-*' matches no experiment of train.networks, "
          ".regimes, .variants and .seeds",
          "a pattern that matches nothing");
    BUG_ON(config_take_set(&c, "evaluate.ensemble_members=[vgg16-scratch-a-s3]",
                           &err) < 0);
    fails(plan_ensembles_check(&c, &err), err, ERR_USAGE,
          "'vgg16-scratch-a-s3' is no experiment of train.networks, .regimes, "
          ".variants and .seeds; did you mean vgg16-scratch-a-s",
          "a name that is none");
    BUG_ON(config_take_set(&c, "train.seeds=[1, 2, 3, 4, 5]", &err) < 0 ||
           config_take_set(&c, "evaluate.ensemble_members=[\"*\"]", &err) < 0);
    fails(plan_ensembles_check(&c, &err), err, ERR_USAGE,
          "more than 16 experiments", "too many members");
    BUG_ON(config_take_set(&c, "evaluate.ensemble_members=[vgg*-a-s1]", &err) <
           0);
    fails(plan_ensembles_check(&c, &err), err, ERR_USAGE,
          "one experiment is no ensemble", "a pattern of one");
}

int main(void)
{
    BUG_ON(!mkdtemp(top));
    make_dataset();
    check_reading();
    check_refusals();
    check_limits();
    check_settings();
    check_names();
    check_hashes();
    check_plans();
    check_ensembles();
    return end_plan();
}
