/*
 * test_train_average.c - the mean of the last epochs' weights, and the models
 * that are kept by validation
 */
#include "nn/model.h"
#include "train_run.h"

enum { THREE = 3, OF_LAST = 2 };

static struct graph *read_model(const char *name, enum graph_memory memory,
                                struct model_info *info)
{
    struct err err = {0};
    struct graph *g =
        model_read(in_dir(name),
                   &(struct graph_args){
                       .max_batch = BATCH, .threads = 1, .memory = memory},
                   info, &err);

    if (!ok(g != NULL, "a model is read")) {
        printf("# %s: %s\n", name, err.text);
        exit(1);
    }
    return g;
}

/* By every epoch's model, in double. */
static void check_weights(struct graph *average)
{
    struct model_info info;
    struct graph *a =
        read_model("whole/epoch-00002.safetensors", GRAPH_TRAIN, &info);
    struct graph *b =
        read_model("whole/epoch-00003.safetensors", GRAPH_TRAIN, &info);
    const float *p = graph_param(a), *q = graph_param(b);
    const float *m = graph_param(average);
    double worst = 0, apart = 0;

    for (size_t i = 0; i < graph_n_param(average); i++) {
        const double mean = ((double)p[i] + (double)q[i]) / 2;

        worst = fmax(worst, fabs((double)m[i] - mean) / (1e-3 + fabs(mean)));
        apart = fmax(apart, fabs((double)p[i] - mean));
    }
    near(worst, 0, 1e-6, "  of the mean of the last two epochs' weights");
    ok(apart > 1e-4, "  which are not alike");
    graph_free(a);
    graph_free(b);
}

/* The batch that begins with training sample order[at]. */
static size_t feed_batch(struct graph *g, const struct trainset *set,
                         const uint32_t *order, size_t at)
{
    const size_t n = set->n_train - at < BATCH ? set->n_train - at : BATCH;

    graph_set_batch(g, (int)n);
    for (size_t i = 0; i < n; i++)
        preprocess(PREPROCESS_TF, set->train[order[at + i]].pixels, SIDE * SIDE,
                   graph_input(g) + i * PIXELS);
    return n;
}

/* Each training sample once, in the order that is said to be fixed. */
static void check_statistics(struct graph *g)
{
    const size_t n = graph_n_state(g);
    float *want = malloc((n + 1) * sizeof(*want));
    uint32_t order[TRAIN];
    struct trainset set;
    struct err err = {0};
    struct rng rng;
    double worst = 0;

    BUG_ON(!want ||
           trainset_open(&set, &(struct trainset_args){.data = in_dir("data")},
                         &err) < 0);
    memcpy(want, graph_state(g), n * sizeof(*want));
    for (uint32_t i = 0; i < TRAIN; i++)
        order[i] = i;
    rng_init(&rng, 3, RNG_SHUFFLE, UINT32_MAX - 1, 0);
    rng_shuffle(&rng, order, TRAIN);
    for (size_t at = 0; at < TRAIN; at += BATCH) {
        const size_t m = feed_batch(g, &set, order, at);

        graph_set_share(g, (double)m / (double)(at + m));
        graph_forward(g, PHASE_TRAIN);
    }
    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, fabs((double)graph_state(g)[i] - (double)want[i]) /
                                (1e-3 + fabs((double)want[i])));
    near(worst, 0, 1e-5, "  with statistics of its own");
    memcpy(graph_state(g), want, n * sizeof(*want));
    free(want);
    trainset_close(&set);
}

static double column_of(const char *name, const char *column)
{
    struct csv csv;
    struct err err;
    double x;

    if (csv_read(&csv, in_dir(name), &err) < 0 || csv.n_row != 1)
        return NAN;
    x = strtod(csv_get(&csv, 0, (size_t)csv_column(&csv, column)), NULL);
    csv_release(&csv);
    return x;
}

static void check_average(const struct config *c)
{
    struct train_watch w = {.copy_at = 2 * EACH + 1, .to = in_dir("stops")};
    struct err err = {0};
    struct model_info info = {0};
    struct graph *g;

    ok(train_alone("whole", c, &w, &err) == 0, "a training with an average");
    g = read_model("whole/average.safetensors", GRAPH_TRAIN, &info);
    ok(info.epoch == THREE && info.averaged == OF_LAST,
       "the average's file says which epochs it is of");
    check_weights(g);
    check_statistics(g);
    near(column_of("whole/average.csv", "val_loss"), info.val_loss, 1e-7,
         "average.csv has its validation loss");
    near(column_of("whole/average.csv", "val_accuracy"), info.val_accuracy,
         1e-7, "  and accuracy");
    ok(column_of("whole/average.csv", "epochs") == OF_LAST &&
           fabs(info.val_loss - history_of("whole", 2, "val_loss")) > 1e-6,
       "  which are not the last epoch's");
    graph_free(g);
}

/* Begun with what is left of the second epoch, asked to stop in the third, then
 * a batch further each time: of validation, of statistics, of validation. */
static void check_stops(const struct config *c)
{
    bool stopped = true;
    struct train_watch w = {.stop_at = EACH};
    struct err err = {0};

    for (int at = 0; at <= EACH; at += 2) {
        stopped = stopped && train_alone("stops", c, &w, &err) < 0 &&
                  err.code == ERR_AGAIN;
        w = (struct train_watch){.stop_at = at + 1};
    }
    ok(stopped && strstr(err.text, "average were made"),
       "a training is stopped while its average is finished");
    w = (struct train_watch){0};
    ok(train_alone("stops", c, &w, &err) == 0 && !w.warned[0] &&
           same_results("whole", "stops") &&
           same_file("whole", "stops", "average.safetensors") &&
           same_file("whole", "stops", "average.csv") &&
           same_file("whole", "stops", "best-loss.safetensors"),
       "  and goes on to the same bytes");
}

/* The first of the lowest loss, and the files of that epoch. */
static void check_lowest(void)
{
    struct model_info info = {0};
    char path[64];
    int best = 0;

    for (int i = 1; i < THREE; i++)
        if (history_of("whole", (size_t)i, "val_loss") <
            history_of("whole", (size_t)best, "val_loss"))
            best = i;
    graph_free(read_model("whole/best-loss.safetensors", GRAPH_INFER, &info));
    ok(info.epoch == best + 1 && info.averaged == 0,
       "best-loss is the epoch of lowest validation loss");
    BUG_ON(rename(in_dir("whole/best-loss.safetensors"),
                  in_dir("lowest.safetensors")) < 0);
    snprintf(path, sizeof(path), "whole/epoch-%05d.safetensors", best + 1);
    ok(rename(in_dir(path), in_dir("data/lowest.safetensors")) == 0 &&
           same_file(".", "data", "lowest.safetensors"),
       "  to the byte");
}

/* Fewer epochs came than were to be averaged. */
static void check_early(const struct config *c)
{
    struct config stops = *c;
    struct train_watch w = {0};
    struct err err = {0};
    struct model_info info = {0};

    stops.train.epochs = 9;
    stops.train.average_epochs = 8;
    stops.train.learning_rate = 1e-7; /* nothing gets better */
    stops.train.bn_momentum = 0.99;
    stops.train.stop_patience = 1;
    stops.train.keep_every = 0;
    ok(train_alone("early", &stops, &w, &err) == 0, "one that stops early");
    graph_free(read_model("early/average.safetensors", GRAPH_INFER, &info));
    ok(info.epoch < 9 && info.averaged == info.epoch - 1,
       "  has the average of those that were left");
}

/* A trunk that learns nothing keeps its statistics, and a head without batch
 * normalisation has none: samples are not gone through for them. */
static void check_frozen(const struct config *c)
{
    struct config two = *c;
    struct trainset set;
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    const struct trainer_args a = {.config = &two,
                                   .set = &set,
                                   .cut = "block_3_project_BN",
                                   .freeze = net_count_layers(net, &err)};
    struct train_watch w = {0};

    two.train.epochs = 2;
    two.train.keep_every = 0;
    open_set(&set);
    works(train_team("frozen", &a, 1, &w, &err) == 0, err,
          "the average of a head alone");
    ok(w.calls == 2 * EACH + (EACH - STEPS),
       "  is validated, and its samples are not gone through again");
    trainset_close(&set);
}

static void check_refused(void)
{
    static const struct {
        struct config_set set;
        const char *text;
    } bad[] = {
        {{"train.average_epochs=51"}, "51 are more than train.epochs 50"},
        {{"train.average_epochs=10"},
         "the last 10 of 50 epochs are averaged, and train.stop_patience 3 may "
         "end training before; make it 0 (never) or at least 40"},
        {{"evaluate.model=average"},
         "evaluate.model: average needs train.average_epochs"},
        {{"evaluate.model=worst"},
         "'worst' is not one of best_accuracy, last, best_loss, average"},
    };
    struct config c;
    struct err err = {0};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        fails(config_read(&c, NULL, &bad[i].set, 1, &err), err, ERR_USAGE,
              bad[i].text, bad[i].set.text);
    ok(config_read(&c, NULL,
                   (struct config_set[]){{"train.average_epochs=10"},
                                         {"train.stop_patience=40"}},
                   2, &err) == 0,
       "early stopping that leaves an epoch to average is allowed");
}

int main(void)
{
    struct config c;

    check_refused();
    begin_training(&c);
    c.train.epochs = THREE;
    c.train.average_epochs = OF_LAST;
    c.train.stop_patience = 0;
    c.train.keep_every = 1;
    check_average(&c);
    check_stops(&c);
    check_lowest();
    check_early(&c);
    check_frozen(&c);
    return end_training();
}
