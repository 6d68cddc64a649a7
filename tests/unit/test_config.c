/* test_config.c - the configuration: defaults, every refusal, round trips */
#include "base/file.h"
#include "config/config.h"
#include "config/config_key.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/papline-config-XXXXXX";
static char path[64];

/* Read 'yaml' from a file called x.yaml. */
static int read_yaml(const char *yaml, struct config *c, struct err *err)
{
    *err = (struct err){0};
    if (file_write(path, yaml, strlen(yaml), err) < 0)
        return -1;
    return config_read(c, path, NULL, 0, err);
}

static int read_set(const char *text, struct config *c, struct err *err)
{
    const struct config_set set = {text};

    *err = (struct err){0};
    return config_read(c, NULL, &set, 1, err);
}

static void check_defaults(void)
{
    struct config c;

    config_init(&c);
    ok(strcmp(c.run.dir, "runs/default") == 0 && c.run.seed == 1,
       "default of section run");
    ok(!c.dataset.path[0] && c.dataset.draw_per_class == 0,
       "default of section dataset");
    ok(c.preprocess.size == 110 && c.preprocess.resize == RESIZE_NEAREST &&
           c.preprocess.aspect == ASPECT_SQUASH,
       "default of section preprocess");
    ok(c.split.method == SPLIT_BY_GROUP && !c.split.csv[0],
       "default of split.method and split.csv");
    near(c.split.test, 0.2, 0, "default of split.test");
    near(c.split.validation, 0.2, 0, "default of split.validation");
    ok(strcmp(c.augment.recipe, "light") == 0 && c.augment.variants == 2 &&
           c.augment.workers == CONFIG_AUTO && c.augment.unit == 32,
       "default of section augment");
    ok(c.train.networks.n == 1 && c.train.regimes.n == 1 &&
           strcmp(c.train.networks.word[0], "mobilenetv2") == 0 &&
           strcmp(c.train.regimes.word[0], "scratch") == 0 &&
           c.train.seeds.n == 1 && c.train.seeds.value[0] == 1,
       "default of train.networks, train.regimes and train.seeds");
    ok(c.evaluate.model == MODEL_BEST_ACCURACY && c.explain.methods.n == 5 &&
           strcmp(c.explain.methods.word[0], "gradcam") == 0 &&
           strcmp(c.explain.methods.word[4], "lime") == 0 &&
           strcmp(c.explain.layers.word[0], "auto") == 0 &&
           c.explain.scorecam_variant == SCORECAM_PAPER &&
           c.explain.per_class == 5,
       "default of sections evaluate and explain");
    ok(strcmp(c.scheduler.endpoint, "auto") == 0 && c.scheduler.lease == 10 &&
           c.scheduler.tries == 3,
       "default of section scheduler");
}

static void check_train_defaults(void)
{
    struct config c;

    config_init(&c);
    ok(c.train.epochs == 50 && c.train.batch == 32 &&
           c.train.input == INPUT_AUTO && c.train.stop_patience == 3 &&
           c.train.plateau_patience == 2 && c.train.ranks == 1 &&
           c.train.threads == 0,
       "default of section train");
    near(c.train.learning_rate, 1e-3, 0, "default of train.learning_rate");
    ok(c.train.optimizer == OPTIMIZER_adam &&
           strcmp(config_word(&c, "train", "optimizer"), "adam") == 0 &&
           c.train.schedule == RATE_PLATEAU && c.train.warmup_epochs == 0 &&
           c.train.clip_norm == 0,
       "default of train.optimizer and train.schedule");
    near(c.train.momentum, 0.9, 0, "default of train.momentum");
    near(c.train.weight_decay, 0.004, 0, "default of train.weight_decay");
    near(c.train.bn_momentum, 0, 0, "default of train.bn_momentum");
    ok(c.train.mixup == 0 && c.train.ema == 0 && c.train.average_epochs == 0 &&
           c.train.keep_every == 0 && c.train.sampler == SAMPLER_SHUFFLE &&
           c.train.projection == PROJECTION_ONE,
       "options of training are off by default");
    near(c.train.plateau_factor, 0.2, 0, "default of train.plateau_factor");
    ok(c.train.min_learning_rate == 1e-5, "default of train.min_learning_rate");
    near(c.train.checkpoint_seconds, 60, 0,
         "default of train.checkpoint_seconds");
}

static void check_reading(void)
{
    struct config c;
    struct err err;

    ok(read_yaml("# a comment\n"
                 "run:\n  dir: \"runs/a \\\"b\\\" \xc3\xa9\"\n"
                 "split: {method: csv, csv: 'it''s.csv', test: 0.25}\n"
                 "train:\n  seeds: [1, 2,\n    3]\n  networks:\n"
                 "    - mobilenetv2\n    - vgg16\n  learning_rate: 3e-4\n"
                 "augment:\n",
                 &c, &err) == 0,
       "a file in all YAML's manners is read");
    ok(strcmp(c.run.dir, "runs/a \"b\" \xc3\xa9") == 0,
       "YAML: a quoted string with quotes and UTF-8");
    ok(c.split.method == SPLIT_BY_CSV && strcmp(c.split.csv, "it's.csv") == 0,
       "YAML: a flow mapping");
    near(c.split.test, 0.25, 0, "YAML: a number");
    ok(c.train.seeds.n == 3 && c.train.seeds.value[2] == 3,
       "YAML: a flow list over two lines");
    ok(c.train.networks.n == 2 && !strcmp(c.train.networks.word[1], "vgg16"),
       "YAML: a block list");
    ok(c.train.learning_rate == 3e-4, "YAML: a number with an exponent");
    ok(c.augment.variants == 2, "YAML: an empty section keeps its defaults");
    ok(read_yaml("", &c, &err) == 0 && c.train.epochs == 50,
       "YAML: an empty file is all defaults");
    ok(read_yaml("# nothing\n", &c, &err) == 0,
       "YAML: a file of one comment is all defaults");
    ok(read_yaml("---\n...\n", &c, &err) == 0,
       "YAML: an empty document is all defaults");
    ok(config_read(&c, NULL, NULL, 0, &err) == 0,
       "without a file all is default");
}

/* YAML, and what its refusal says behind the file's name. */
static const struct {
    const char *yaml, *text;
} bad[] = {
    {"run:\n  seed: 1\ntrain:\n  epocs: 3\n",
     ":4: train.epocs: no such key; did you mean train.epochs?"},
    {"train:\n  size: 3\n",
     ":2: train.size: no such key; did you mean preprocess.size?"},
    {"train:\n  zzzzzzzzzz: 3\n", ":2: train.zzzzzzzzzz: no such key"},
    {"trian:\n  epochs: 3\n", ":1: trian: no such section; did you mean train"},
    {"zzzzzzzzz: 3\n", ":1: zzzzzzzzz: no such section"},
    {"train:\n  epochs: 0\n", ":2: train.epochs: 0 is out of range 1..10000"},
    {"train:\n  epochs: 99999999999999999999\n", "is out of range 1..10000"},
    {"train:\n  epochs: many\n",
     ":2: train.epochs: 'many' is not a whole number"},
    {"train:\n  epochs: 3.5\n", "'3.5' is not a whole number"},
    {"train:\n  epochs:\n", ":2: train.epochs: '' is not a whole number"},
    {"train:\n  epochs: 0x10\n", "'0x10' is not a whole number"},
    {"train:\n  epochs: 3\n  batch: 2\n  epochs: 4\n",
     ":4: train.epochs: given twice"},
    {"split:\n  test: 1.5\n", ":2: split.test: 1.5 is out of range 0..0.9"},
    {"split:\n  test: nan\n", ":2: split.test: 'nan' is not a number"},
    {"split:\n  test: 0,2\n", "'0,2' is not a number"},
    {"split:\n  test: 1e999\n", "1e999 is out of range"},
    {"split:\n  method: grup\n",
     ":2: split.method: 'grup' is not one of random, group, csv, folders; did you mean "
     "group?"},
    {"split:\n  method: zzzzzzzz\n",
     "'zzzzzzzz' is not one of random, group, csv"},
    {"train:\n  epochs: [1, 2]\n",
     ":2: train.epochs: a list, but takes one value"},
    {"train:\n  seeds: 1\n", ":2: train.seeds: '1' is no list; write [a, b]"},
    {"train:\n  seeds: []\n", ":2: train.seeds: the list is empty"},
    {"train:\n  seeds: [1, 1]\n", ":2: train.seeds: '1' is listed twice"},
    {"train:\n  networks: [a, b, a]\n", "train.networks: 'a' is listed twice"},
    {"train:\n  networks: [a/b]\n",
     "'a/b' is not a name of letters, digits, '-', '_' and '.'"},
    {"train:\n  networks: ['..']\n", "'..' is not a name of"},
    {"train:\n  mixup: 101\n", ":2: train.mixup: 101 is out of range 0..100"},
    {"train:\n  ema: 1\n", ":2: train.ema: 1 is out of range 0..0.99999"},
    {"train:\n  keep_every: -1\n", "-1 is out of range 0..10000"},
    {"train:\n  sampler: shufle\n",
     "'shufle' is not one of shuffle, balanced; did you mean shuffle?"},
    {"train:\n  projection: three\n", "'three' is not one of one, two"},
    {"train:\n  networks: ['']\n", "'' is empty, a name is needed"},
    {"train:\n  seeds: [1, [2]]\n", ":2: train.seeds: a list within a list"},
    {"train:\n  seeds: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]\n",
     ":2: train.seeds: more than 16 members"},
    {"train:\n  epochs: {a: 1}\n",
     ":2: train.epochs: a mapping, but takes a value"},
    {"train: 3\n", ":1: train: a section, so 'key: value' lines must follow"},
    {"train: [1]\n", ":1: train: a section"},
    {"- train\n", ":1: not a mapping of sections"},
    {"just words\n", ":1: not a mapping of sections"},
    {"[a]: 1\n", ":1: a section must be a word"},
    {"train:\n  [a]: 1\n", ":2: train: a key must be a word"},
    {"train:\n\tepochs: 3\n", ":2: not YAML: "},
    {"train: {epochs: 3\n", ": not YAML: "},
    {"run:\n  dir: \"unclosed\n", ": not YAML: "},
    {"run:\n  dir: a\xff\n", ": not YAML: "},
    {"run:\n  dir: &x a\n", ":2: anchors, aliases and tags are not taken"},
    {"run:\n  dir: *x\n", ":2: anchors, aliases and tags are not taken"},
    {"run: &x\n  seed: 1\n", ":1: anchors, aliases and tags are not taken"},
    {"train:\n  seeds: &x [1]\n", "anchors, aliases and tags are not taken"},
    {"run:\n  seed: !!int 3\n", "anchors, aliases and tags are not taken"},
    {"run:\n  dir: \"a\\0b\"\n", ":2: a zero byte in a value"},
    {"run:\n  seed: 1\n---\nrun:\n  seed: 2\n", ":3: a second document"},
    {"train:\n  optimizer: adamax\n", ": train.optimizer: "},
    {"train:\n  schedule: linear\n", ": train.schedule: "},
    {"augment:\n  workers: many\n", "'many' is not a whole number, nor auto"},
    {"train:\n  epocs: 1\n  epochs: 0\nzzzzzzzz: 1\n", "(and 2 more)"},
};

static void check_refusals(void)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct config c = {.train.epochs = 77};
        struct err err;

        fails(read_yaml(bad[i].yaml, &c, &err), err, ERR_USAGE, bad[i].text,
              bad[i].text);
        if (strncmp(err.text, path, strlen(path)) != 0 || c.train.epochs != 77)
            ok(false, "a refusal names the file and changes nothing");
    }
}

static void check_bounds(void)
{
    char *big = malloc((2 << 20) + 1);
    char where[64];
    struct config c;
    struct err err;

    BUG_ON(!big);
    memset(big, ' ', 2 << 20);
    big[2 << 20] = '\0';
    fails(read_yaml(big, &c, &err), err, ERR_USAGE, "at most 1048576",
          "a file over 1 MB");
    memset(big, '[', 1 << 20);
    memcpy(big, "x:\n- ", 5);
    big[1 << 20] = '\0';
    fails(read_yaml(big, &c, &err), err, ERR_USAGE, "no such section",
          "a megabyte of brackets");
    memset(big, 'a', 5000);
    memcpy(big, "run:\n  dir: ", 12);
    big[5000] = '\0';
    fails(read_yaml(big, &c, &err), err, ERR_USAGE,
          "run.dir: 4988 bytes of text, at most 4095",
          "a refusal cuts a long path");
    memset(big, 'z', 1000);
    memcpy(big + 1000, ": 1\n", 5);
    fails(read_yaml(big, &c, &err), err, ERR_USAGE, "zz...: no such section",
          "a refusal cuts a long word");
    free(big);
    snprintf(where, sizeof(where), "%s/none.yaml", dir);
    err = (struct err){0};
    fails(config_read(&c, where, NULL, 0, &err), err, ERR_USAGE, "none.yaml",
          "a missing configuration is refused");
    fails(config_read(&c, dir, NULL, 0, &err), err, ERR_USAGE,
          "not a regular file", "a directory as configuration is refused");
}

static const struct {
    const char *set, *text;
} bad_set[] = {
    {"train.epocs=3", "--set: train.epocs: no such key; did you mean train.ep"},
    {"explain.method=lime",
     "--set: explain.method: no such key; did you mean explain.methods?"},
    {"explain.layer=Conv_1",
     "--set: explain.layer: no such key; did you mean explain.layers?"},
    {"train.epochs=0", "--set: train.epochs: 0 is out of range 1..10000"},
    {"train.epochs=10001", "--set: train.epochs: 10001 is out of range"},
    {"train.epochs=", "--set: train.epochs: '' is not a whole number"},
    {"train.epochs", "--set: 'train.epochs' is not section.key=value"},
    {"epochs=3", "--set: 'epochs=3' is not section.key=value"},
    {"=", "--set: '=' is not section.key=value"},
    {".a=1", "--set: '.a=1' is not section.key=value"},
    {"a.=1", "--set: 'a.=1' is not section.key=value"},
    {"train.seeds=3", "--set: train.seeds: '3' is no list"},
    {"train.seeds=[1,", "--set: not YAML: "},
    {"train.seeds=[1] 2", "--set: not YAML: "},
    {"train.seeds=[1,x]", "--set: train.seeds: 'x' is not a whole number"},
    {"train.seeds=[[1]]", "--set: train.seeds: a list within a list"},
    {"train.seeds=[&a 1]", "--set: anchors, aliases"},
    {"run.dir=\xff\xfe", "--set: run.dir: "},
    {"split.method=csv", "split.csv: is needed"},
    {"preprocess.bits=7", "preprocess.bits: '7' is not full, auto or a number"},
    {"preprocess.bits=17", "'17' is not full, auto or a number of 8..16"},
    {"preprocess.bits=1x", "'1x' is not full, auto or a number of 8..16"},
};

static void check_settings(void)
{
    const struct config_set set[] = {
        {"train.epochs=3"},     {"train.epochs=4"},
        {"train.seeds=[1,2]"},  {"train.networks=[mobilenetv2, vgg16]"},
        {"run.dir=a: [b] #'c"}, {"evaluate.costs="},
        {"split.test=.5"},
    };
    const char *yaml = "train: {epochs: 9, batch: 8}\n";
    struct config c;
    struct err err = {0};

    BUG_ON(file_write(path, yaml, strlen(yaml), &err) < 0);
    ok(config_read(&c, path, set, sizeof(set) / sizeof(set[0]), &err) == 0,
       "--set over a file");
    ok(c.train.epochs == 4 && c.train.batch == 8,
       "--set: the last of two values wins");
    ok(c.train.seeds.n == 2 && c.train.seeds.value[1] == 2,
       "--set: a list of numbers");
    ok(c.train.networks.n == 2 && !strcmp(c.train.networks.word[1], "vgg16"),
       "--set: a list of words");
    ok(strcmp(c.run.dir, "a: [b] #'c") == 0,
       "--set: a path needs no YAML quotes");
    for (size_t i = 0; i < sizeof(bad_set) / sizeof(bad_set[0]); i++)
        fails(read_set(bad_set[i].set, &c, &err), err, ERR_USAGE,
              bad_set[i].text, bad_set[i].text);
}

/* Written and read back, 'c' is the same byte for byte. */
static bool same_again(const struct config *c)
{
    struct buf b = {0};
    struct config again;
    struct err err = {0};
    bool same;

    config_write(c, &b);
    same = read_yaml(b.data, &again, &err) == 0 &&
           memcmp(c, &again, sizeof(again)) == 0;
    if (!same)
        printf("# %s\n", err.text);
    buf_release(&b);
    return same;
}

static void check_round_trip(void)
{
    static const char *const paths[] = {
        "plain/path.csv",
        "a b",
        "it's \"so\"",
        "back\\slash",
        "# no comment",
        "yes",
        "~",
        "- x",
        "tab\tand\nline",
        "../up",
        "{a: 1}",
        "100",
        "\xc3\xa9\xe2\x80\xa8\xef\xbb\xbf\xf0\x9f\x94\xac\xef\xbf\xbf\xc2\x85",
        " blanks ",
        "\x7f\x01",
        "%TAG",
        "---",
        "...",
        "@a",
        "a:",
        "&a",
        "*a"};
    static const double numbers[] = {0.1,  1.0 / 3, 0.3 - 0.2, 0.01,
                                     1e-5, 2e-9,    0.9,       0.5};
    struct config c;

    config_init(&c);
    ok(same_again(&c), "the defaults, written and read");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        config_init(&c);
        snprintf(c.run.dir, sizeof(c.run.dir), "%s", paths[i]);
        snprintf(c.split.csv, sizeof(c.split.csv), "%s", paths[i]);
        ok(same_again(&c), "a path in need of quotes");
    }
    config_init(&c);
    c.train.min_learning_rate = 0;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        c.train.learning_rate = numbers[i];
        ok(same_again(&c), "a number keeps every digit");
    }
    c.run.seed = 4294967295;
    c.split.method = SPLIT_BY_RANDOM;
    c.train.input = INPUT_TORCH;
    c.train.seeds = (struct int_list){.value = {5, 0, 7}, .n = 3};
    c.train.networks = (struct word_list){.word = {"a", "b-2_c"}, .n = 2};
    ok(same_again(&c), "words and lists, written and read");
}

static void check_reference(void)
{
    struct buf b = {0};
    struct err err = {0};
    struct config c, defaults;
    char *text = NULL;
    size_t size = 0;

    config_reference(&b);
    if (getenv("WRITE_REFERENCE"))
        BUG_ON(file_write("configs/reference.yaml", b.data, b.len, &err) < 0);
    ok(file_read("configs/reference.yaml", 1 << 20, &text, &size, &err) == 0 &&
           strcmp(text, b.data) == 0,
       "configs/reference.yaml is current (else run with WRITE_REFERENCE=1)");
    config_init(&defaults);
    ok(read_yaml(b.data, &c, &err) == 0 &&
           memcmp(&c, &defaults, sizeof(c)) == 0,
       "the reference file reads back as the defaults");
    free(text);
    buf_release(&b);
}

static void collect_key(void *self, const char *key, const char *value)
{
    buf_printf(self, "%s=%s;", key, value);
}

static void check_each(void)
{
    struct config c;
    struct buf b = {0};

    config_init(&c);
    config_each(&c, "split", collect_key, &b);
    config_each(&c, "run", collect_key, &b);
    config_each(&c, "augment", collect_key, &b);
    config_each(&c, "scheduler", collect_key, &b);
    config_each(&c, "none", collect_key, &b);
    ok(strcmp(b.data, "split.method=group;split.test=0.2;split.validation=0.2;"
                      "split.folds=1;split.near_duplicates=together;"
                      "run.seed=1;augment.variants=2;") == 0,
       "what decides results, and no placement");
    b.len = 0;
    c.split.near_duplicates = NEAR_SEPARATE;
    config_each(&c, "split", collect_key, &b);
    ok(!strstr(b.data, "near_duplicates"),
       "  nor what outputs from before the key are as if they had");
    b.len = 0;
    config_each(&c, "train", collect_key, &b);
    ok(!strstr(b.data, "seeds") && !strstr(b.data, "ranks") &&
           !strstr(b.data, "threads") && strstr(b.data, "train.batch=32;"),
       "train without its lists and placement");
    buf_release(&b);
}

/* No key is left without a default, a range, a help line. */
static void check_table(void)
{
    const struct config_key *k = config_key_run.key;
    bool complete = true;

    for (size_t i = 0; i < config_key_run.n; i++) {
        const bool number = k[i].type == KEY_INT || k[i].type == KEY_REAL ||
                            k[i].type == KEY_INTS;

        complete = complete && k[i].help && k[i].initial &&
                   strlen(k[i].help) < 76 && (!number || k[i].min < k[i].max) &&
                   (k[i].type == KEY_INT ||
                    (k[i].type == KEY_ENUM) == (k[i].words != NULL));
        for (size_t j = 0; j < i; j++)
            complete = complete && strcmp(k[i].full, k[j].full) != 0;
    }
    ok(complete, "every row of the table is complete, no key twice");
}

int main(void)
{
    struct err err = {0};

    BUG_ON(!mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/x.yaml", dir);
    check_defaults();
    check_train_defaults();
    check_reading();
    check_refusals();
    check_bounds();
    check_settings();
    check_round_trip();
    check_reference();
    check_each();
    check_table();
    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}
