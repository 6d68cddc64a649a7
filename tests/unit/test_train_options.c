/*
 * test_train_options.c - balanced batches, kept epochs, teachers, pairs, and
 * other numbers of ranks
 *
 * What a trainer is asked to do beside plain training, on cells of 32x32 random
 * pixels with a tint that tells the class, compared with the same done here.
 */
#include "stages/train/teacher.h"
#include "train_run.h"

/* --- balanced batches and kept epochs --------------------------------------*/

static void check_balanced(const struct trainer_args *plain)
{
    struct config c = *plain->config;
    struct trainer_args how = *plain;
    double loss[EPOCHS * STEPS] = {0};
    struct err err = {0};

    c.train.sampler = SAMPLER_BALANCED;
    c.train.keep_every = 2;
    c.train.epochs = 4;
    c.train.stop_patience = 0;
    how.config = &c;
    ok(train_team("balanced", &how, 1, &(struct train_watch){0}, &err) == 0 &&
           read_steps("balanced", loss, EPOCHS * STEPS) == EPOCHS * STEPS,
       "a training with balanced batches");
    for (int e = 0; e < EPOCHS; e++)
        near(history_of("balanced", (size_t)e, "loss"),
             (loss[e * STEPS] + loss[e * STEPS + 1] + loss[e * STEPS + 2]) /
                 STEPS,
             1e-7, "  are full: an epoch's loss is their plain mean");
    ok(same_bytes("balanced/epoch-00004.safetensors",
                  "balanced/last.safetensors") &&
           file_exists(in_dir("balanced/epoch-00002.safetensors")),
       "every second epoch is kept");
    ok(!file_exists(in_dir("balanced/epoch-00001.safetensors")) &&
           !file_exists(in_dir("balanced/epoch-00003.safetensors")),
       "  and no other");
    c.train.epochs = 2;
    ok(train_team("two", &how, 1, &(struct train_watch){0}, &err) == 0 &&
           same_bytes("balanced/epoch-00002.safetensors",
                      "two/last.safetensors"),
       "  as it was then");
    c.train.batch = TRAIN + 1;
    fails(train_team("large", &how, 1, &(struct train_watch){0}, &err), err,
          ERR_USAGE, "a balanced batch of 18 samples, there are 17",
          "too large a batch");
}

/* --- all at once, interrupted and shared out -------------------------------*/

static void check_together(const struct trainer_args *plain)
{
    struct config c = *plain->config;
    struct trainer_args how = *plain;
    double two[EPOCHS * STEPS], other[EPOCHS * STEPS], worst = 0;
    struct train_watch w = {0};
    struct err err = {0};

    c.train.sampler = SAMPLER_BALANCED;
    c.train.mixup = 0.4;
    c.train.ema = 0.5;
    c.train.learning_rate = 1e-5; /* rounding must not grow */
    how.config = &c;
    ok(train_team("all", &how, 2, &w, &err) == 0, "all of them, two ranks");
    for (int stop = 1; stop <= STEPS + 1; stop++) {
        char out[32];

        snprintf(out, sizeof(out), "all%d", stop);
        fails(train_team(out, &how, 2, &(struct train_watch){.stop_at = stop},
                         &err),
              err, ERR_AGAIN, "stopped",
              "a training with all options is stopped");
        w = (struct train_watch){0};
        ok(train_team(out, &how, 2, &w, &err) == 0 &&
               same_results("all", out) && !w.warned[0],
           "a training with all options goes on to the same bytes");
    }
    read_steps("all", two, EPOCHS * STEPS);
    for (int ranks = 1; ranks <= 3; ranks += 2) {
        fails(train_team(ranks == 1 ? "one" : "three", &how, 2,
                         &(struct train_watch){.stop_at = 2}, &err),
              err, ERR_AGAIN, "after step 2", "two ranks stop");
        w = (struct train_watch){0};
        ok(train_team(ranks == 1 ? "one" : "three", &how, ranks, &w, &err) == 0,
           ranks == 1 ? "one rank goes on" : "three ranks go on");
        ok(strstr(w.warned, "made by 2 ranks, now there are") != NULL,
           "  and it is said");
        ok(read_steps(ranks == 1 ? "one" : "three", other, EPOCHS * STEPS) ==
               EPOCHS * STEPS,
           "  as many steps");
        for (int i = 0; i < EPOCHS * STEPS; i++)
            worst = fmax(worst, fabs(other[i] / two[i] - 1));
    }
    printf("# largest relative difference of losses: %.3g\n", worst);
    ok(worst < 1e-3, "  to losses that differ by rounding");
}

/* One that knows the labels teaches what they do; one that is not heeded
 * nothing; samples are mixed with what it says of them. */
static void check_teacher(const struct trainer_args *plain)
{
    static float sure[ALL * CLASSES];
    const struct teacher teacher = {.p = sure};
    struct config c = *plain->config;
    struct trainer_args how = *plain;
    double with[EPOCHS * STEPS], without[EPOCHS * STEPS];
    struct err err = {0};

    for (int i = 0; i < ALL; i++)
        sure[i * CLASSES + i % CLASSES] = 1;
    ok(train_team("pair", plain, 2, &(struct train_watch){0}, &err) == 0,
       "a training without options");
    how.config = &c;
    how.teacher = &teacher;
    c.train.teacher_temperature = 1;
    c.train.mixup = 0.4;
    c.train.teacher_weight = 0;
    ok(train_team("unheeded", &how, 2, &(struct train_watch){0}, &err) == 0,
       "a teacher that is not heeded");
    c.train.teacher_weight = 0.75;
    ok(train_team("sure", &how, 2, &(struct train_watch){0}, &err) == 0,
       "a teacher that knows the labels");
    /* of a mixture of two sure ones the entropy is all that is left out */
    ok(read_steps("unheeded", without, 1) == 1 &&
           read_steps("sure", with, 1) == 1 && with[0] < without[0] &&
           with[0] > without[0] - 0.75 * log(2),
       "  the first loss is less by the entropy of the mixtures");
    c.train.mixup = 0;
    ok(train_team("surer", &how, 2, &(struct train_watch){0}, &err) == 0 &&
           read_steps("surer", with, 1) == 1 &&
           read_steps("pair", without, 1) == 1 &&
           fabs(with[0] / without[0] - 1) < 1e-6,
       "  without mixtures it is the labels'");
}

/* --- pairs -----------------------------------------------------------------*/

static void check_pairs(const struct trainer_args *plain)
{
    struct config c = *plain->config;
    struct trainset set = *plain->set;
    struct trainer_args how = *plain;
    struct train_watch w = {0};
    struct err err = {0};

    how.config = &c;
    how.set = &set;
    how.contrastive = true;
    how.head = HEAD_PROJECT_TWO;
    c.train.batch = 3;
    fails(train_team("few", &how, 1, &w, &err), err, ERR_USAGE,
          "a batch of 3 images holds no pairs of two classes; 4 are needed",
          "a batch without pairs is refused");
    c.train.batch = BATCH;
    set.n_train = 4; /* of classes 0, 1, 2, 0 */
    fails(train_team("lone", &how, 1, &w, &err), err, ERR_USAGE,
          "class 'red, dark' has a single training image; a pair is needed",
          "a class of one sample is refused");
    set.n_train = 3;
    fails(train_team("lone", &how, 1, &w, &err), err, ERR_USAGE,
          "a batch of 3 images", "too few samples");
    ok(w.calls == 0, "before a step was made");
    set.n_train = TRAIN;
    ok(train_team("pairs", &how, 1, &w, &err) == 0 && w.calls > 0,
       "pairs, the last batch of an epoch a single image");
}

int main(void)
{
    struct config c;
    struct trainset set;
    const struct trainer_args plain = {.config = &c, .set = &set};

    begin_training(&c);
    open_set(&set);
    check_balanced(&plain);
    check_together(&plain);
    check_teacher(&plain);
    check_pairs(&plain);
    trainset_close(&set);
    return end_training();
}
