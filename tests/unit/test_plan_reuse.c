/*
 * test_plan_reuse.c - what a run holds: of another version, damaged, unfinished
 */
#include "config/config_key.h"
#include "plan_run.h"

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
    put_file(path, b.data);
    buf_release(&b);
    free(text);
}

/* Make the sealed step look as if another version of its stage had made it. */
static void check_versions(void)
{
    const char *manifest = path_at("run/data/manifest.json");
    struct config c = base_config();
    char hash[HASH_HEX], path[512];

    snprintf(path, sizeof(path), "%s", manifest);
    snprintf(hash, sizeof(hash), "%s", make_plan(&c)->step[0].hash);
    replace_in(path, "\"version\": 2", "\"version\": 0");
    replace_in(path, hash, "0");
    text_is(what_runs(&c), "preprocess: preprocess version 0 -> 2; ",
            "another version of the stage; others, whose inputs are as before, "
            "do not run");
    replace_in(path, "\"version\": 0", "\"version\": 2");
    text_is(what_runs(&c), "preprocess: output is of another content hash; ",
            "a content hash that nothing explains");
    replace_in(path, "\"key\": \"0\"", "\"key\": \"x\", \"a\": 1");
    replace_in(path, "\"split.test\": \"0.2\"", "\"split.gone\": \"1\"");
    ok(strstr(what_runs(&c), "split.test (none) -> 0.2, split.gone 1 -> "
                             "(none); "),
       "keys that are new or gone");
    complete_plan(make_plan(&c));
    text_is(what_runs(&c), "", "run again, all is current");
}

static void check_damage(void)
{
    struct config c = base_config();
    struct err err = {0};

    put_file(path_at("run/augment/out"), "longer than it was");
    text_is(what_runs(&c), "augment: output damaged: out has 18 bytes, not 7; ",
            "a damaged output runs again, and nothing else");
    BUG_ON(unlink(path_at("run/augment/out")) < 0);
    text_is(what_runs(&c), "augment: output damaged: out is missing; ",
            "a missing file");
    BUG_ON(unlink(path_at("run/augment/manifest.json")) < 0);
    ok(strstr(what_runs(&c), "augment: output damaged: cannot open"),
       "a missing manifest is a reason");
    BUG_ON(file_dir_remove(path_at("run/augment"), &err) < 0);
    text_is(what_runs(&c), "augment: no output yet; ", "no directory");
    complete_plan(make_plan(&c));
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
    BUG_ON(output_begin(path_at("run"), plan_find(p, "explain/" EXP), path,
                        &resumed, &err) < 0);
    ok(strstr(what_runs(&c), "explain/" EXP ": explain.per_class 5 -> 1, "
                             "unfinished, goes on; "),
       "unfinished beside an older output");
    BUG_ON(file_dir_remove(path_at("run/explain/" EXP), &err) < 0);
    ok(strstr(what_runs(&c), "explain/" EXP ": unfinished, goes on; "),
       "unfinished, no older output");
    c.explain.per_class = 2;
    ok(strstr(what_runs(&c), "explain/" EXP ": no output yet; "),
       "work for another content hash is not gone on with");
    c = base_config();
    complete_plan(make_plan(&c));
}

/* What a step says that is to have more epochs than its output. */
static const char *with_more_epochs(const char *regime, const char *step)
{
    struct config c = base_config();
    struct err err;

    BUG_ON(config_take_set(&c, regime, &err) < 0);
    complete_plan(make_plan(&c));
    c.train.epochs++;
    return plan_find(make_plan(&c), step)->reason;
}

/* Of an encoder nothing is kept. */
static void check_longer(void)
{
    const struct config c = base_config();

    ok(strstr(with_more_epochs("train.regimes=[scratch]", "train/" EXP),
              "the shorter one's last checkpoint is not there") &&
           plan_find(&plan, "train/" EXP)->any_length[0],
       "a training goes on from a shorter one's checkpoint");
    ok(strstr(with_more_epochs("train.regimes=[contrastive]",
                               "train/mobilenetv2-contrastive-s1"),
              "regime contrastive trains its encoder again") &&
           !plan_find(&plan, "train/mobilenetv2-contrastive-s1")->any_length[0],
       "  but a classifier behind an encoder does not");
    complete_plan(make_plan(&c));
}

/* Trainings that came to something else before are done again, no others. */
static void check_revisions(void)
{
    static const struct {
        const char *set[4], *experiment, *param;
        bool there;
    } rows[] = {
        {{"train.networks=[vgg16]", "train.bn_momentum=0.5"},
         "vgg16-scratch-s1",
         "\"batch norm of the head\"",
         true},
        {{"train.networks=[vgg16]"},
         "vgg16-scratch-s1",
         "\"batch norm of the head\"",
         false},
        {{"train.bn_momentum=0.5"}, EXP, "\"batch norm of the head\"", false},
        {{"train.networks=[vgg16]", "train.bn_momentum=0.5",
          "train.regimes=[contrastive]"},
         "vgg16-contrastive-s1",
         "\"batch norm of the head\"",
         false},
        {{"train.mixup=0.2", "train.sampler=balanced"},
         EXP,
         "\"mixtures\":\"others each time\"",
         true},
        {{"train.augment=online", "train.augment_recipe=notebook"},
         EXP,
         "\"turns\"",
         true},
        {{"train.augment=online", "train.augment_recipe=light"},
         EXP,
         "\"turns\"",
         false},
        {{"train.augment_recipe=notebook"}, EXP, "\"turns\"", false},
        {{"train.mixup=0.2"}, EXP, "\"mixtures\"", false},
        {{"train.sampler=balanced"}, EXP, "\"mixtures\"", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct config c = base_config();
        const struct plan_step *n;
        char name[64], what[160];
        struct err err;

        for (int k = 0; k < 4 && rows[i].set[k]; k++)
            BUG_ON(config_take_set(&c, rows[i].set[k], &err) < 0);
        snprintf(name, sizeof(name), "train/%s", rows[i].experiment);
        n = plan_find(make_plan(&c), name);
        snprintf(what, sizeof(what), "%s with %s: %s %s", name, rows[i].set[0],
                 rows[i].there ? "has" : "has no", rows[i].param);
        ok(n && !strstr(n->params, rows[i].param) == !rows[i].there, what);
    }
}

/* A long list of reasons is cut, not overrun. */
static void check_long_reason(void)
{
    struct config c = base_config();
    const struct plan_step *n;

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
    for (int i = 1; i < p->n_step; i++)
        p->step[i].run = false;
    complete_plan(p); /* only preprocess, then it was stopped */
    ok(!strncmp(what_runs(&c), "augment: input preprocess changed; train/", 41),
       "an input that changed before");
    c = base_config();
    complete_plan(make_plan(&c));
    text_is(what_runs(&c), "", "and back");
}

int main(void)
{
    begin_complete();
    check_versions();
    check_damage();
    check_unfinished();
    check_longer();
    check_revisions();
    check_long_reason();
    check_half_way();
    return end_plan();
}
