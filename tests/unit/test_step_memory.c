/*
 * test_step_memory.c - what steps are planned to take in memory, and what
 * trainings do take, in processes of their own
 */
#include "base/machine.h"
#include "orchestration/scheduler/step_memory.h"
#include "ranks/dist_threads.h"
#include "run/plan.h"
#include "stages/train/train_memory.h"
#include "train_run.h"

#include <sys/wait.h>

static struct config config;
static const struct step_memory_data few = {.images = TRAIN + VALIDATION,
                                            .classes = CLASSES};

static struct step_memory plan_step(enum stage_id stage, const char *network,
                                    const char *regime, int threads)
{
    struct plan_step step = {.stage = &stage_table[stage]};

    snprintf(step.network, sizeof(step.network), "%s", network);
    snprintf(step.regime, sizeof(step.regime), "%s", regime);
    return step_memory_plan(&(struct step_memory_args){
        .config = &config, .step = &step, .data = &few, .threads = threads});
}

/* Bytes of a process that trains. */
static double plan_training(const char *network, const char *regime)
{
    const struct step_memory m = plan_step(STAGE_TRAIN, network, regime, 2);

    return step_memory_peak(&m);
}

/* --- planned and measured ------------------------------------------------- */

struct small_training {
    struct trainer_args a;
    int rc;
};

static void train_part(void *self, struct dist *d)
{
    struct small_training *t = self;
    struct err err;

    t->a.dist = d;
    t->rc = trainer_run(&t->a, &err);
}

/* As job.c does it: in parts.  In a child; writes the peak. */
static void train_in_child(const char *network, int out)
{
    struct train_watch w = {0};
    const bool strict = config.train.reproducible == REPRODUCIBLE_STRICT;
    const int n = strict ? STRICT_PARTS : PAIR_PARTS;
    struct small_training part[STRICT_PARTS];
    void *self[STRICT_PARTS];
    struct trainset set;
    struct err err;
    struct dist d;
    const double before = machine_peak_memory(); /* without MPI */
    double peak;

    dist_alone(&d);
    BUG_ON(file_dir_make(in_dir("out"), &err) < 0 ||
           trainset_open(&set, &(struct trainset_args){.data = in_dir("data")},
                         &err) < 0);
    for (int i = 0; i < n; i++) {
        part[i].a = (struct trainer_args){
            .dir = in_dir("out"),
            .hash = "0123",
            .network = network,
            .seed = 3,
            .config = &config,
            .set = &set,
            .threads = 1,
            .hooks = {is_stopping, on_progress, on_warning, &w}};
        self[i] = &part[i];
    }
    dist_threads_turns(&d, n, n, train_part, self);
    peak = part[0].rc == 0 ? machine_peak_memory() - before : 0;
    _exit(write(out, &peak, sizeof(peak)) != sizeof(peak));
}

static double measure_training(const char *network)
{
    double peak = 0;
    int end[2], status = 1;
    struct err err;
    pid_t pid;

    BUG_ON(pipe(end) < 0);
    pid = fork();
    if (pid == 0)
        train_in_child(network, end[1]);
    close(end[1]);
    if (pid < 0 || read(end[0], &peak, sizeof(peak)) != sizeof(peak) ||
        waitpid(pid, &status, 0) != pid || status != 0)
        peak = 0;
    close(end[0]);
    BUG_ON(file_dir_remove(in_dir("out"), &err) < 0);
    return peak;
}

static void check_measured(const char *network)
{
    const double planned =
        plan_training(network, "scratch") - TRAIN_MEMORY_PROCESS;
    const double measured = measure_training(network);

    printf("# %s: planned %.1f MB, measured %.1f MB\n", network, planned / 1e6,
           measured / 1e6);
    ok(measured > 0 && planned > .85 * measured && planned < 1.15 * measured,
       "a training takes what was planned, within 15 %");
}

/* Sanitizers have memory of their own. */
static void check_trainings(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    struct err err = {0};

    BUG_ON(make_store(in_dir("data"), TRAIN + VALIDATION, TRAIN, 0, CLASSES,
                      &err) < 0);
    config.train.epochs = 1;
    config.train.batch = 16;
    check_measured("mobilenetv2");
    config.train.optimizer = OPTIMIZER_sgd;
    config.train.ema = .9;
    config.train.reproducible = REPRODUCIBLE_STRICT;
    check_measured("mobilenetv2");
#endif
}

/* --- what it depends on --------------------------------------------------- */

static void check_settings(void)
{
    const double n = 20.55e6; /* weights of VGG19 with its head */
    double base, cached;

    config_init(&config);
    base = plan_training("vgg19", "scratch");
    config.train.ema = .9;
    near(plan_training("vgg19", "scratch") - base, 2 * 4 * n, .02,
         "an average of the weights: in both parts");
    config.train.ema = 0;
    config.train.optimizer = OPTIMIZER_sgd;
    near(base - plan_training("vgg19", "scratch"), 2 * 4 * n, .02,
         "sgd remembers one number a weight less than adam");
    config.train.optimizer = OPTIMIZER_adam;
    config.train.batch = 64;
    ok(plan_training("vgg19", "scratch") > 1.2 * base,
       "a larger batch takes more");
    config.train.ranks = 2;
    ok(plan_training("vgg19", "scratch") < base,
       "of two ranks each takes less: one part of half the batch");
    config_init(&config);
    config.preprocess.size = 220;
    ok(plan_training("vgg19", "scratch") > 1.7 * base,
       "larger pictures take more");
    config_init(&config);
    config.train.reproducible = REPRODUCIBLE_STRICT;
    ok(plan_training("vgg19", "scratch") > 1.3 * base,
       "strict: each of four parts has weights of its own");
    config_init(&config);
    cached = plan_training("vgg19", "finetune");
    ok(cached < .7 * base, "frozen layers take less");
    config.train.cache = CACHE_OFF;
    ok(plan_training("vgg19", "finetune") > cached,
       "without their cache they are there while the others train");
    ok(plan_training("vgg19", "contrastive") > 0 &&
           plan_training("mobilenetv2", "cost_sensitive") > 0,
       "the other regimes are planned, too");
}

/* What may learn, where weights are given. */
static void check_learning(void)
{
    double whole;

    config_init(&config);
    snprintf(config.train.trainable, sizeof(config.train.trainable), "all");
    whole = plan_training("mobilenetv2", "scratch");
    near(plan_training("mobilenetv2", "finetune"), whole + 4 * 2257984.0, 0,
         "a whole network that learns takes the weights that it begins with");
    snprintf(config.train.trainable, sizeof(config.train.trainable), "head");
    ok(plan_training("mobilenetv2", "finetune") < .9 * whole,
       "  a head alone takes less");
}

static void check_cache(void)
{
    struct train_memory_args a = {.config = &config,
                                  .network = "resnet50",
                                  .regime = "finetune",
                                  .threads = 1,
                                  .classes = 5,
                                  .samples = 1000};
    struct train_memory m, half;
    struct err err = {0};

    config_init(&config);
    ok(train_memory_plan(&m, &a, &err) == 0 && m.cache > 1e7,
       "what frozen layers put out is mapped");
    config.train.frozen_precision = PRECISION_BF16;
    ok(train_memory_plan(&half, &a, &err) == 0, "  as bfloat16");
    near(half.cache, m.cache / 2, 0, "  it takes half");
    near(half.own, m.own, 0, "  and the process as much as before");
    config.train.augment = AUGMENT_ONLINE;
    ok(train_memory_plan(&m, &a, &err) == 0 && m.cache <= 0,
       "with fresh variants nothing is kept");
    a.network = "lenet";
    fails(train_memory_plan(&m, &a, &err), err, ERR_USAGE, "lenet",
          "an unknown network");
}

static void check_stages(void)
{
    struct step_memory m, more;

    config_init(&config);
    m = plan_step(STAGE_EVALUATE, "resnet50", "scratch", 2);
    ok(m.own > 1.5e8 && m.own < plan_training("resnet50", "scratch"),
       "evaluation takes less than training");
    config.evaluate.neighbours = 5;
    more = plan_step(STAGE_EVALUATE, "resnet50", "scratch", 2);
    ok(fabs(more.own - m.own - few.images * 2048 * sizeof(float)) < 1,
       "  with neighbours the features of every picture, too");
    config.evaluate.neighbours = 0;
    m = plan_step(STAGE_EXPLAIN, "resnet50", "scratch", 2);
    config.explain.f_fidelity = 300;
    more = plan_step(STAGE_EXPLAIN, "resnet50", "scratch", 2);
    ok(more.own > m.own + 4e8 &&
           more.own < m.own + plan_training("resnet50", "scratch"),
       "a network that is tuned takes what training takes at most");
    config.explain.f_fidelity = 0;
    config.explain.sanity = SANITY_CASCADE;
    more = plan_step(STAGE_EXPLAIN, "resnet50", "scratch", 2);
    ok(more.own > 3 * m.own, "each network of random weights takes its own");
    config.explain.workers = 3;
    m = plan_step(STAGE_EXPLAIN, "resnet50", "scratch", 2);
    ok(m.processes == 1 && m.own == more.own, "it is that of one worker");
    config.train.ranks = 2;
    m = plan_step(STAGE_TRAIN, "mobilenetv2", "scratch", 1);
    ok(m.processes == 2 && step_memory_total(&m) > 1.9 * m.own,
       "of a training each rank takes its own");
    config.train.ranks = 1;
    for (int i = 0; i < STAGE_COUNT; i++) {
        m = plan_step((enum stage_id)i, "mobilenetv2", "scratch", 1);
        ok(m.own > 3e7 && m.own < 4e9, stage_table[i].word);
    }
}

int main(void)
{
    if (!mkdtemp(dir))
        return 1;
    check_settings();
    check_learning();
    check_cache();
    check_stages();
    config_init(&config);
    config.preprocess.size = SIDE;
    check_trainings();
    {
        struct err err;

        return file_dir_remove(dir, &err) < 0 || tap_done();
    }
}
