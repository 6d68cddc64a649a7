/* test_train.c - a small network learns, by steps as they are asked for */
#include "nn/loss.h"
#include "nn/model.h"
#include "train_run.h"

/* The stored network, asked again, gives the validation loss it is said to. */
static void check_validation(struct graph *g, const struct model_info *info)
{
    struct trainset set;
    struct err err = {0};
    double loss = 0, correct = 0;

    if (!ok(g && trainset_open(&set,
                               &(struct trainset_args){.data = in_dir("data")},
                               &err) == 0,
            "the training set is opened again"))
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
         "  and the accuracy");
    trainset_close(&set);
}

/* steps.csv tells a step's epoch; both count from 1. */
static void check_steps(const char *name)
{
    char *text = NULL, last[32], first[32];
    size_t size;
    struct err err = {0};

    snprintf(last, sizeof(last), "\n%d,1,", STEPS);
    snprintf(first, sizeof(first), "\n%d,2,", STEPS + 1);
    ok(file_read(in_dir(name), 1 << 20, &text, &size, &err) == 0 &&
           strstr(text, "loss\n1,1,") && strstr(text, last) &&
           strstr(text, first),
       "steps.csv counts steps and epochs from 1");
    free(text);
}

static void check_unbroken(const struct config *c)
{
    struct train_watch w = {0};
    struct err err = {0};
    struct model_info info = {0};
    struct graph *g;
    double loss[64] = {0};

    if (!ok(train_alone("whole", c, &w, &err) == 0, "a network trains"))
        printf("# %s\n", err.text);
    ok(read_steps("whole", loss, 64) == (size_t)EPOCHS * STEPS,
       "a loss for each step, the last batch of an epoch is short");
    check_steps("whole/steps.csv");
    near(loss[0], log(CLASSES), 0.35, "the first loss is near chance");
    g = model_read(in_dir("whole/model.safetensors"),
                   &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER},
                   &info, &err);
    ok(g && strcmp(info.network, "mobilenetv2") == 0 && info.h == SIDE &&
           info.input == PREPROCESS_TF && info.n_class == CLASSES &&
           strcmp(info.class_name[1], "red, dark") == 0 && info.epoch >= 1 &&
           info.epoch <= EPOCHS,
       "the model's file says what it is");
    check_validation(g, &info);
    graph_free(g);
    near(history_of("whole", 1, "loss"),
         (BATCH * loss[3] + BATCH * loss[4] + loss[5]) / TRAIN, 1e-7,
         "an epoch's loss is the mean over its samples");
    ok(!file_exists(in_dir("whole/checkpoint")),
       "no checkpoint is left of a training");
    ok(file_exists(in_dir("whole/timing.csv")), "timing.csv lies apart");
    ok(train_alone("whole", c, &w, &err) == 0 && w.told > 0,
       "a training that is complete has nothing to do");
}

/* The model kept is the first of the best accuracy, of equal ones by loss. */
static void check_best(const char *name, int epochs)
{
    char path[64];
    struct model_info info = {0};
    struct err err = {0};
    struct graph *g;
    int best = 0;

    for (int i = 1; i < epochs; i++) {
        const double a = history_of(name, (size_t)i, "val_accuracy");
        const double b = history_of(name, (size_t)best, "val_accuracy");
        const double loss = history_of(name, (size_t)i, "val_loss");

        if (a > b ||
            (a == b && loss < history_of(name, (size_t)best, "val_loss")))
            best = i;
    }
    snprintf(path, sizeof(path), "%s/model.safetensors", name);
    g = model_read(in_dir(path),
                   &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER},
                   &info, &err);
    ok(g && info.epoch == best + 1,
       "the model kept is of the best accuracy, then of the least loss");
    graph_free(g);
}

/* Full batches, a few more epochs, no wild steps: training must learn. */
static void check_learning(const struct config *c)
{
    struct config more = *c;
    struct train_watch w = {0};
    struct err err = {0};
    double loss[64] = {0};
    size_t n;

    more.train.epochs = 8;
    more.train.batch = TRAIN;
    more.train.learning_rate = 3e-4;
    more.train.stop_patience = 0;
    ok(train_alone("more", &more, &w, &err) == 0,
       "eight epochs of full batches are trained");
    n = read_steps("more", loss, 64);
    printf("# loss %.3f .. %.3f\n", loss[0], n ? loss[n - 1] : 0.0);
    ok(n == 8 && loss[7] < 0.5 * loss[0], "  and halve the loss");
    check_best("more", 8);
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
        const struct safetensors_tensor *t = safetensors_find(&f, name);
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
    struct train_watch w = {.stop_at = 2};
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
    ok(slot_norm("rates", "v") < 0,
       "the checkpoint of SGD has no moments of Adam");
    near(slot_norm("rates", "momentum") / (r / 3 * 0.125), 1, 1e-4,
         "after steps of rate 0 and r/3 the momentum is clipped");
    w = (struct train_watch){0};
    ok(train_alone("rates", &way, &w, &err) == 0, "a stopped training goes on");
    near(history_of("rates", 0, "learning_rate"), r * 2 / 3, 1e-7,
         "history.csv: the rate of the warm-up");
    near(history_of("rates", 1, "learning_rate"), r * (1 + cos(pi * 2 / 3)) / 2,
         1e-7, "history.csv: the rate of the cosine");
    ok(train_alone("unbroken", &way, &w, &err) == 0 &&
           same_results("unbroken", "rates"),
       "a stopped training goes on to the bytes of an unbroken one");
}

static void check_refused(const struct config *c)
{
    struct config wild = *c;
    struct trainset set;
    struct train_watch w = {0};
    struct err err = {0};

    wild.train.learning_rate = 1e30;
    fails(train_alone("wild", &wild, &w, &err), err, ERR_INPUT,
          "loss is not finite at epoch 1, step",
          "weights that explode end a training");
    ok(strstr(err.text, "the first layer whose output is not is '"),
       "  and the layer is named where it begins");
    printf("# %s\n", err.text);
    wild.train.learning_rate = 1e-3;
    wild.train.batch = 5000;
    fails(train_alone("wild", &wild, &w, &err), err, ERR_USAGE,
          "5000 images, at most 4096", "a batch too large is refused");
    ok(make_store(in_dir("single"), 9, 6, 0, 1, &err) == 0,
       "a store of one class is made");
    fails(trainset_open(&set, &(struct trainset_args){.data = in_dir("single")},
                        &err),
          err, ERR_USAGE, "of 1 class, at least 2", "one class is refused");
    ok(make_store(in_dir("untrained"), 9, 0, 0, 2, &err) == 0,
       "a store without training cells is made");
    fails(trainset_open(
              &set, &(struct trainset_args){.data = in_dir("untrained")}, &err),
          err, ERR_USAGE, "no training image",
          "a training set without training cells is refused");
    ok(make_store(in_dir("blind"), 9, 9, 0, 2, &err) == 0,
       "a store of training cells alone is made");
    fails(trainset_open(&set, &(struct trainset_args){.data = in_dir("blind")},
                        &err),
          err, ERR_USAGE, "no validation image",
          "a training set without validation cells is refused");
    fails(trainset_open(&set,
                        &(struct trainset_args){.data = in_dir("data"),
                                                .augment = in_dir("blind")},
                        &err),
          err, ERR_USAGE, "of 2 classes, the others of 3",
          "variants of other classes are refused");
    fails(trainset_open(&set, &(struct trainset_args){.data = in_dir("absent")},
                        &err),
          err, ERR_INPUT, "", "a training set without a store is refused");
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
       "a training set with variants is opened");
    ok(set.n_train == TRAIN + 39 && set.n_validation == VALIDATION - 1,
       "  all but those set aside are in it");
    ok(set.train[TRAIN].pixels == store_image(&set.augment, 0),
       "  variants come after the others");
    trainset_close(&set);
}

int main(void)
{
    struct config c;

    begin_training(&c);
    check_unbroken(&c);
    check_learning(&c);
    check_rates(&c);
    check_refused(&c);
    check_augmented();
    return end_training();
}
