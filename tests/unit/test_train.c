/*
 * test_train.c - a small network learns, and nothing that interrupts it shows
 *
 * Cells of 32x32 random pixels with a tint that tells the class.  The unbroken
 * training is the reference; stopped, killed, damaged and divided ones are
 * compared with it byte by byte.  It starts itself under mpirun for two ranks:
 * test_train --ranks DIR OUT STOP-AT.
 */
#include "base/file.h"
#include "base/rng.h"
#include "nn/loss.h"
#include "nn/model.h"
#include "stages/train/trainer.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    SIDE = 32,
    PIXELS = SIDE * SIDE * 3,
    CLASSES = 3,
    TRAIN = 17, /* batches of 8, 8 and 1 */
    VALIDATION = 11,
    ALL = TRAIN + VALIDATION,
    BATCH = 8,
    EPOCHS = 2,
    STEPS = 3,
};

static const char class_name[CLASSES][CONFIG_NAME_MAX] = {"blue", "red, dark",
                                                          "white"};
/* So slow that rounding cannot grow: see check_ranks(). */
#define SLOW 1e-6

static char dir[64];

static const char *in_dir(const char *name)
{
    static char path[4][256];
    static int turn;

    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
    return path[turn];
}

/* --- cells -----------------------------------------------------------------*/

static void draw(uint8_t *p, uint32_t cell, int label)
{
    struct rng rng;

    rng_init(&rng, 77, RNG_TEST, cell, 0);
    for (int i = 0; i < PIXELS; i++)
        p[i] = (uint8_t)(rng_below(&rng, 120) +
                         (i % 3 == label ? 40u + rng_below(&rng, 90) : 0u));
}

/* Rows 0 .. n-1; 'from' shifts which cells they are.  One row is set aside. */
static int make_store(const char *path, size_t n, size_t train, uint32_t from,
                      int classes, struct err *err)
{
    const struct store_args a = {.dir = path,
                                 .header = "file,class,split,status",
                                 .n = n,
                                 .h = SIDE,
                                 .w = SIDE,
                                 .class_name = class_name,
                                 .n_class = classes};
    struct store_writer *w = NULL;
    static uint8_t pixels[PIXELS];
    char line[128];
    const char *record = line;

    if (dir_make(path, err) < 0 || store_create(&w, &a, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const bool aside = n > 1 && i == n - 1;
        const int label = aside ? -1 : (int)(i % (size_t)classes);

        draw(pixels, from + (uint32_t)i, label);
        snprintf(line, sizeof(line), "%zu,\"%s\",%s,%s", i,
                 class_name[i % (size_t)classes],
                 i < train ? "train" : "validation", aside ? "bad" : "ok");
        if (store_put(w, i, 1, pixels, &label, &record, err) < 0)
            return -1;
    }
    return store_finish(w, err);
}

/* --- one training ----------------------------------------------------------*/

struct watch {
    int calls, stop_at; /* of stopping(); 0: never */
    int copy_at;        /* of progress(): copy checkpoint/ to ... */
    int told;
    int threads; /* 0: 1 */
    const char *from, *to;
    char warned[600];
};

static bool stopping(void *self)
{
    struct watch *w = self;

    return ++w->calls == w->stop_at;
}

static void copy_file(const char *from, const char *to, const char *name)
{
    char a[512], b[512], *data = NULL;
    size_t size = 0;
    struct err err;

    snprintf(a, sizeof(a), "%s/checkpoint/%s", from, name);
    snprintf(b, sizeof(b), "%s/checkpoint", to);
    if (dir_make(b, &err) < 0 || !file_exists(a))
        return;
    snprintf(b, sizeof(b), "%s/checkpoint/%s", to, name);
    if (file_read(a, 1 << 28, &data, &size, &err) == 0 &&
        file_write(b, data, size, &err) == 0)
        free(data);
}

/* What a machine that loses power at this moment would leave. */
static void progress(void *self, double done, double total, const char *note)
{
    struct watch *w = self;

    (void)note;
    BUG_ON(done < 0 || done > total);
    if (++w->told != w->copy_at)
        return;
    copy_file(w->from, w->to, "0.safetensors");
    copy_file(w->from, w->to, "1.safetensors");
}

static void warn(void *self, const char *text)
{
    snprintf(((struct watch *)self)->warned, 600, "%s", text);
}

static void configure(struct config *c)
{
    config_init(c);
    c->train.epochs = EPOCHS;
    c->train.batch = BATCH;
    c->train.learning_rate = 1e-3;
    c->train.bn_momentum = 0.8;
    c->train.checkpoint_seconds = 1e9;
}

static int train(struct dist *d, const char *store, const char *out,
                 const struct config *c, struct watch *w, struct err *err)
{
    struct trainset set;
    const struct trainer_args a = {.dir = out,
                                   .key = "0123",
                                   .network = "mobilenetv2",
                                   .seed = 3,
                                   .config = c,
                                   .set = &set,
                                   .dist = d,
                                   .threads = w->threads > 1 ? w->threads : 1,
                                   .hooks = {stopping, progress, warn, w}};
    int rc;

    if (dir_make(out, err) < 0 ||
        trainset_open(&set, &(struct trainset_args){.data = store}, err) < 0)
        return -1;
    rc = trainer_run(&a, err);
    trainset_close(&set);
    return rc;
}

/* A training in OUT under 'dir' by one rank. */
static int train_alone(const char *out, const struct config *c, struct watch *w,
                       struct err *err)
{
    struct dist d;

    dist_alone(&d);
    w->from = in_dir(out);
    return train(&d, in_dir("data"), in_dir(out), c, w, err);
}

static bool same_file(const char *a, const char *b, const char *name)
{
    char path[2][600], *data[2] = {NULL, NULL};
    size_t size[2] = {0, 1};
    struct err err;
    bool same;

    snprintf(path[0], sizeof(path[0]), "%s/%s/%s", dir, a, name);
    snprintf(path[1], sizeof(path[1]), "%s/%s/%s", dir, b, name);
    same = file_read(path[0], 1 << 28, &data[0], &size[0], &err) == 0 &&
           file_read(path[1], 1 << 28, &data[1], &size[1], &err) == 0 &&
           size[0] == size[1] && memcmp(data[0], data[1], size[0]) == 0;
    free(data[0]);
    free(data[1]);
    return same;
}

static bool same_results(const char *a, const char *b)
{
    return same_file(a, b, "last.safetensors") &&
           same_file(a, b, "model.safetensors") &&
           same_file(a, b, "history.csv") && same_file(a, b, "steps.csv");
}

/* Losses of steps.csv; returns how many. */
static size_t read_steps(const char *out, double *loss, size_t max)
{
    char path[600];
    struct csv csv;
    struct err err;
    size_t n = 0;

    snprintf(path, sizeof(path), "%s/%s/steps.csv", dir, out);
    if (csv_read(&csv, path, &err) < 0)
        return 0;
    for (; n < csv.n_row && n < max; n++)
        loss[n] =
            strtod(csv_get(&csv, n, (size_t)csv_column(&csv, "loss")), NULL);
    csv_release(&csv);
    return n;
}

/* --- the checks ------------------------------------------------------------*/

static double history_of(const char *out, size_t row, const char *column)
{
    char path[600];
    struct csv csv;
    struct err err;
    double x = NAN;

    snprintf(path, sizeof(path), "%s/%s/history.csv", dir, out);
    if (csv_read(&csv, path, &err) < 0)
        return x;
    if (row < csv.n_row)
        x = strtod(csv_get(&csv, row, (size_t)csv_column(&csv, column)), NULL);
    csv_release(&csv);
    return x;
}

/* The stored network, asked again, gives the validation loss it is said to. */
static void check_validation(struct graph *g, const struct model_info *info)
{
    struct trainset set;
    struct err err = {0};
    double loss = 0, correct = 0;

    if (!ok(g && trainset_open(&set,
                               &(struct trainset_args){.data = in_dir("data")},
                               &err) == 0,
            "again"))
        return;
    for (size_t i = 0; i < set.n_validation; i++) {
        const struct sample *v = &set.validation[i];
        const struct loss_batch b = {.n = 1,
                                     .k = CLASSES,
                                     .n_global = 1,
                                     .z = graph_output(g)->out.data,
                                     .label = &v->label};

        preprocess(info->input, v->pixels, SIDE * SIDE, graph_input(g));
        graph_forward(g, PHASE_INFER);
        loss += loss_cross_entropy(&b);
        correct += (double)loss_correct(&b);
    }
    near(loss / (double)set.n_validation, info->val_loss, 1e-4,
         "the validation loss is the stored network's");
    near(correct / (double)set.n_validation, info->val_accuracy, 1e-9,
         "and the accuracy");
    trainset_close(&set);
}

static void check_unbroken(const struct config *c)
{
    struct watch w = {0};
    struct err err = {0};
    struct model_info info = {0};
    struct graph *g;
    double loss[64] = {0};

    if (!ok(train_alone("whole", c, &w, &err) == 0, "trains"))
        printf("# %s\n", err.text);
    ok(read_steps("whole", loss, 64) == (size_t)EPOCHS * STEPS,
       "a loss for each step, the last batch of an epoch is short");
    near(loss[0], log(CLASSES), 0.35, "starts near chance");
    g = model_read(in_dir("whole/model.safetensors"),
                   &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER},
                   &info, &err);
    ok(g && strcmp(info.network, "mobilenetv2") == 0 && info.h == SIDE &&
           info.input == PREPROCESS_TF && info.n_class == CLASSES &&
           strcmp(info.class_name[1], "red, dark") == 0 && info.epoch >= 1 &&
           info.epoch <= EPOCHS,
       "the model says what it is");
    check_validation(g, &info);
    graph_free(g);
    near(history_of("whole", 1, "loss"),
         (BATCH * loss[3] + BATCH * loss[4] + loss[5]) / TRAIN, 1e-7,
         "an epoch's loss is the mean over its samples");
    ok(!file_exists(in_dir("whole/checkpoint")), "no checkpoint is left");
    ok(file_exists(in_dir("whole/timing.csv")), "timing is apart");
    ok(train_alone("whole", c, &w, &err) == 0 && w.told > 0,
       "again: nothing to do");
}

/* Full batches, a few more epochs, no wild steps: training must learn. */
static void check_learning(const struct config *c)
{
    struct config more = *c;
    struct watch w = {0};
    struct err err = {0};
    double loss[64] = {0};
    size_t n;

    more.train.epochs = 8;
    more.train.batch = TRAIN;
    more.train.learning_rate = 3e-4;
    more.train.stop_patience = 0;
    ok(train_alone("more", &more, &w, &err) == 0, "eight epochs");
    n = read_steps("more", loss, 64);
    printf("# loss %.3f .. %.3f\n", loss[0], n ? loss[n - 1] : 0.0);
    ok(n == 8 && loss[7] < 0.5 * loss[0], "the loss falls");
}

/* The optimiser's block of floats in a checkpoint, its L2 norm, or -1. */
static double slot_norm(const char *out, const char *name)
{
    struct safetensors f;
    struct err err;
    double sum = -1;
    char path[600];

    snprintf(path, sizeof(path), "%s/%s/checkpoint/1.safetensors", dir, out);
    if (safetensors_read(&f, path, &err) < 0)
        return -1;
    if (safetensors_find(&f, name)) {
        const struct st_tensor *t = safetensors_find(&f, name);
        const float *x = t->data;

        sum = 0;
        for (size_t i = 0; i < t->dim[0]; i++)
            sum += (double)x[i] * (double)x[i];
    }
    safetensors_release(&f);
    return sum < 0 ? sum : sqrt(sum);
}

/* Steps of rate 0, r/3, 2r/3, r and two along the cosine, by clipped SGD. */
static void check_rates(const struct config *c)
{
    struct config way = *c;
    struct watch w = {.stop_at = 2};
    struct err err = {0};
    const double r = 0.03, pi = 3.14159265358979323846;

    way.train.optimizer = OPTIMIZER_sgd;
    way.train.clip_norm = 0.125;
    way.train.learning_rate = r;
    way.train.min_learning_rate = 0;
    way.train.schedule = RATE_COSINE;
    way.train.warmup_epochs = 1;
    fails(train_alone("rates", &way, &w, &err), err, ERR_AGAIN,
          "in epoch 1 after step 2", "clipped SGD with a cosine stops");
    ok(slot_norm("rates", "v") < 0, "it is not Adam");
    near(slot_norm("rates", "momentum") / (r / 3 * 0.125), 1, 1e-4,
         "after a step of rate 0 one of a third, clipped");
    w = (struct watch){0};
    ok(train_alone("rates", &way, &w, &err) == 0, "it goes on");
    near(history_of("rates", 0, "learning_rate"), r * 2 / 3, 1e-7,
         "the warm-up");
    near(history_of("rates", 1, "learning_rate"), r * (1 + cos(pi * 2 / 3)) / 2,
         1e-7, "the cosine");
    ok(train_alone("unbroken", &way, &w, &err) == 0 &&
           same_results("unbroken", "rates"),
       "and to the bytes of one that did not stop");
}

/* Stop at the k-th question, go on in a second call. */
static void check_stop(const struct config *c, int k, const char *text)
{
    struct watch w = {.stop_at = k};
    struct err err = {0};
    char out[32];

    snprintf(out, sizeof(out), "stop%d", k);
    fails(train_alone(out, c, &w, &err), err, ERR_AGAIN, text, text);
    w = (struct watch){0};
    ok(train_alone(out, c, &w, &err) == 0 && same_results("whole", out),
       "goes on to the same bytes");
    ok(w.warned[0] == '\0', "without a warning");
}

/* Lose power after the k-th step, with a checkpoint at every step. */
static void check_kill(const struct config *c, int k)
{
    struct config often = *c;
    struct watch w = {.copy_at = k, .threads = 2};
    struct err err = {0};
    char to[256];

    snprintf(to, sizeof(to), "%s", in_dir("killed"));
    w.to = to;
    often.train.checkpoint_seconds = 0;
    ok(train_alone("often", &often, &w, &err) == 0 &&
           same_results("whole", "often"),
       "checkpoints at every step and two threads change nothing");
    w = (struct watch){0};
    ok(train_alone("killed", c, &w, &err) == 0 &&
           same_results("whole", "killed"),
       "goes on from the checkpoint");
    ok(w.told < EPOCHS * (STEPS + 2), "and not from the start");
    ok(dir_remove(in_dir("often"), &err) == 0 &&
           dir_remove(in_dir("killed"), &err) == 0,
       "clean up");
}

static void damage(const char *out, const char *name, long at)
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
    struct watch w = {.stop_at = 2};
    struct err err = {0};

    often.train.checkpoint_seconds = 0;
    fails(train_alone("hurt", &often, &w, &err), err, ERR_AGAIN, "stopped",
          "stopped at the second step");
    damage("hurt", "0.safetensors", -1000);
    if (both)
        damage("hurt", "1.safetensors", -100000);
    w = (struct watch){0};
    ok(train_alone("hurt", c, &w, &err) == 0 && same_results("whole", "hurt"),
       "the same bytes after damage");
    if (!ok(strstr(w.warned, text) && strstr(w.warned, "does not match"), text))
        printf("# '%s'\n", w.warned);
    ok(dir_remove(in_dir("hurt"), &err) == 0, "clean up");
}

static void check_other_key(const struct config *c)
{
    struct trainset set;
    struct dist d;
    struct watch w = {.stop_at = 2};
    struct err err = {0};
    struct trainer_args a = {.dir = in_dir("key"),
                             .key = "other",
                             .network = "mobilenetv2",
                             .seed = 3,
                             .config = c,
                             .set = &set,
                             .threads = 1,
                             .hooks = {stopping, progress, warn, &w}};
    char out[256];

    snprintf(out, sizeof(out), "%s", in_dir("key"));
    a.dir = out;
    fails(train_alone("key", c, &w, &err), err, ERR_AGAIN, "stopped",
          "stopped");
    dist_alone(&d);
    a.dist = &d;
    w = (struct watch){.stop_at = 1};
    ok(trainset_open(&set, &(struct trainset_args){.data = in_dir("data")},
                     &err) == 0,
       "data");
    fails(trainer_run(&a, &err), err, ERR_AGAIN, "in epoch 1 after step 1",
          "another key starts again");
    ok(strstr(w.warned, "other parameters") != NULL, "and warns");
    a.network = "lenet";
    fails(trainer_run(&a, &err), err, ERR_USAGE, "lenet", "unknown network");
    trainset_close(&set);
}

static void check_refused(const struct config *c)
{
    struct config wild = *c;
    struct trainset set;
    struct watch w = {0};
    struct err err = {0};

    wild.train.learning_rate = 1e30;
    fails(train_alone("wild", &wild, &w, &err), err, ERR_INPUT,
          "loss is not finite at epoch 1, step", "weights that explode");
    wild.train.learning_rate = 1e-3;
    wild.train.batch = 5000;
    fails(train_alone("wild", &wild, &w, &err), err, ERR_USAGE,
          "5000 images, at most 4096", "a batch too large");
    ok(make_store(in_dir("single"), 9, 6, 0, 1, &err) == 0, "one class");
    fails(trainset_open(&set, &(struct trainset_args){.data = in_dir("single")},
                        &err),
          err, ERR_USAGE, "of 1 class, at least 2", "one class is refused");
    ok(make_store(in_dir("untrained"), 9, 0, 0, 2, &err) == 0, "no split");
    fails(trainset_open(
              &set, &(struct trainset_args){.data = in_dir("untrained")}, &err),
          err, ERR_USAGE, "no training image", "nothing to train on");
    ok(make_store(in_dir("blind"), 9, 9, 0, 2, &err) == 0, "all for training");
    fails(trainset_open(&set, &(struct trainset_args){.data = in_dir("blind")},
                        &err),
          err, ERR_USAGE, "no validation image", "nothing to judge by");
    fails(trainset_open(&set,
                        &(struct trainset_args){.data = in_dir("data"),
                                                .augment = in_dir("blind")},
                        &err),
          err, ERR_USAGE, "of 2 classes, the others of 3", "other classes");
    fails(trainset_open(&set, &(struct trainset_args){.data = in_dir("absent")},
                        &err),
          err, ERR_INPUT, "", "no store");
}

static void check_augmented(void)
{
    struct trainset set;
    struct err err = {0};

    ok(make_store(in_dir("more"), 40, 40, 1000, CLASSES, &err) == 0 &&
           trainset_open(&set,
                         &(struct trainset_args){.data = in_dir("data"),
                                                 .augment = in_dir("more")},
                         &err) == 0,
       "with augmented images");
    ok(set.n_train == TRAIN + 39 && set.n_validation == VALIDATION - 1,
       "all but those set aside");
    ok(set.train[TRAIN].pixels == store_image(&set.augment, 0),
       "they come after the others");
    trainset_close(&set);
}

/* --- two ranks -------------------------------------------------------------*/

static int child(const char *where, const char *out, int stop_at)
{
    struct watch w = {.stop_at = stop_at};
    struct config c;
    struct dist d;
    struct err err = {0};
    int rc;

    snprintf(dir, sizeof(dir), "%.60s", where);
    configure(&c);
    if (stop_at < 0)
        c.train.batch = 1;
    if (strcmp(out, "slow2") == 0)
        c.train.learning_rate = SLOW;
    if (dist_start(&d, &err) < 0)
        return 1;
    rc = train(&d, in_dir("data"), in_dir(out), &c, &w, &err);
    if (rc < 0 && d.rank == 1)
        printf("# %s\n", err.text);
    dist_stop(&d);
    return rc < 0 ? err_exit_status(err.code) : 0;
}

static int two_ranks(const char *self, const char *out, int stop_at)
{
    char command[800];

    snprintf(command, sizeof(command),
             "timeout 120 mpirun --oversubscribe -n 2 '%.400s' --ranks '%s' "
             "'%s' %d 2>/dev/null",
             self, dir, out, stop_at);
    fflush(stdout);
    return system(command);
}

/* Relative distance of the two first gradients, from Adam's first moment. */
static double compare_gradients(const char *a, const char *b)
{
    struct safetensors f[2] = {{0}, {0}};
    const struct st_tensor *m[2] = {NULL, NULL};
    struct err err = {0};
    double apart = INFINITY, length = 0;
    char path[600];

    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s/checkpoint/1.safetensors", dir,
                 i ? b : a);
        if (safetensors_read(&f[i], path, &err) == 0)
            m[i] = safetensors_find(&f[i], "m");
    }
    if (m[0] && m[1]) {
        const float *x = m[0]->data, *y = m[1]->data;

        apart = 0;
        for (size_t i = 0; i < m[0]->dim[0]; i++) {
            apart += pow((double)x[i] - (double)y[i], 2);
            length += pow((double)x[i], 2);
        }
        apart = sqrt(apart / length);
    }
    safetensors_release(&f[0]);
    safetensors_release(&f[1]);
    return apart;
}

/*
 * Rounding differs with the number of ranks, and training of such a small and
 * noisy set multiplies a difference in every step; so the first gradients are
 * compared, and the losses while the weights hardly move.
 */
static void check_ranks(const struct config *c, const char *self)
{
    struct config slow = *c;
    struct watch w = {0};
    struct err err = {0};
    double one[64] = {0}, two[64] = {0}, worst = 0;

    slow.train.learning_rate = SLOW;
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* Open MPI's own leaks */
    ok(train_alone("slow1", &slow, &w, &err) == 0, "one rank");
    ok(two_ranks(self, "slow2", 0) == 0, "two ranks");
    ok(read_steps("slow1", one, 64) == (size_t)EPOCHS * STEPS &&
           read_steps("slow2", two, 64) == (size_t)EPOCHS * STEPS,
       "as many steps, the last one of an epoch without rows for one rank");
    for (int i = 0; i < EPOCHS * STEPS; i++)
        worst = fmax(worst, fabs(two[i] / one[i] - 1));
    printf("# largest relative difference of losses: %.3g\n", worst);
    ok(worst < 1e-3, "two ranks have the losses of one");
    ok(two_ranks(self, "two", 0) == 0, "two ranks, to the end");
    ok(two_ranks(self, "torn", 1) != 0, "two ranks stop");
    w = (struct watch){.stop_at = 1};
    fails(train_alone("torn1", c, &w, &err), err, ERR_AGAIN, "after step 1",
          "one rank stops");
    worst = compare_gradients("torn", "torn1");
    printf("# relative difference of gradients: %.3g\n", worst);
    ok(worst < 0.1, "the first gradient is that of one rank");
    ok(two_ranks(self, "torn", 0) == 0 && same_results("two", "torn"),
       "two ranks go on to the same bytes");
    ok(two_ranks(self, "small", -1) != 0, "a batch of 1 for two ranks");
}

int main(int argc, char **argv)
{
    struct config c;
    struct err err = {0};

    if (argc == 5 && strcmp(argv[1], "--ranks") == 0)
        return child(argv[2], argv[3], atoi(argv[4]));
    snprintf(dir, sizeof(dir), "/tmp/test_train.XXXXXX");
    if (!mkdtemp(dir))
        return 1;
    configure(&c);
    ok(make_store(in_dir("data"), ALL, TRAIN, 0, CLASSES, &err) == 0, "cells");
    check_unbroken(&c);
    check_learning(&c);
    check_rates(&c);
    check_stop(&c, 1, "in epoch 1 after step 1");
    check_stop(&c, STEPS + 2, "in epoch 1 after step 3"); /* validating */
    check_stop(&c, STEPS + 2 + 2, "in epoch 2 after step 2");
    check_kill(&c, 2);
    check_damage(&c, false, "an older one is used");
    check_damage(&c, true, "training starts again");
    check_other_key(&c);
    check_refused(&c);
    check_augmented();
    check_ranks(&c, argv[0]);
    ok(dir_remove(dir, &err) == 0, "clean up");
    return tap_done();
}
