/* test_config_check.c - keys that do not go together are refused */
#include "config/config.h"
#include "test_dir.h"

/* YAML, and what its refusal says behind the file's name. */
static const struct {
    const char *yaml, *text;
} bad[] = {
    {"split:\n  method: csv\n", ": split.csv: is needed with split.method csv"},
    {"train:\n  mixup: 0.01\n",
     "train.mixup: 0.01 is neither 0 nor at least 0.05"},
    {"train:\n  teacher: t.csv\n  costs: \"0 1; 1 0\"\n",
     "train.costs: expected cost has no train.teacher"},
    {"train:\n  sampler: balanced\n  batch: 3\n",
     "train.batch: 3 images hold no pairs of two classes; train.sampler "
     "balanced needs 4"},
    {"train:\n  regimes: [scratch, contrastive]\n  batch: 3\n",
     "train.batch: 3 images hold no pairs of two classes; regime contrastive "
     "needs 4"},
    {"run:\n  dir: ''\n", ": run.dir: is empty"},
    {"train:\n  learning_rate: 1e-6\n",
     ": train.min_learning_rate: 1e-05 is above train.learning_rate 1e-06"},
    {"train:\n  regimes: [scratch, contrastive]\n  encoder_rate: 1e-6\n",
     ": train.min_learning_rate: 1e-05 is above train.encoder_rate 1e-06"},
    {"train:\n  regimes: [contrastive]\n  schedule: cosine\n  variants:\n"
     "    low: {encoder_rate: 1e-6}\n",
     ": train.variants.low: train.min_learning_rate: 1e-05 is above "
     "train.encoder_rate 1e-06"},
    {"layout:\n  csv: x\n  classes: a, b\n",
     ": layout.classes: is of folders, which are not looked at with layout.csv"},
    {"layout:\n  csv: x\n  include: '*.png'\n", ": layout.include: is of"},
    {"layout:\n  csv: x\n  exclude: '*-d.png'\n", ": layout.exclude: is of"},
    {"split:\n  folds: 2\n", ": split.folds: of 2, one tests"},
    {"layout:\n  csv: x\nsplit:\n  folds: 3\n  method: csv\n",
     ": split.folds: a column of layout.csv is one split"},
    {"split:\n  folds: 3\n  test: 0\ntrain:\n  regimes: [cost_sensitive]\n"
     "  class_weights: balanced_test\n",
     ": train.class_weights: balanced_test counts test cells, and with "
     "split.test 0 folds have none; use balanced"},
    {"train:\n  warmup_epochs: 2\n",
     ": train.warmup_epochs: needs train.schedule cosine"},
    {"train:\n  schedule: cosine\n  warmup_epochs: 5\n  epochs: 5\n",
     ": train.warmup_epochs: 5 leave none of train.epochs 5"},
    {"train:\n  regimes: [scratch, contrastive]\n  schedule: cosine\n"
     "  warmup_epochs: 3\n  encoder_epochs: 3\n",
     ": train.warmup_epochs: 3 leave none of train.encoder_epochs 3"},
    {"train:\n  batch: 1\n  ranks: 2\n",
     ": train.batch: 1 images are fewer than train.ranks 2"},
    {"train:\n  reproducible: strict\n  ranks: 3\n",
     ": train.ranks: train.reproducible strict has 1, 2 or 4, not 3"},
    {"train:\n  reproducible: strict\n  ranks: 8\n",
     ": train.ranks: train.reproducible strict has 1, 2 or 4, not 8"},
    {"train:\n  reproducible: strict\n  batch: 3\n",
     ": train.batch: 3 images are fewer than the 4 parts of "},
    {"scheduler:\n  endpoint: udp://x\n",
     ": scheduler.endpoint: 'udp://x' is neither auto, ipc nor tcp://ADDRESS:PORT"},
    {"scheduler:\n  endpoint: tcp://host\n", "is neither auto, ipc nor tcp://"},
};

/* What would be refused beside other keys, and here is not read. */
static const char *const good[] = {
    "train:\n  schedule: cosine\n  warmup_epochs: 3\n  encoder_epochs: 3\n",
    "train:\n  schedule: cosine\n  encoder_rate: 1e-6\n",
    "train:\n  schedule: constant\n  learning_rate: 1e-6\n",
    "train:\n  regimes: [contrastive]\n  schedule: constant\n"
    "  encoder_rate: 1e-6\n",
};

static void check_good(const char *path)
{
    struct config c;
    struct err err;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        put_file("x.yaml", good[i]);
        if (!ok(config_read(&c, path, NULL, 0, &err) == 0,
                "keys that are not read do not refuse others"))
            printf("# %s\n", err.text);
    }
}

int main(void)
{
    struct config c = {.train.epochs = 77};
    struct err err;
    const char *path;

    begin_dir();
    path = in_dir("x.yaml");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        put_file("x.yaml", bad[i].yaml);
        fails(config_read(&c, path, NULL, 0, &err), err, ERR_USAGE, bad[i].text,
              bad[i].text);
        ok(strncmp(err.text, path, strlen(path)) == 0 && c.train.epochs == 77,
           "  the refusal names the file and changes nothing");
    }
    check_good(path);
    return end_dir();
}
