/*
 * test_train_longer.c - more epochs than before: the bytes of an unbroken
 * training of the longer length
 */
#include "train_run.h"

/* Train for so many epochs, with the last checkpoint kept in "kept". */
static int train_kept(const char *out, const struct config *c, int epochs,
                      struct train_watch *w)
{
    struct config more = *c;
    struct err err = {0};
    char kept[256];

    snprintf(kept, sizeof(kept), "%s", in_dir("kept"));
    *w = (struct train_watch){.kept = kept};
    more.train.epochs = epochs;
    return train_alone(out, &more, w, &err);
}

static int train_unbroken(const char *out, const struct config *c, int epochs)
{
    struct config more = *c;
    struct train_watch w = {0};
    struct err err = {0};

    more.train.epochs = epochs;
    return train_alone(out, &more, &w, &err);
}

static void drop(const char *name)
{
    struct err err;

    BUG_ON(file_dir_remove(in_dir(name), &err) < 0);
}

static void drop_all(void)
{
    drop("short");
    drop("long");
    drop("whole");
    drop("kept");
}

/* Two epochs, then five. */
static void check_longer(const struct config *c, const char *what)
{
    struct train_watch w;
    int all;

    ok(train_unbroken("whole", c, 5) == 0 &&
           train_kept("short", c, 2, &w) == 0 &&
           !file_exists(in_dir("short/checkpoint")) &&
           file_exists(in_dir("kept/1.safetensors")),
       what);
    all = w.told;
    ok(train_kept("long", c, 5, &w) == 0 && same_results("whole", "long"),
       "  longer: the bytes of an unbroken one");
    ok(w.told < 2 * all && w.warned[0] == '\0',
       "  and only the epochs that were not there");
    drop_all();
}

/* One that stopped early would have, had it been longer. */
static void check_stopped(const struct config *c)
{
    struct config stops = *c;
    struct train_watch w;

    stops.train.learning_rate = 1e-7; /* nothing gets better */
    stops.train.bn_momentum = 0.99;
    stops.train.stop_patience = 1;
    ok(train_unbroken("whole", &stops, 9) == 0 &&
           train_kept("short", &stops, 8, &w) == 0 &&
           isnan(history_of("short", 7, "loss")),
       "a training that stops early");
    ok(train_kept("long", &stops, 9, &w) == 0 && same_results("whole", "long"),
       "  longer: it stops where it did");
    ok(w.told == 0, "  without a step");
    drop_all();
}

/* A shorter one, or the same again, is trained. */
static void check_not_longer(const struct config *c)
{
    struct train_watch w;

    ok(train_kept("long", c, 2, &w) == 0, "a training");
    ok(train_kept("short", c, 1, &w) == 0 && w.told > 0 && !w.warned[0],
       "  one that is shorter starts at the beginning");
    ok(train_kept("whole", c, 1, &w) == 0 && w.told > 0 && !w.warned[0] &&
           same_results("whole", "short"),
       "  and so does the same again");
    drop_all();
}

/* No room for the checkpoint is no failure. */
static void check_not_kept(const struct config *c)
{
    struct train_watch w;
    struct err err = {0};

    BUG_ON(file_write(in_dir("kept"), "a file", 6, &err) < 0);
    ok(train_kept("short", c, 1, &w) == 0 &&
           file_exists(in_dir("short/model.safetensors")) &&
           strstr(w.warned, "the last checkpoint is not kept"),
       "what cannot be kept is said, and training is whole");
}

int main(void)
{
    struct config c;

    begin_training(&c);
    c.train.plateau_patience = 1;
    check_longer(&c, "a training whose rate falls by its loss");
    c.train.schedule = RATE_CONSTANT;
    c.train.ema = 0.9;
    c.train.optimizer = OPTIMIZER_nesterov;
    check_longer(&c, "by Nesterov's steps, averaged");
    configure_run(&c);
    check_stopped(&c);
    check_not_longer(&c);
    check_not_kept(&c);
    return end_training();
}
