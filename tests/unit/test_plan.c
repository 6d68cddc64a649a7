/* test_plan.c - steps, hashes, and which of them a change concerns */
#include "plan_run.h"

#define FROM_TRAIN                                                             \
    "evaluate/" EXP ": input train/" EXP " runs; explain/" EXP                 \
    ": input train/" EXP " runs; "

static void check_expansion(void)
{
    struct config c = base_config();
    const struct plan *p = make_plan(&c);
    const struct plan_step *n;

    ok(p->n_step == 6 && !strcmp(p->step[0].name, "preprocess") &&
           !strcmp(p->step[1].name, "augment") &&
           !strcmp(p->step[2].name, "train/" EXP) &&
           !strcmp(p->step[3].name, "evaluate/" EXP) &&
           !strcmp(p->step[4].name, "explain/" EXP) &&
           !strcmp(p->step[5].name, "report"),
       "a plan has six steps, inputs first");
    ok(!strcmp(p->step[0].dir, "data") && !strcmp(p->step[1].dir, "augment") &&
           !strcmp(p->step[2].dir, "train/" EXP) &&
           !strcmp(p->step[5].dir, "report"),
       "  and their directories");
    n = plan_find(p, "train/" EXP);
    ok(n && n == &p->step[2] && !plan_find(p, "train"),
       "a step is found by its whole name");
    ok(n->stage->id == STAGE_TRAIN && !strcmp(n->experiment, EXP) &&
           !strcmp(n->network, "mobilenetv2") &&
           !strcmp(n->regime, "scratch") && n->seed == 1 && !n->ensemble,
       "a step of an experiment knows network, regime, seed");
    ok(n->n_input == 2 && n->input[0] == 0 && n->input[1] == 1,
       "training reads preprocessed and augmented images");
    ok(p->step[4].n_input == 2 && p->step[4].input[0] == 2 &&
           p->step[4].input[1] == 0,
       "explaining reads model and images");
    ok(p->step[5].n_input == 5 && p->step[5].stage->any_inputs &&
           !p->step[5].network[0],
       "the report reads everything");
    ok(strlen(n->hash) == HASH_HEX - 1 && n->run &&
           !strcmp(n->reason, "no output yet"),
       "nothing is there yet: a training runs");
    ok(strstr(n->params, "\"train.batch\":\"32\"") &&
           strstr(n->params, "\"network\":\"mobilenetv2\"") &&
           strstr(n->inputs, "\"preprocess\":\"") &&
           !strstr(n->params, "ranks") && !strstr(n->params, "run."),
       "parameters and inputs of a training, and no placement");
}

static void check_other_expansions(void)
{
    struct config c = base_config();
    const struct plan *p;

    c.augment.variants = 0;
    c.train.seeds = (struct int_list){.value = {1, 2, 3}, .n = 3};
    p = make_plan(&c);
    ok(p->n_step == 11 && !plan_find(p, "augment") &&
           plan_find(p, "train/mobilenetv2-scratch-s3")->n_input == 1 &&
           plan_find(p, "report")->n_input == 10,
       "without augmentation and with three seeds");
    c.dataset.draw_per_class = 5;
    c.dataset.path[0] = '\0';
    p = make_plan(&c);
    ok(p->n_step == 12 && !strcmp(p->step[0].name, "draw") &&
           !strcmp(p->step[0].dir, "drawn") &&
           p->step[0].stage->id == STAGE_DRAW && p->step[1].n_input == 1 &&
           p->step[1].input[0] == 0 && !p->dataset[0],
       "drawn cells come first");
}

/* Three folds of two regimes, one of which goes on from the other. */
static void check_folds(void)
{
    struct config c = base_config();
    const struct plan *p;
    const struct plan_step *n, *m;

    c.split.folds = 3;
    p = make_plan(&c);
    n = plan_find(p, "train/" EXP "-f1");
    m = plan_find(p, "train/" EXP "-f2");
    ok(p->n_step == 2 + 3 * 3 + 1 && !plan_find(p, "train/" EXP) && n && m &&
           plan_find(p, "explain/" EXP "-f0"),
       "an experiment in each fold");
    ok(n->fold == 1 && n->folds == 3 && strstr(n->params, "\"fold\":\"1\"") &&
           strcmp(n->hash, m->hash) != 0,
       "  which is part of the key");
    c = base_config();
    n = plan_find(make_plan(&c), "train/" EXP);
    ok(n->fold == 0 && n->folds == 1 && !strstr(n->params, "fold"),
       "one split has none");
}

/* Fresh variants: no stage of their own, and their keys count then alone. */
static void check_online(void)
{
    struct config c = base_config();
    const struct plan_step *n = plan_find(make_plan(&c), "train/" EXP);

    ok(strstr(n->params, "\"train.augment\":\"stored\"") &&
           !strstr(n->params, "train.augment_"),
       "stored: how fresh ones are made is no parameter");
    c.train.augment = AUGMENT_ONLINE;
    c.train.augment_workers = 3;
    ok(!plan_find(make_plan(&c), "augment"),
       "fresh variants: no step augments");
    n = plan_find(make_plan(&c), "train/" EXP);
    ok(n->n_input == 1 &&
           strstr(n->params, "\"train.augment_recipe\":\"light\"") &&
           strstr(n->params, "\"train.augment_variants\":\"1\"") &&
           !strstr(n->params, "workers"),
       "recipe and number are parameters, workers are not");
}

/* One parameter changes: who runs, and why? */
static void check_one_change(void)
{
    struct config c = base_config();

    complete_plan(make_plan(&c));
    text_is(what_runs(&c), "", "all is current after a run");
    ok(!strcmp(make_plan(&c)->step[0].reason, "output is current"),
       "a step that is current says so");
    c.split.test = 0.25;
    text_is(
        what_runs(&c),
        "preprocess: split.test 0.2 -> 0.25; augment: input preprocess runs; "
        "train/" EXP ": input preprocess runs, input augment runs; "
        "evaluate/" EXP ": input train/" EXP " runs, input preprocess runs; "
        "explain/" EXP ": input train/" EXP
        " runs, input preprocess runs; report: input preprocess runs, input "
        "augment runs, input train/" EXP " runs, input evaluate/" EXP
        " runs, input explain/" EXP " runs; ",
        "split.test: all runs");
    c = base_config();
    c.augment.variants = 8;
    ok(!strncmp(what_runs(&c),
                "augment: augment.variants 2 -> 8; train/" EXP
                ": input augment runs; " FROM_TRAIN,
                60),
       "augment.variants: preprocess does not run");
    c = base_config();
    c.train.epochs = 7;
    c.train.batch = 16;
    ok(!strncmp(what_runs(&c),
                "train/" EXP
                ": train.batch 32 -> 16, train.epochs 50 -> 7; " FROM_TRAIN,
                120),
       "train.*: from training on, both reasons");
    c = base_config();
    c.evaluate.model = MODEL_LAST;
    ok(!strncmp(what_runs(&c),
                "evaluate/" EXP ": evaluate.model best -> last; explain/" EXP
                ": evaluate.model best -> last; report: input evaluate/",
                120),
       "evaluate.model: training is used again");
    c.evaluate.model = MODEL_BEST_LOSS;
    ok(!strncmp(what_runs(&c),
                "train/" EXP ": the output is of a version that kept no "
                "best-loss.safetensors; evaluate/" EXP ": evaluate.model best "
                "-> best_loss, input train/" EXP " runs; ",
                140),
       "  but one that lacks the model is done again");
    c = base_config();
    c.explain.per_class = 2;
    text_is(what_runs(&c),
            "explain/" EXP
            ": explain.per_class 5 -> 2; report: input explain/" EXP " runs; ",
            "explain.per_class: only explaining and the report");
    c = base_config();
    snprintf(c.evaluate.costs, sizeof(c.evaluate.costs), "0 1; 2 0");
    ok(!strncmp(what_runs(&c), "evaluate/" EXP ": evaluate.costs  -> 0 1; 2 0;",
                40),
       "evaluate.costs that was empty is a reason");
}

static void check_fewer_inputs(void)
{
    struct config c = base_config();

    c.augment.variants = 0;
    ok(!strncmp(what_runs(&c), "train/" EXP ": fewer inputs; " FROM_TRAIN, 90),
       "augment.variants 0: training has an input less");
}

/* Keys that do not decide a result. */
static void check_placement(void)
{
    struct config c = base_config();

    c.augment.workers = 7;
    c.augment.unit = 5;
    c.train.ranks = 2;
    c.train.threads = 3;
    c.train.checkpoint_seconds = 1;
    c.scheduler.lease = 3;
    c.scheduler.tries = 9;
    snprintf(c.scheduler.endpoint, sizeof(c.scheduler.endpoint), "tcp://a:1");
    snprintf(c.run.dir, sizeof(c.run.dir), "elsewhere");
    text_is(what_runs(&c), "", "placement changes nothing");
    c.run.seed = 2;
    ok(!strncmp(what_runs(&c),
                "preprocess: run.seed 1 -> 2; augment: run.seed "
                "1 -> 2, input preprocess runs; ",
                70),
       "run.seed is a reason for all");
    c = base_config();
    c.train.seeds = (struct int_list){.value = {1, 2}, .n = 2};
    text_is(
        what_runs(&c),
        "train/mobilenetv2-scratch-s2: no output yet; "
        "evaluate/mobilenetv2-scratch-s2: no output yet; "
        "explain/mobilenetv2-scratch-s2: no output yet; "
        "report: input train/mobilenetv2-scratch-s2 is new, input evaluate/"
        "mobilenetv2-scratch-s2 is new, input explain/mobilenetv2-scratch-s2 "
        "is new; ",
        "another seed leaves the first alone");
}

/* A key that came later adds nothing where it says what was done before. */
static void check_near_duplicates(void)
{
    struct config c = base_config();

    c.split.near_duplicates = NEAR_SEPARATE;
    ok(!strncmp(what_runs(&c),
                "preprocess: split.near_duplicates together -> (none); ", 53),
       "near duplicates may part");
    complete_plan(make_plan(&c));
    text_is(what_runs(&c), "", "  which is all as it was before");
    c = base_config();
    ok(!strncmp(what_runs(&c),
                "preprocess: split.near_duplicates (none) -> together; ", 53),
       "  they may not");
    complete_plan(make_plan(&c));
}

static void check_keys(void)
{
    struct config c = base_config();
    char hash[HASH_HEX];
    const struct plan *p = make_plan(&c);

    snprintf(hash, sizeof(hash), "%s", plan_find(p, "report")->hash);
    ok(!strcmp(hash, plan_find(make_plan(&c), "report")->hash),
       "content hashes are a function of configuration and data");
    for (int i = 0; i < p->n_step; i++)
        for (int k = 0; k < i; k++)
            if (!strcmp(p->step[i].hash, p->step[k].hash))
                ok(false, "no two steps have one content hash");
    for (int i = 0; i < p->n_step; i++) {
        const struct plan_step *n = &p->step[i];
        struct hash h;
        char version[16];

        snprintf(version, sizeof(version), "%d", n->stage->version);
        hash_init(&h);
        hash_add_string(&h, n->stage->word);
        hash_add_string(&h, version);
        hash_add_string(&h, n->params);
        hash_add_string(&h, n->inputs);
        hash_final(&h, hash);
        ok(!strcmp(hash, n->hash),
           "a content hash is of stage, version, parameters, inputs");
    }
    snprintf(hash, sizeof(hash), "%s", plan_find(p, "report")->hash);
    c.train.seeds.value[0] = 2;
    ok(strcmp(hash, plan_find(make_plan(&c), "report")->hash) != 0,
       "  and of the seed");
}

static void check_refusals(void)
{
    struct config c = base_config();
    struct plan p;
    struct err err = {0};

    snprintf(c.train.networks.word[0], CONFIG_NAME_MAX, "mobilenetv");
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE,
          "train.networks: there is no 'mobilenetv'; did you mean mobilenetv2?",
          "a network nearly right is refused with the right one");
    snprintf(c.train.networks.word[0], CONFIG_NAME_MAX, "zzzzzzz");
    fails(
        plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE,
        "train.networks: there is no 'zzzzzzz'; known: vgg16, vgg19, resnet50",
        "an unknown network is refused");
    c = base_config();
    snprintf(c.train.regimes.word[0], CONFIG_NAME_MAX, "scrath");
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE,
          "train.regimes: there is no 'scrath'; did you mean scratch?",
          "a regime nearly right is refused with the right one");
    c = base_config();
    c.train.networks.n = c.train.regimes.n = c.train.seeds.n = CONFIG_LIST_MAX;
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE,
          "make 12292 steps, at most 2048", "too many experiments are refused");
    c = base_config();
    c.dataset.path[0] = '\0';
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE,
          "dataset.path: is needed, or dataset.draw_per_class",
          "a plan without a dataset is refused");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", path_at("nowhere"));
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE,
          "cannot read the dataset '",
          "a dataset that is not there is refused");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s",
             path_at("split.csv"));
    fails(plan_init(&p, &c, path_at("run"), &err), err, ERR_USAGE, "split.csv",
          "a dataset that is a file is refused");
    ok(!p.step && p.n_step == 0, "  and there is no plan then");
    plan_release(&p);
}

int main(void)
{
    BUG_ON(!mkdtemp(top));
    make_dataset();
    check_expansion();
    check_other_expansions();
    check_folds();
    check_online();
    ok(!file_exists(path_at("run")), "planning makes nothing");
    check_one_change();
    check_fewer_inputs();
    check_placement();
    check_near_duplicates();
    check_keys();
    check_refusals();
    return end_plan();
}
