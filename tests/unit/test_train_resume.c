/*
 * test_train_resume.c - nothing that interrupts a training shows
 *
 * The unbroken training is the reference; stopped, killed and damaged ones are
 * compared with it byte by byte.
 */
#include "train_run.h"

/* Stop at the k-th question, go on in a second call. */
static void check_stop(const struct config *c, int k, const char *text)
{
    struct train_watch w = {.stop_at = k};
    struct err err = {0};
    char out[32];

    snprintf(out, sizeof(out), "stop%d", k);
    fails(train_alone(out, c, &w, &err), err, ERR_AGAIN, text, text);
    w = (struct train_watch){0};
    ok(train_alone(out, c, &w, &err) == 0 && same_results("whole", out),
       "  goes on to the same bytes");
    ok(w.warned[0] == '\0', "  without a warning");
}

/* Lose power after the k-th step, with a checkpoint at every step. */
static void check_kill(const struct config *c, int k)
{
    struct config often = *c;
    struct train_watch w = {.copy_at = k, .threads = 2};
    struct err err = {0};
    char to[256];

    snprintf(to, sizeof(to), "%s", in_dir("killed"));
    w.to = to;
    often.train.checkpoint_seconds = 0;
    ok(train_alone("often", &often, &w, &err) == 0 &&
           same_results("whole", "often"),
       "checkpoints at every step and two threads change nothing");
    w = (struct train_watch){0};
    ok(train_alone("killed", c, &w, &err) == 0 &&
           same_results("whole", "killed"),
       "  goes on from the checkpoint");
    ok(w.told < EPOCHS * (STEPS + 2), "  and not from the start");
    ok(file_dir_remove(in_dir("often"), &err) == 0 &&
           file_dir_remove(in_dir("killed"), &err) == 0,
       "the test's output is removed");
}

static void damage_file(const char *out, const char *name, long at)
{
    char path[600];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s/checkpoint/%s", dir, out, name);
    f = fopen(path, "r+b");
    ok(f && fseek(f, at, SEEK_END) == 0 && fputc(0x55, f) != EOF,
       "damage a checkpoint");
    if (f)
        fclose(f);
}

static void check_damage(const struct config *c, bool both, const char *text)
{
    struct config often = *c;
    struct train_watch w = {.stop_at = 2};
    struct err err = {0};

    often.train.checkpoint_seconds = 0;
    fails(train_alone("hurt", &often, &w, &err), err, ERR_AGAIN, "stopped",
          "stopped at the second step");
    damage_file("hurt", "0.safetensors", -1000);
    if (both)
        damage_file("hurt", "1.safetensors", -100000);
    w = (struct train_watch){0};
    ok(train_alone("hurt", c, &w, &err) == 0 && same_results("whole", "hurt"),
       "the same bytes after damage");
    if (!ok(strstr(w.warned, text) && strstr(w.warned, "does not match"), text))
        printf("# '%s'\n", w.warned);
    ok(file_dir_remove(in_dir("hurt"), &err) == 0,
       "the damaged output is removed");
}

static void check_other_key(const struct config *c)
{
    struct trainset set;
    struct dist d;
    struct train_watch w = {.stop_at = 2};
    struct err err = {0};
    struct trainer_args a = {
        .dir = in_dir("key"),
        .hash = "other",
        .network = "mobilenetv2",
        .seed = 3,
        .config = c,
        .set = &set,
        .threads = 1,
        .hooks = {is_stopping, on_progress, on_warning, &w}};
    char out[256];

    snprintf(out, sizeof(out), "%s", in_dir("key"));
    a.dir = out;
    fails(train_alone("key", c, &w, &err), err, ERR_AGAIN, "stopped",
          "a training is stopped");
    dist_alone(&d);
    a.dist = &d;
    w = (struct train_watch){.stop_at = 1};
    ok(trainset_open(&set, &(struct trainset_args){.data = in_dir("data")},
                     &err) == 0,
       "data for the trainings are made");
    fails(trainer_run(&a, &err), err, ERR_AGAIN, "in epoch 1 after step 1",
          "another content hash starts again");
    ok(strstr(w.warned, "other parameters") != NULL, "  and warns");
    a.network = "lenet";
    fails(trainer_run(&a, &err), err, ERR_USAGE, "lenet", "unknown network");
    trainset_close(&set);
}

int main(void)
{
    struct config c;
    struct train_watch w = {0};
    struct err err = {0};

    begin_training(&c);
    ok(train_alone("whole", &c, &w, &err) == 0, "a training without a break");
    check_stop(&c, 1, "in epoch 1 after step 1");
    check_stop(&c, STEPS + 2, "in epoch 1 after step 3"); /* validating */
    check_stop(&c, STEPS + 2 + 2, "in epoch 2 after step 2");
    check_kill(&c, 2);
    check_damage(&c, false, "an older one is used");
    check_damage(&c, true, "training starts again");
    check_other_key(&c);
    return end_training();
}
