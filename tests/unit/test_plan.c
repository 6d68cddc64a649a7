/* test_plan.c - nodes, keys, and the reason why each runs or does not */
#include "base/file.h"
#include "run/dataset.h"
#include "run/node.h"
#include "run/plan.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char top[] = "/tmp/papline-plan-XXXXXX";

/* Path below the test's directory; eight may be in use. */
static const char *at(const char *name)
{
    static char path[8][512];
    static int turn;

    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof(path[turn]), "%s/%.400s", top, name);
    return path[turn];
}

static void put(const char *path, const char *text)
{
    struct err err = {0};

    BUG_ON(file_write(path, text, strlen(text), &err) < 0);
}

static void make_dir(const char *path)
{
    struct err err = {0};

    BUG_ON(dir_make(path, &err) < 0);
}

static void make_dataset(void)
{
    make_dir(at("data/alpha"));
    make_dir(at("data/im_beta/im_beta/CROPPED"));
    put(at("data/alpha/1.bmp"), "one");
    put(at("data/alpha/2.bmp"), "two");
    put(at("data/im_beta/im_beta/CROPPED/1_01.bmp"), "three");
    put(at("data/im_beta/im_beta/1.bmp"), "the whole cluster");
    put(at("data/im_beta/im_beta/1_cyt01.dat"), "1,2");
    put(at("data/.hidden"), "x");
    put(at("split.csv"), "file,split\n");
}

static struct config base_config(void)
{
    struct config c;

    config_init(&c);
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", at("data"));
    return c;
}

static struct plan plan; /* the one made last */

static struct plan *make_plan(const struct config *c)
{
    struct err err = {0};

    plan_release(&plan);
    if (plan_init(&plan, c, at("run"), &err) < 0)
        printf("# %s\n", err.text);
    return &plan;
}

/* Do all the work of a plan: each output is one file. */
static void complete(const struct plan *p)
{
    char path[FILE_PATH_MAX], file[FILE_PATH_MAX];
    struct err err = {0};
    bool resumed;

    for (int i = 0; i < p->n_node; i++) {
        if (!p->node[i].run)
            continue;
        BUG_ON(node_begin(at("run"), &p->node[i], path, &resumed, &err) < 0 ||
               file_path(file, &err, "%s/out", path) < 0);
        put(file, p->node[i].name);
        BUG_ON(node_commit(at("run"), &p->node[i], &err) < 0);
    }
}

/* "name: reason;" of all nodes that run. */
static const char *what_runs(const struct config *c)
{
    static char text[8192];
    const struct plan *p = make_plan(c);
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < p->n_node; i++)
        if (p->node[i].run)
            used +=
                (size_t)snprintf(text + used, sizeof(text) - used, "%s: %s; ",
                                 p->node[i].name, p->node[i].reason);
    BUG_ON(used >= sizeof(text));
    return text;
}

static void says(const char *got, const char *want, const char *what)
{
    if (!ok(strcmp(got, want) == 0, what))
        printf("# got  %s\n# want %s\n", got, want);
}

#define EXP "mobilenetv2-scratch-s1"
#define FROM_TRAIN                                                             \
    "evaluate/" EXP ": input train/" EXP " runs; explain/" EXP                 \
    ": input train/" EXP " runs, input evaluate/" EXP " runs; "

static void check_expansion(void)
{
    struct config c = base_config();
    const struct plan *p = make_plan(&c);
    const struct plan_node *n;

    ok(p->n_node == 6 && !strcmp(p->node[0].name, "preprocess") &&
           !strcmp(p->node[1].name, "augment") &&
           !strcmp(p->node[2].name, "train/" EXP) &&
           !strcmp(p->node[3].name, "evaluate/" EXP) &&
           !strcmp(p->node[4].name, "explain/" EXP) &&
           !strcmp(p->node[5].name, "report"),
       "six nodes, inputs first");
    ok(!strcmp(p->node[0].dir, "data") && !strcmp(p->node[1].dir, "augment") &&
           !strcmp(p->node[2].dir, "train/" EXP) &&
           !strcmp(p->node[5].dir, "report"),
       "their directories");
    n = plan_find(p, "train/" EXP);
    ok(n && n == &p->node[2] && !plan_find(p, "train"), "find");
    ok(!strcmp(n->stage, "train") && !strcmp(n->program, "papline-train") &&
           !strcmp(n->experiment, EXP) && !strcmp(n->network, "mobilenetv2") &&
           !strcmp(n->regime, "scratch") && n->seed == 1 && n->version == 2,
       "an experiment's node");
    ok(n->n_input == 2 && n->input[0] == 0 && n->input[1] == 1,
       "training reads preprocessed and augmented images");
    ok(p->node[4].n_input == 3 && p->node[4].input[0] == 2 &&
           p->node[4].input[1] == 3 && p->node[4].input[2] == 0,
       "explaining reads model, predictions and images");
    ok(p->node[5].n_input == 5 && !p->node[5].program && !p->node[5].network[0],
       "the report reads everything");
    ok(strlen(n->key) == HASH_HEX - 1 && n->run &&
           !strcmp(n->reason, "no output yet"),
       "nothing is there yet");
    ok(strstr(n->params, "\"train.batch\":\"32\"") &&
           strstr(n->params, "\"network\":\"mobilenetv2\"") &&
           strstr(n->inputs, "\"preprocess\":\"") &&
           !strstr(n->params, "ranks") && !strstr(n->params, "run."),
       "parameters and inputs");
    c.augment.variants = 0;
    c.train.seeds = (struct int_list){.value = {1, 2, 3}, .n = 3};
    p = make_plan(&c);
    ok(p->n_node == 11 && !plan_find(p, "augment") &&
           plan_find(p, "train/mobilenetv2-scratch-s3")->n_input == 1 &&
           plan_find(p, "report")->n_input == 10,
       "no augmentation, three seeds");
    c.dataset.draw_per_class = 5;
    c.dataset.path[0] = '\0';
    p = make_plan(&c);
    ok(p->n_node == 12 && !strcmp(p->node[0].name, "draw") &&
           !strcmp(p->node[0].dir, "drawn") &&
           !strcmp(p->node[0].program, "papline-draw") &&
           p->node[1].n_input == 1 && p->node[1].input[0] == 0 &&
           !p->dataset[0],
       "drawn cells come first");
}

/* Three folds of two regimes, one of which goes on from the other. */
static void check_folds(void)
{
    struct config c = base_config();
    const struct plan *p;
    const struct plan_node *n, *m;

    c.split.folds = 3;
    p = make_plan(&c);
    n = plan_find(p, "train/" EXP "-f1");
    m = plan_find(p, "train/" EXP "-f2");
    ok(p->n_node == 2 + 3 * 3 + 1 && !plan_find(p, "train/" EXP) && n && m &&
           plan_find(p, "explain/" EXP "-f0"),
       "an experiment in each fold");
    ok(n->fold == 1 && n->folds == 3 && strstr(n->params, "\"fold\":\"1\"") &&
           strcmp(n->key, m->key) != 0,
       "which is part of the key");
    c = base_config();
    n = plan_find(make_plan(&c), "train/" EXP);
    ok(n->fold == 0 && n->folds == 1 && !strstr(n->params, "fold"),
       "one split has none");
}

/* Fresh variants: no stage of their own, and their keys count then alone. */
static void check_online(void)
{
    struct config c = base_config();
    const struct plan_node *n = plan_find(make_plan(&c), "train/" EXP);

    ok(strstr(n->params, "\"train.augment\":\"stored\"") &&
           !strstr(n->params, "train.augment_"),
       "stored: how fresh ones are made is no parameter");
    c.train.augment = AUGMENT_ONLINE;
    c.train.augment_workers = 3;
    ok(!plan_find(make_plan(&c), "augment"), "online: no stage");
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

    complete(make_plan(&c));
    says(what_runs(&c), "", "all is current after a run");
    ok(!strcmp(make_plan(&c)->node[0].reason, "output is current"),
       "and says so");
    c.split.test = 0.25;
    says(what_runs(&c),
         "preprocess: split.test 0.2 -> 0.25; augment: input preprocess runs; "
         "train/" EXP ": input preprocess runs, input augment runs; "
         "evaluate/" EXP ": input train/" EXP " runs, input preprocess runs; "
         "explain/" EXP ": input train/" EXP " runs, input evaluate/" EXP
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
                ": input evaluate/" EXP " runs; report: input evaluate/",
                120),
       "evaluate.model: training is used again");
    c = base_config();
    c.explain.per_class = 2;
    says(what_runs(&c),
         "explain/" EXP ": explain.per_class 5 -> 2; report: input explain/" EXP
         " runs; ",
         "explain.per_class: only explaining and the report");
    c = base_config();
    snprintf(c.evaluate.costs, sizeof(c.evaluate.costs), "0 1; 2 0");
    ok(!strncmp(what_runs(&c), "evaluate/" EXP ": evaluate.costs  -> 0 1; 2 0;",
                40),
       "a word that was empty");
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
    says(what_runs(&c), "", "placement changes nothing");
    c.run.seed = 2;
    ok(!strncmp(what_runs(&c),
                "preprocess: run.seed 1 -> 2; augment: run.seed "
                "1 -> 2, input preprocess runs; ",
                70),
       "run.seed does");
    c = base_config();
    c.train.seeds = (struct int_list){.value = {1, 2}, .n = 2};
    says(what_runs(&c),
         "train/mobilenetv2-scratch-s2: no output yet; "
         "evaluate/mobilenetv2-scratch-s2: no output yet; "
         "explain/mobilenetv2-scratch-s2: no output yet; "
         "report: input train/mobilenetv2-scratch-s2 is new, input evaluate/"
         "mobilenetv2-scratch-s2 is new, input explain/mobilenetv2-scratch-s2 "
         "is new; ",
         "another seed leaves the first alone");
}

/* The dataset's content counts, not its place. */
static void check_dataset(void)
{
    struct config c = base_config();
    struct stat st;

    ok(rename(at("data"), at("moved")) == 0, "the dataset moves");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", at("moved"));
    says(what_runs(&c), "", "a dataset may move");
    put(at("moved/.hidden"), "changed");
    put(at("moved/im_beta/im_beta/1.bmp"), "changed");
    says(what_runs(&c), "", "hidden files and uncropped clusters do not count");
    put(at("moved/im_beta/im_beta/1_cyt01.dat"), "changed");
    ok(!strncmp(what_runs(&c), "preprocess: dataset changed; ", 29),
       "contours do");
    put(at("moved/im_beta/im_beta/1_cyt01.dat"), "1,2");
    put(at("moved/alpha/2.bmp"), "TWO");
    ok(!strncmp(what_runs(&c),
                "preprocess: dataset changed; augment: input "
                "preprocess runs; ",
                60),
       "a changed picture, same size, does");
    put(at("moved/alpha/2.bmp"), "two");
    says(what_runs(&c), "", "back as it was, all is current again");
    ok(rename(at("moved/alpha/2.bmp"), at("moved/alpha/3.bmp")) == 0 &&
           strstr(what_runs(&c), "dataset changed"),
       "a new name counts");
    ok(rename(at("moved/alpha/3.bmp"), at("moved/alpha/2.bmp")) == 0,
       "name restored");
    c.dataset.draw_per_class = 3;
    ok(!strncmp(what_runs(&c),
                "draw: no output yet; preprocess: dataset "
                "changed, input draw is new; ",
                60),
       "drawn cells instead of a dataset");
    ok(rename(at("moved"), at("data")) == 0, "it moves back");
    ok(stat(at("run/dataset-hashes.csv"), &st) == 0, "hashes are remembered");
}

static void check_split_csv(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p;

    c.split.method = SPLIT_BY_CSV;
    snprintf(c.split.csv, sizeof(c.split.csv), "%s", at("split.csv"));
    ok(!strncmp(what_runs(&c),
                "preprocess: split.csv changed, split.method "
                "group -> csv; ",
                58),
       "another way to split");
    complete(make_plan(&c));
    says(what_runs(&c), "", "current");
    put(at("split.csv"), "file,split\na,test\n");
    ok(!strncmp(what_runs(&c), "preprocess: split.csv changed; ", 31),
       "the content of split.csv counts");
    put(at("split.csv"), "file,split\n");
    snprintf(c.split.csv, sizeof(c.split.csv), "%s", at("none.csv"));
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE, "none.csv",
          "split.csv that is not there");
    c = base_config();
    ok(strstr(what_runs(&c), "split.method csv -> group, split.csv changed"),
       "and back");
    complete(make_plan(&c));
}

/* A key that came later adds nothing where it says what was done before. */
static void check_near_duplicates(void)
{
    struct config c = base_config();

    c.split.near_duplicates = NEAR_SEPARATE;
    ok(!strncmp(what_runs(&c),
                "preprocess: split.near_duplicates together -> (none); ", 53),
       "near duplicates may part");
    complete(make_plan(&c));
    says(what_runs(&c), "", "  which is all as it was before");
    c = base_config();
    ok(!strncmp(what_runs(&c),
                "preprocess: split.near_duplicates (none) -> together; ", 53),
       "  they may not");
    complete(make_plan(&c));
}

/* Keys that came later count only where they are set. */
static void check_layout(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p;

    complete(make_plan(&c));
    snprintf(c.layout.exclude, sizeof(c.layout.exclude), "*-d.bmp");
    ok(!strncmp(what_runs(&c), "preprocess: layout.exclude (none) -> *-d.bmp; ",
                46),
       "a pattern is set");
    c = base_config();
    says(what_runs(&c), "", "without it, as before");
    put(at("table.csv"), "file,label\n");
    snprintf(c.layout.csv, sizeof(c.layout.csv), "%s", at("table.csv"));
    ok(!strncmp(what_runs(&c), "preprocess: layout.csv changed; ", 32),
       "a table instead of folders");
    complete(make_plan(&c));
    says(what_runs(&c), "", "current");
    put(at("table.csv"), "file,label\na,b\n");
    ok(!strncmp(what_runs(&c), "preprocess: layout.csv changed; ", 32),
       "its content counts");
    snprintf(c.layout.csv, sizeof(c.layout.csv), "%s", at("none.csv"));
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE, "none.csv",
          "a table that is not there");
    c = base_config();
    complete(make_plan(&c));
}

/* A recipe's content counts, not its name; the plan pins its text. */
static void check_recipe(void)
{
    struct config c = base_config();
    struct err err = {0};
    struct plan p = {0};

    put(at("mine.yaml"), "each: [grey: {alpha: 1}]\n");
    put(at("same.yaml"), "# mine\neach:\n- grey:\n    alpha: 1\n");
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "%s", at("mine.yaml"));
    ok(!strncmp(what_runs(&c), "augment: augment.recipe light -> ", 33),
       "another recipe");
    complete(make_plan(&c));
    snprintf(c.augment.recipe, sizeof(c.augment.recipe), "%s", at("same.yaml"));
    says(what_runs(&c), "", "the same in other words");
    ok(plan_init(&p, &c, at("run"), &err) == 0 &&
           plan_pin(&p, &c, at("run"), &err) == 0 &&
           unlink(at("same.yaml")) == 0,
       "its text is pinned");
    plan_release(&p);
    ok(plan_join(&p, &c, at("run"), &err) == 0 &&
           strcmp(p.recipe.text, "# mine\neach:\n- grey:\n    alpha: 1\n") == 0,
       "  and found without the file");
    plan_release(&p);
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE, "same.yaml",
          "but not by a plan that looks anew");
    unlink(at("run/content.json"));
    c = base_config();
    complete(make_plan(&c));
}

static void replace_in(const char *path, const char *old, const char *new)
{
    char *text = NULL, *hit;
    struct buf b = {0};
    struct err err = {0};
    size_t size = 0;

    BUG_ON(file_read(path, 1 << 20, &text, &size, &err) < 0);
    hit = strstr(text, old);
    BUG_ON(!hit);
    buf_put(&b, text, (size_t)(hit - text));
    buf_puts(&b, new);
    buf_puts(&b, hit + strlen(old));
    put(path, b.data);
    buf_release(&b);
    free(text);
}

/* Make the sealed node look as if another version of its stage had made it. */
static void check_versions(void)
{
    const char *manifest = at("run/data/manifest.json");
    struct config c = base_config();
    char key[HASH_HEX], path[512];

    snprintf(path, sizeof(path), "%s", manifest);
    snprintf(key, sizeof(key), "%s", make_plan(&c)->node[0].key);
    replace_in(path, "\"version\": 2", "\"version\": 0");
    replace_in(path, key, "0");
    says(what_runs(&c), "preprocess: preprocess version 0 -> 2; ",
         "another version of the stage; others, whose inputs are as before, "
         "do not run");
    replace_in(path, "\"version\": 0", "\"version\": 2");
    says(what_runs(&c), "preprocess: output is of another key; ",
         "a key that nothing explains");
    replace_in(path, "\"key\": \"0\"", "\"key\": \"x\", \"a\": 1");
    replace_in(path, "\"split.test\": \"0.2\"", "\"split.gone\": \"1\"");
    ok(strstr(what_runs(&c), "split.test (none) -> 0.2, split.gone 1 -> "
                             "(none); "),
       "keys that are new or gone");
    complete(make_plan(&c));
    says(what_runs(&c), "", "run again, all is current");
}

static void check_damage(void)
{
    struct config c = base_config();
    struct err err = {0};

    put(at("run/augment/out"), "longer than it was");
    says(what_runs(&c), "augment: output damaged: out has 18 bytes, not 7; ",
         "a damaged output runs again, and nothing else");
    BUG_ON(unlink(at("run/augment/out")) < 0);
    says(what_runs(&c), "augment: output damaged: out is missing; ",
         "a missing file");
    BUG_ON(unlink(at("run/augment/manifest.json")) < 0);
    ok(strstr(what_runs(&c), "augment: output damaged: cannot open"),
       "a missing manifest");
    BUG_ON(dir_remove(at("run/augment"), &err) < 0);
    says(what_runs(&c), "augment: no output yet; ", "no directory");
    complete(make_plan(&c));
}

static void check_unfinished(void)
{
    struct config c = base_config();
    char path[FILE_PATH_MAX];
    const struct plan *p;
    struct err err = {0};
    bool resumed;

    c.explain.per_class = 1;
    p = make_plan(&c);
    BUG_ON(node_begin(at("run"), plan_find(p, "explain/" EXP), path, &resumed,
                      &err) < 0);
    ok(strstr(what_runs(&c), "explain/" EXP ": explain.per_class 5 -> 1, "
                             "unfinished, goes on; "),
       "unfinished beside an older output");
    BUG_ON(dir_remove(at("run/explain/" EXP), &err) < 0);
    ok(strstr(what_runs(&c), "explain/" EXP ": unfinished, goes on; "),
       "unfinished, no older output");
    c.explain.per_class = 2;
    ok(strstr(what_runs(&c), "explain/" EXP ": no output yet; "),
       "work for another key is not gone on with");
    c = base_config();
    complete(make_plan(&c));
}

/* A long list of reasons is cut, not overrun. */
static void check_long_reason(void)
{
    struct config c = base_config();
    const struct plan_node *n;

    c.train.epochs = 7;
    c.train.batch = 16;
    c.train.learning_rate = 0.12345678901234;
    c.train.bn_momentum = 0.12345678901234;
    c.train.plateau_factor = 0.12345678901234;
    c.train.min_learning_rate = 0.012345678901234;
    c.train.stop_patience = 17;
    c.train.plateau_patience = 18;
    c.train.input = INPUT_CAFFE;
    n = plan_find(make_plan(&c), "train/" EXP);
    ok(strlen(n->reason) == sizeof(n->reason) - 1 &&
           !strcmp(n->reason + sizeof(n->reason) - 4, "..."),
       "a long reason ends in dots");
}

/* An input that is current, but not the one that was read. */
static void check_half_way(void)
{
    struct config c = base_config();
    struct plan *p;

    c.split.test = 0.3;
    p = make_plan(&c);
    for (int i = 1; i < p->n_node; i++)
        p->node[i].run = false;
    complete(p); /* only preprocess, then it was stopped */
    ok(!strncmp(what_runs(&c), "augment: input preprocess changed; train/", 41),
       "an input that changed before");
    c = base_config();
    complete(make_plan(&c));
    says(what_runs(&c), "", "and back");
}

static void check_keys(void)
{
    struct config c = base_config();
    char key[HASH_HEX];
    const struct plan *p = make_plan(&c);

    snprintf(key, sizeof(key), "%s", plan_find(p, "report")->key);
    ok(!strcmp(key, plan_find(make_plan(&c), "report")->key),
       "keys are a function of configuration and data");
    for (int i = 0; i < p->n_node; i++)
        for (int k = 0; k < i; k++)
            if (!strcmp(p->node[i].key, p->node[k].key))
                ok(false, "no two nodes have one key");
    for (int i = 0; i < p->n_node; i++) {
        const struct plan_node *n = &p->node[i];
        struct hash h;
        char version[16];

        snprintf(version, sizeof(version), "%d", n->version);
        hash_init(&h);
        hash_add_string(&h, n->stage);
        hash_add_string(&h, version);
        hash_add_string(&h, n->params);
        hash_add_string(&h, n->inputs);
        hash_final(&h, key);
        ok(!strcmp(key, n->key),
           "a key is of stage, version, parameters, inputs");
    }
    snprintf(key, sizeof(key), "%s", plan_find(p, "report")->key);
    c.train.seeds.value[0] = 2;
    ok(strcmp(key, plan_find(make_plan(&c), "report")->key) != 0,
       "and of the seed");
}

static void check_refusals(void)
{
    struct config c = base_config();
    struct plan p;
    struct err err = {0};

    snprintf(c.train.networks.word[0], CONFIG_NAME_MAX, "mobilenetv");
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
          "train.networks: there is no 'mobilenetv'; did you mean mobilenetv2?",
          "a network nearly right");
    snprintf(c.train.networks.word[0], CONFIG_NAME_MAX, "zzzzzzz");
    fails(
        plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
        "train.networks: there is no 'zzzzzzz'; known: vgg16, vgg19, resnet50",
        "a network unknown");
    c = base_config();
    snprintf(c.train.regimes.word[0], CONFIG_NAME_MAX, "scrath");
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
          "train.regimes: there is no 'scrath'; did you mean scratch?",
          "a regime nearly right");
    c = base_config();
    c.train.networks.n = c.train.regimes.n = c.train.seeds.n = CONFIG_LIST_MAX;
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
          "make 12292 nodes, at most 2048", "too many experiments");
    c = base_config();
    c.dataset.path[0] = '\0';
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
          "dataset.path: is needed, or dataset.draw_per_class", "no dataset");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", at("nowhere"));
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE,
          "cannot read the dataset '", "a dataset that is not there");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s", at("split.csv"));
    fails(plan_init(&p, &c, at("run"), &err), err, ERR_USAGE, "split.csv",
          "a dataset that is a file");
    ok(!p.node && p.n_node == 0, "and there is no plan then");
    plan_release(&p);
}

static void check_pin(void)
{
    struct config c = base_config();
    struct plan p;
    struct err err = {0};
    char key[HASH_HEX];

    snprintf(key, sizeof(key), "%s", make_plan(&c)->node[0].key);
    ok(plan_pin(make_plan(&c), &c, at("run"), &err) == 0, "pin");
    put(at("data/alpha/4.bmp"), "a late picture");
    ok(plan_join(&p, &c, at("run"), &err) == 0 && !strcmp(p.node[0].key, key) &&
           !p.node[0].run,
       "who joins sees the dataset as it was pinned");
    plan_release(&p);
    ok(strcmp(make_plan(&c)->node[0].key, key) != 0, "a new plan does not");
    snprintf(c.dataset.path, sizeof(c.dataset.path), "%s/.", at("data"));
    ok(plan_join(&p, &c, at("run"), &err) == 0 && strcmp(p.node[0].key, key),
       "a pin of another path is not believed");
    plan_release(&p);
    BUG_ON(unlink(at("data/alpha/4.bmp")) < 0);
    put(at("run/content.json"), "{\"dataset\": 3");
    ok(plan_join(&p, &c, at("run"), &err) == 0 && !strcmp(p.node[0].key, key),
       "nor a torn one");
    plan_release(&p);
}

/* --- the dataset's hash ---------------------------------------------------- */

static const char *sum(const char *dir, const char *cache)
{
    static char hex[8][HASH_HEX];
    static int turn;
    struct err err = {0};

    turn = (turn + 1) % 8;
    if (dataset_hash(dir, cache, hex[turn], &err) < 0)
        printf("# %s\n", err.text);
    return hex[turn];
}

static void set_time(const char *path, struct timespec t)
{
    const struct timespec both[2] = {t, t};

    BUG_ON(utimensat(AT_FDCWD, path, both, 0) < 0);
}

/* Set a file's time 'age' seconds back. */
static void set_age(const char *path, time_t age)
{
    set_time(path, (struct timespec){time(NULL) - age, 5});
}

/* Write over the beginning of a file: same inode, same size. */
static void overwrite(const char *path, const char *text)
{
    FILE *f = fopen(path, "r+");

    BUG_ON(!f || fputs(text, f) < 0 || fclose(f) != 0);
}

static void check_cache(void)
{
    const char *dir = at("set");
    char cache[512], file[512], was[HASH_HEX];
    struct stat st;

    snprintf(cache, sizeof(cache), "%s", at("cache.csv"));
    snprintf(file, sizeof(file), "%s", at("set/c/x \"1\",\n.bmp"));
    make_dir(at("set/c"));
    put(file, "abc");
    snprintf(was, sizeof(was), "%s", sum(dir, cache));
    BUG_ON(stat(file, &st) < 0);
    overwrite(file, "abd");
    set_time(file, st.st_mtim);
    ok(strcmp(was, sum(dir, cache)) != 0,
       "a file that just changed is not believed by its time");
    overwrite(file, "abc");
    set_age(file, 100);
    ok(!strcmp(was, sum(dir, cache)) && !strcmp(was, sum(dir, cache)),
       "with and without cache the same");
    BUG_ON(stat(file, &st) < 0);
    overwrite(file, "abX");
    ok(strcmp(was, sum(dir, cache)) != 0, "a new time is noticed");
    set_age(file, 100);
    snprintf(was, sizeof(was), "%s", sum(dir, cache));
    BUG_ON(stat(file, &st) < 0);
    overwrite(file, "abY");
    set_time(file, st.st_mtim);
    ok(!strcmp(was, sum(dir, cache)),
       "same size, time and inode: the file is not read again");
    put(cache, "junk");
    ok(strcmp(was, sum(dir, cache)) != 0, "a damaged cache is not used");
    put(cache, "path,size,mtime_ns,inode,sha256\nz\n");
    ok(strlen(sum(dir, cache)) == 64, "nor a torn one");
}

static void check_odd_files(void)
{
    const char *dir = at("set");
    char was[HASH_HEX], deep[4000] = "";
    struct err err = {0};
    size_t used;

    snprintf(was, sizeof(was), "%s", sum(dir, NULL));
    BUG_ON(symlink("..", at("set/c/loop")) < 0);
    ok(strlen(sum(dir, NULL)) == 64 && strcmp(was, sum(dir, NULL)),
       "a loop ends, and counts by its name");
    BUG_ON(symlink("nowhere", at("set/c/broken.bmp")) < 0 ||
           mkfifo(at("set/c/pipe.bmp"), 0600) < 0);
    ok(strlen(sum(dir, NULL)) == 64, "a broken link and a pipe do not stop it");
    used = (size_t)snprintf(deep, sizeof(deep), "%s", at("set"));
    for (int i = 0; i < DATASET_MAX_DEPTH + 2; i++)
        used += (size_t)snprintf(deep + used, sizeof(deep) - used, "/d");
    make_dir(deep);
    fails(dataset_hash(dir, NULL, was, &err), err, ERR_USAGE,
          "folders over 64 deep", "folders without end");
    BUG_ON(dir_remove(at("set/d"), &err) < 0);
    if (geteuid() != 0) {
        BUG_ON(chmod(at("set/c"), 0) < 0);
        ok(strlen(sum(dir, NULL)) == 64, "a folder that cannot be read");
        BUG_ON(chmod(at("set/c"), 0700) < 0);
    }
}

int main(void)
{
    struct err err = {0};

    BUG_ON(!mkdtemp(top));
    make_dataset();
    check_expansion();
    check_folds();
    check_online();
    ok(!file_exists(at("run")), "planning makes nothing");
    check_one_change();
    check_placement();
    check_dataset();
    check_split_csv();
    check_near_duplicates();
    check_layout();
    check_recipe();
    check_versions();
    check_damage();
    check_unfinished();
    check_long_reason();
    check_half_way();
    check_keys();
    check_refusals();
    check_pin();
    check_cache();
    check_odd_files();
    plan_release(&plan);
    ok(dir_remove(top, &err) == 0, "clean up");
    return tap_done();
}
