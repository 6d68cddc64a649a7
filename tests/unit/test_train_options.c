/*
 * test_train_options.c - balanced batches, kept epochs, pairs, and other numbers
 * of ranks
 *
 * What a trainer is asked to do beside plain training, on cells of 32x32 random
 * pixels with a tint that tells the class, compared with the same done here.
 */
#include "base/file.h"
#include "base/rng.h"
#include "ranks/dist_threads.h"
#include "stages/train/balanced_sampler.h"
#include "stages/train/teacher.h"
#include "stages/train/trainer.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

enum { SIDE = 32, PIXELS = SIDE * SIDE * 3, CLASSES = 3, TRAIN = 17 };
enum { VALIDATION = 10, BATCH = 8, EPOCHS = 2, STEPS = 3, SEED = 3 };
enum { MOST_RANKS = 3 };

static char class_name[CLASSES][CONFIG_NAME_MAX] = {"blue", "red", "white"};
static uint8_t pixels[TRAIN + VALIDATION][PIXELS];
static struct sample samples[TRAIN + VALIDATION];
static const uint8_t *kept[TRAIN + VALIDATION];
static char dir[64];

static const char *in_dir(const char *out, const char *name)
{
    static char path[4][256];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof(path[turn]), "%s/%s/%s", dir, out, name);
    return path[turn];
}

static struct trainset make_set(void)
{
    for (int i = 0; i < TRAIN + VALIDATION; i++) {
        struct rng rng;

        samples[i] = (struct sample){.pixels = pixels[i],
                                     .label = i % CLASSES,
                                     .kept = (uint32_t)i,
                                     .source = (uint32_t)i};
        kept[i] = pixels[i];
        rng_init(&rng, 77, RNG_TEST, (uint32_t)i, 0);
        for (int j = 0; j < PIXELS; j++)
            pixels[i][j] =
                (uint8_t)(rng_below(&rng, 120) +
                          (j % 3 == i % 3 ? 40u + rng_below(&rng, 90) : 0u));
    }
    return (struct trainset){.train = samples,
                             .validation = samples + TRAIN,
                             .n_train = TRAIN,
                             .n_validation = VALIDATION,
                             .kept = kept,
                             .n_kept = TRAIN + VALIDATION,
                             .h = SIDE,
                             .w = SIDE,
                             .n_class = CLASSES,
                             .class_name = class_name};
}

/* --- one training ----------------------------------------------------------*/

struct hook_log {
    int calls, stop_at; /* of is_stopping(); 0: never */
    char warned[600];
};

static bool is_stopping(void *self)
{
    struct hook_log *w = self;

    return ++w->calls == w->stop_at;
}

static void on_progress(void *self, double done, double total, const char *note)
{
    (void)self;
    (void)note;
    BUG_ON(done < 0 || done > total);
}

static void on_warning(void *self, const char *text)
{
    snprintf(((struct hook_log *)self)->warned, 600, "%s", text);
}

static struct config configure_run(void)
{
    struct config c;

    config_init(&c);
    c.train.epochs = EPOCHS;
    c.train.batch = BATCH;
    c.train.bn_momentum = 0.8;
    c.train.checkpoint_seconds = 1e9; /* only when it is stopped */
    return c;
}

/* What a member of the team is told, and how it fared. */
struct trainer_rank {
    struct trainer_args a;
    int rc;
    struct err err;
};

static void run_member(void *self, struct dist *d)
{
    struct trainer_rank *m = self;

    m->a.dist = d;
    m->rc = trainer_run(&m->a, &m->err);
}

/* A training by so many ranks, in OUT under 'dir'. */
static int train_ranks(const char *out, const struct trainer_args *how,
                       int ranks, struct hook_log *w, struct err *err)
{
    static struct trainer_rank m[MOST_RANKS];
    void *self[MOST_RANKS];
    char path[256];
    struct dist process;

    snprintf(path, sizeof(path), "%s/%s", dir, out);
    if (file_dir_make(path, err) < 0)
        return -1;
    dist_alone(&process);
    for (int i = 0; i < ranks; i++) {
        m[i] = (struct trainer_rank){.a = *how};
        m[i].a.dir = path;
        m[i].a.hash = "0123";
        m[i].a.network = "mobilenetv2";
        m[i].a.seed = SEED;
        m[i].a.threads = 1;
        m[i].a.hooks =
            (struct trainer_hooks){is_stopping, on_progress, on_warning, w};
        self[i] = &m[i];
    }
    dist_threads_turns(&process, ranks, ranks, run_member, self);
    *err = m[0].err;
    return m[0].rc;
}

static bool same_file(const char *a, const char *a_name, const char *b,
                      const char *b_name)
{
    char *data[2] = {NULL, NULL};
    size_t size[2] = {0, 1};
    struct err err;
    bool same;

    same =
        file_read(in_dir(a, a_name), 1 << 28, &data[0], &size[0], &err) == 0 &&
        file_read(in_dir(b, b_name), 1 << 28, &data[1], &size[1], &err) == 0 &&
        size[0] == size[1] && memcmp(data[0], data[1], size[0]) == 0;
    free(data[0]);
    free(data[1]);
    return same;
}

static bool same_results(const char *a, const char *b)
{
    static const char *const name[] = {"steps.csv", "history.csv",
                                       "model.safetensors", "last.safetensors"};
    bool same = true;

    for (int i = 0; i < 4; i++)
        same = same && same_file(a, name[i], b, name[i]);
    return same;
}

/* Column 'name' of a table; returns how many rows. */
static size_t read_column(const char *out, const char *table, const char *name,
                          double *value, size_t max)
{
    struct csv csv;
    struct err err;
    size_t n = 0;

    if (csv_read(&csv, in_dir(out, table), &err) < 0)
        return 0;
    for (; n < csv.n_row && n < max; n++)
        value[n] =
            strtod(csv_get(&csv, n, (size_t)csv_column(&csv, name)), NULL);
    csv_release(&csv);
    return n;
}

/* --- balanced batches and kept epochs --------------------------------------*/

static void check_balanced(const struct trainer_args *plain)
{
    struct config c = *plain->config;
    struct trainer_args how = *plain;
    double loss[EPOCHS * STEPS] = {0}, epoch[EPOCHS] = {0};
    struct err err = {0};

    c.train.sampler = SAMPLER_BALANCED;
    c.train.keep_every = 2;
    c.train.epochs = 4;
    c.train.stop_patience = 0;
    how.config = &c;
    ok(train_ranks("balanced", &how, 1, &(struct hook_log){0}, &err) == 0 &&
           read_column("balanced", "steps.csv", "loss", loss, EPOCHS * STEPS) ==
               EPOCHS * STEPS &&
           read_column("balanced", "history.csv", "loss", epoch, EPOCHS) ==
               EPOCHS,
       "a training with balanced batches");
    for (int e = 0; e < EPOCHS; e++)
        near(epoch[e],
             (loss[e * STEPS] + loss[e * STEPS + 1] + loss[e * STEPS + 2]) /
                 STEPS,
             1e-7, "  are full: an epoch's loss is their plain mean");
    ok(same_file("balanced", "epoch-00004.safetensors", "balanced",
                 "last.safetensors") &&
           file_exists(in_dir("balanced", "epoch-00002.safetensors")),
       "every second epoch is kept");
    ok(!file_exists(in_dir("balanced", "epoch-00001.safetensors")) &&
           !file_exists(in_dir("balanced", "epoch-00003.safetensors")),
       "  and no other");
    c.train.epochs = 2;
    ok(train_ranks("two", &how, 1, &(struct hook_log){0}, &err) == 0 &&
           same_file("balanced", "epoch-00002.safetensors", "two",
                     "last.safetensors"),
       "  as it was then");
    c.train.batch = TRAIN + 1;
    fails(train_ranks("large", &how, 1, &(struct hook_log){0}, &err), err,
          ERR_USAGE, "a balanced batch of 18 samples, there are 17",
          "too large a batch");
}

/* --- all at once, interrupted and shared out -------------------------------*/

static void check_together(const struct trainer_args *plain)
{
    struct config c = *plain->config;
    struct trainer_args how = *plain;
    double two[EPOCHS * STEPS], other[EPOCHS * STEPS], worst = 0;
    struct hook_log w = {0};
    struct err err = {0};

    c.train.sampler = SAMPLER_BALANCED;
    c.train.mixup = 0.4;
    c.train.ema = 0.5;
    c.train.learning_rate = 1e-5; /* rounding must not grow */
    how.config = &c;
    ok(train_ranks("all", &how, 2, &w, &err) == 0, "all of them, two ranks");
    for (int stop = 1; stop <= STEPS + 1; stop++) {
        char out[32];

        snprintf(out, sizeof(out), "all%d", stop);
        fails(train_ranks(out, &how, 2, &(struct hook_log){.stop_at = stop},
                          &err),
              err, ERR_AGAIN, "stopped",
              "a training with all options is stopped");
        w = (struct hook_log){0};
        ok(train_ranks(out, &how, 2, &w, &err) == 0 &&
               same_results("all", out) && !w.warned[0],
           "a training with all options goes on to the same bytes");
    }
    read_column("all", "steps.csv", "loss", two, EPOCHS * STEPS);
    for (int ranks = 1; ranks <= 3; ranks += 2) {
        fails(train_ranks(ranks == 1 ? "one" : "three", &how, 2,
                          &(struct hook_log){.stop_at = 2}, &err),
              err, ERR_AGAIN, "after step 2", "two ranks stop");
        w = (struct hook_log){0};
        ok(train_ranks(ranks == 1 ? "one" : "three", &how, ranks, &w, &err) ==
               0,
           ranks == 1 ? "one rank goes on" : "three ranks go on");
        ok(strstr(w.warned, "made by 2 ranks, now there are") != NULL,
           "  and it is said");
        ok(read_column(ranks == 1 ? "one" : "three", "steps.csv", "loss", other,
                       EPOCHS * STEPS) == EPOCHS * STEPS,
           "  as many steps");
        for (int i = 0; i < EPOCHS * STEPS; i++)
            worst = fmax(worst, fabs(other[i] / two[i] - 1));
    }
    printf("# largest relative difference of losses: %.3g\n", worst);
    ok(worst < 1e-3, "  to losses that differ by rounding");
}

/* Interrupted after the second step, then gone on with: the same bytes as
 * unbroken, and not those of "pair", without the option. */
static void check_goes_on(const char *out, const struct trainer_args *how)
{
    char broken[32];
    struct err err = {0};

    snprintf(broken, sizeof(broken), "%s-broken", out);
    ok(train_ranks(out, how, 2, &(struct hook_log){0}, &err) == 0, out);
    fails(train_ranks(broken, how, 2, &(struct hook_log){.stop_at = 2}, &err),
          err, ERR_AGAIN, "after step 2", "  stops");
    ok(train_ranks(broken, how, 2, &(struct hook_log){0}, &err) == 0 &&
           same_results(out, broken),
       "  goes on to the same bytes");
    ok(!same_file(out, "steps.csv", "pair", "steps.csv"),
       "  which are others than without it");
}

static void check_bf16(const struct trainer_args *plain)
{
    struct config c = *plain->config;
    struct trainer_args how = *plain;
    struct err err = {0};

    how.config = &c;
    ok(train_ranks("pair", plain, 2, &(struct hook_log){0}, &err) == 0,
       "two ranks without options");
    c.train.precision = PRECISION_BF16;
    check_goes_on("bf16", &how);
}

/* One that knows the labels teaches what they do; one that is not heeded
 * nothing; samples are mixed with what it says of them. */
static void check_teacher(const struct trainer_args *plain)
{
    static float sure[(TRAIN + VALIDATION) * CLASSES];
    const struct teacher teacher = {.p = sure};
    struct config c = *plain->config;
    struct trainer_args how = *plain;
    double with[EPOCHS * STEPS], without[EPOCHS * STEPS];
    struct err err = {0};

    for (int i = 0; i < TRAIN + VALIDATION; i++)
        sure[i * CLASSES + samples[i].label] = 1;
    how.config = &c;
    how.teacher = &teacher;
    c.train.teacher_temperature = 1;
    c.train.mixup = 0.4;
    c.train.teacher_weight = 0;
    ok(train_ranks("unheeded", &how, 2, &(struct hook_log){0}, &err) == 0,
       "a teacher that is not heeded");
    c.train.teacher_weight = 0.75;
    ok(train_ranks("sure", &how, 2, &(struct hook_log){0}, &err) == 0,
       "a teacher that knows the labels");
    /* of a mixture of two sure ones the entropy is all that is left out */
    ok(read_column("unheeded", "steps.csv", "loss", without, 1) == 1 &&
           read_column("sure", "steps.csv", "loss", with, 1) == 1 &&
           with[0] < without[0] && with[0] > without[0] - 0.75 * log(2),
       "  the first loss is less by the entropy of the mixtures");
    c.train.mixup = 0;
    ok(train_ranks("surer", &how, 2, &(struct hook_log){0}, &err) == 0 &&
           read_column("surer", "steps.csv", "loss", with, 1) == 1 &&
           read_column("pair", "steps.csv", "loss", without, 1) == 1 &&
           fabs(with[0] / without[0] - 1) < 1e-6,
       "  without mixtures it is the labels'");
    for (int i = 0; i < (TRAIN + VALIDATION) * CLASSES; i++)
        sure[i] = sure[i] > 0 ? 0.5f : 0.25f;
    c.train.teacher_temperature = 3;
    check_goes_on("taught", &how);
}

/* --- pairs -----------------------------------------------------------------*/

static void check_pairs(const struct trainer_args *plain)
{
    struct config c = *plain->config;
    struct trainset set = *plain->set;
    struct trainer_args how = *plain;
    struct hook_log w = {0};
    struct err err = {0};

    how.config = &c;
    how.set = &set;
    how.contrastive = true;
    how.head = HEAD_PROJECT_TWO;
    c.train.batch = 3;
    fails(train_ranks("few", &how, 1, &w, &err), err, ERR_USAGE,
          "a batch of 3 images holds no pairs of two classes; 4 are needed",
          "a batch without pairs is refused");
    c.train.batch = BATCH;
    set.n_train = 4; /* of classes 0, 1, 2, 0 */
    fails(train_ranks("lone", &how, 1, &w, &err), err, ERR_USAGE,
          "class 'red' has a single training image; a pair is needed",
          "a class of one sample is refused");
    set.n_train = 3;
    fails(train_ranks("lone", &how, 1, &w, &err), err, ERR_USAGE,
          "a batch of 3 images", "too few samples");
    ok(w.calls == 0, "before a step was made");
    set.n_train = TRAIN;
    ok(train_ranks("pairs", &how, 1, &w, &err) == 0 && w.calls > 0,
       "pairs, the last batch of an epoch a single image");
}

int main(void)
{
    const struct config c = configure_run();
    const struct trainset set = make_set();
    const struct trainer_args plain = {.config = &c, .set = &set};
    struct err err = {0};

    snprintf(dir, sizeof(dir), "/tmp/test_train_options.XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    check_balanced(&plain);
    check_together(&plain);
    check_bf16(&plain);
    check_teacher(&plain);
    check_pairs(&plain);
    ok(file_dir_remove(dir, &err) == 0, "the test's directory is removed");
    return tap_done();
}
