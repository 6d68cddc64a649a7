/*
 * trainer.c - the loop, and what it keeps from step to step
 *
 * Rank 0 alone looks at clocks and signals.  Its decision to save or to stop
 * travels in the sums that every batch makes anyway, so all ranks act on it at
 * the same step boundary, and no result depends on when it was taken.
 */
#include "stages/train/trainer.h"

#include "base/rng.h"
#include "nn/loss.h"
#include "nn/model.h"
#include "nn/nets.h"
#include "nn/optim.h"
#include "stages/train/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum decision { GO_ON, SAVE, STOP };

/* What the ranks add up after each batch. */
enum { SUM_LOSS, SUM_CORRECT, SUM_DECISION, N_SUM };

struct trainer {
    const struct trainer_args *a; /* borrowed */
    const struct net *net;
    enum preprocess input;
    struct graph *graph; /* owned */
    struct collective coll;
    const struct optim *optim;
    const struct loss *loss;
    float *block;                /* owned: the next four */
    float *slot[OPTIM_MAX_SLOT]; /* of the optimiser */
    float *best_param, *best_state;
    uint32_t *order; /* owned: of this epoch's samples */
    int *label;      /* owned: of this rank's rows */
    struct train_state state;
    struct history history; /* on rank 0 */
    struct checkpoint checkpoint;
    char checkpoint_dir[FILE_PATH_MAX];
    size_t steps; /* per epoch */
    double saved; /* when the last checkpoint was made */
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool lead(const struct trainer *t)
{
    return t->a->dist->rank == 0;
}

static const struct trainer_hooks *hooks(const struct trainer *t)
{
    return &t->a->hooks;
}

/* --- one batch -------------------------------------------------------------*/

/* Samples of an epoch, in order, as one batch of all ranks. */
struct batch {
    const struct sample *sample;
    const uint32_t *order; /* NULL: as they stand */
    size_t first, n;
};

/*
 * Rows begin .. end-1 of 'n' that rank 'r' of 'size' takes: both are halved,
 * the left half getting the odd one, so that two ranks' rows are one's of half
 * as many ranks.
 */
static void part(size_t n, size_t r, size_t size, size_t *begin, size_t *end)
{
    *begin = 0;
    *end = n;
    while (size > 1) {
        const size_t left = (size + 1) / 2;
        const size_t half = ((*end - *begin) * left + size - 1) / size;

        if (r < left) {
            *end = *begin + half;
            size = left;
        } else {
            *begin += half;
            size -= left;
            r -= left;
        }
    }
}

/* Write this rank's rows into the graph; returns the first one's place in the
 * batch. */
static size_t load(struct trainer *t, const struct batch *b)
{
    const size_t rank = (size_t)t->a->dist->rank;
    const size_t size = (size_t)t->a->dist->size;
    const size_t pixels = t->a->set->h * t->a->set->w;
    float *x = graph_input(t->graph);
    size_t begin, end, n;

    part(b->n, rank, size, &begin, &end);
    n = end - begin;
    graph_set_batch(t->graph, (int)n);
#pragma omp parallel for num_threads(t->a->threads) schedule(static)
    for (size_t i = 0; i < n; i++) {
        const size_t at = b->first + begin + i;
        const struct sample *s = &b->sample[b->order ? b->order[at] : at];

        t->label[i] = s->label;
        preprocess(t->input, s->pixels, pixels, x + i * pixels * 3);
    }
    return begin;
}

/* Logits to loss, hits and, in training, the gradient of the logits. */
static void judge(struct trainer *t, const struct batch *b, bool train,
                  double sum[N_SUM])
{
    struct node *z = graph_output(t->graph);
    const struct loss_batch lb = {.n = graph_batch(t->graph),
                                  .k = t->a->set->n_class,
                                  .n_global = (int)b->n,
                                  .z = z->out.data,
                                  .label = t->label,
                                  .dz = train ? z->dout.data : NULL};

    sum[SUM_LOSS] = t->loss->sum(&lb);
    sum[SUM_CORRECT] = (double)loss_correct(&lb);
}

/* What rank 0 wants to happen after this batch. */
static double wish(const struct trainer *t)
{
    if (!lead(t))
        return GO_ON;
    if (hooks(t)->stopping(hooks(t)->self))
        return STOP;
    return now() - t->saved >= t->a->config->train.checkpoint_seconds ? SAVE
                                                                      : GO_ON;
}

static int not_finite(const struct trainer *t, const char *what,
                      struct err *err)
{
    return err_set(err, ERR_INPUT,
                   "%sloss is not finite at epoch %jd, step %jd; a lower "
                   "train.learning_rate may help",
                   what, (intmax_t)t->state.epoch + 1,
                   (intmax_t)t->state.step + 1);
}

/* --- training --------------------------------------------------------------*/

static void update(struct trainer *t)
{
    const struct optim_step s = {.n = graph_n_param(t->graph),
                                 .w = graph_param(t->graph),
                                 .dw = graph_dparam(t->graph),
                                 .slot = {t->slot[0], t->slot[1]},
                                 .t = (uint32_t)t->state.t,
                                 .learning_rate = (float)t->state.rate,
                                 .threads = t->a->threads};

    t->optim->step(&s);
}

static int train_step(struct trainer *t, enum decision *d, struct err *err)
{
    const size_t size = (size_t)t->a->config->train.batch;
    const size_t first = (size_t)t->state.step * size;
    const size_t left = t->a->set->n_train - first;
    const struct batch b = {t->a->set->train, t->order, first,
                            left < size ? left : size};
    double sum[N_SUM] = {0};

    graph_set_step(t->graph, (uint32_t)t->state.t, (uint32_t)load(t, &b));
    graph_forward(t->graph, PHASE_TRAIN);
    judge(t, &b, true, sum);
    graph_zero_grad(t->graph);
    graph_backward(t->graph);
    sum[SUM_DECISION] = wish(t);
    if (dist_sum(t->a->dist, sum, N_SUM, err) < 0)
        return -1;
    if (!isfinite(sum[SUM_LOSS]))
        return not_finite(t, "", err);
    if (dist_sum_float(t->a->dist, graph_dparam(t->graph),
                       graph_n_param(t->graph), err) < 0)
        return -1;
    t->state.t++;
    update(t);
    t->state.step++;
    t->state.loss_sum += sum[SUM_LOSS];
    t->state.correct += (int64_t)sum[SUM_CORRECT];
    *d = (enum decision)sum[SUM_DECISION];
    return lead(t) ? history_step(&t->history, sum[SUM_LOSS] / (double)b.n, err)
                   : 0;
}

static int save(struct trainer *t, struct err *err)
{
    int rc = 0;

    if (lead(t)) {
        rc = checkpoint_save(&t->checkpoint, err);
        t->saved = now();
    }
    return dist_agree(t->a->dist, rc, err);
}

static int stop_here(struct trainer *t, struct err *err)
{
    if (save(t, err) < 0)
        return -1;
    return err_set(err, ERR_AGAIN,
                   "stopped in epoch %jd after step %jd; the checkpoint is "
                   "saved",
                   (intmax_t)t->state.epoch + 1, (intmax_t)t->state.step);
}

static void tell(const struct trainer *t, const char *what)
{
    const struct train_state *s = &t->state;
    const int64_t epochs = t->a->config->train.epochs;
    double seen = (double)s->step * (double)t->a->config->train.batch;
    char note[128];

    if (!lead(t))
        return;
    seen = fmin(fmax(seen, 1), (double)t->a->set->n_train);
    snprintf(note, sizeof(note),
             "%sepoch %jd/%jd loss %.3f acc %.3f %.0f images/s", what,
             (intmax_t)s->epoch + 1, (intmax_t)epochs, s->loss_sum / seen,
             (double)s->correct / seen, seen / fmax(s->seconds, 1e-9));
    hooks(t)->progress(hooks(t)->self,
                       (double)s->epoch * (double)t->steps + (double)s->step,
                       (double)epochs * (double)t->steps, note);
}

static void shuffle(struct trainer *t)
{
    const uint32_t n = (uint32_t)t->a->set->n_train;
    struct rng rng;

    for (uint32_t i = 0; i < n; i++)
        t->order[i] = i;
    rng_init(&rng, t->a->seed, RNG_SHUFFLE, (uint32_t)t->state.epoch, 0);
    rng_shuffle(&rng, t->order, n);
}

/* The rest of the epoch in hand. */
static int train_epoch(struct trainer *t, struct err *err)
{
    double begin = now();

    shuffle(t);
    while (t->state.step < (int64_t)t->steps) {
        enum decision d = GO_ON;

        if (train_step(t, &d, err) < 0)
            return -1;
        t->state.seconds += now() - begin;
        begin = now();
        tell(t, "");
        if (d == STOP)
            return stop_here(t, err);
        if (d == SAVE && save(t, err) < 0)
            return -1;
    }
    return 0;
}

/* --- after an epoch --------------------------------------------------------*/

static int validate(struct trainer *t, double *loss, double *accuracy,
                    struct err *err)
{
    const size_t n = t->a->set->n_validation;
    const size_t size = (size_t)t->a->config->train.batch;
    double total = 0, correct = 0;

    for (size_t at = 0; at < n; at += size) {
        const struct batch b = {t->a->set->validation, NULL, at,
                                n - at < size ? n - at : size};
        double sum[N_SUM] = {0};

        load(t, &b);
        graph_forward(t->graph, PHASE_INFER);
        judge(t, &b, false, sum);
        sum[SUM_DECISION] = wish(t);
        if (dist_sum(t->a->dist, sum, N_SUM, err) < 0)
            return -1;
        if ((enum decision)sum[SUM_DECISION] == STOP)
            return stop_here(t, err); /* to validate again from the start */
        total += sum[SUM_LOSS];
        correct += sum[SUM_CORRECT];
        tell(t, "validation, ");
    }
    *loss = total / (double)n;
    *accuracy = correct / (double)n;
    return isfinite(*loss) ? 0 : not_finite(t, "validation ", err);
}

static void keep_best(struct trainer *t, double loss, double accuracy)
{
    struct train_state *s = &t->state;
    const bool equal = accuracy >= s->best_accuracy;

    if (s->best_epoch &&
        !(accuracy > s->best_accuracy || (equal && loss < s->best_loss)))
        return;
    s->best_epoch = s->epoch + 1;
    s->best_accuracy = accuracy;
    s->best_loss = loss;
    memcpy(t->best_param, graph_param(t->graph),
           graph_n_param(t->graph) * sizeof(float));
    memcpy(t->best_state, graph_state(t->graph),
           graph_n_state(t->graph) * sizeof(float));
}

/* Draw the conclusions from an epoch's end and go to the next. */
static int end_epoch(struct trainer *t, double val_loss, double val_accuracy,
                     struct err *err)
{
    const struct config *c = t->a->config;
    const struct plateau_args pa = {.patience = c->train.plateau_patience,
                                    .factor = c->train.plateau_factor,
                                    .min_rate = c->train.min_learning_rate};
    struct train_state *s = &t->state;
    const double n = (double)t->a->set->n_train;
    const double row[HISTORY_COLUMNS] = {
        [HISTORY_LOSS] = s->loss_sum / n,
        [HISTORY_ACCURACY] = (double)s->correct / n,
        [HISTORY_VAL_LOSS] = val_loss,
        [HISTORY_VAL_ACCURACY] = val_accuracy,
        [HISTORY_RATE] = s->rate,
        [HISTORY_SECONDS] = s->seconds,
        [HISTORY_IMAGES] = n / fmax(s->seconds, 1e-9),
    };
    bool stop;

    if (lead(t) && history_epoch(&t->history, row, err) < 0)
        return -1;
    keep_best(t, val_loss, val_accuracy);
    s->rate = (double)plateau_step(&s->plateau, &pa, val_loss, (float)s->rate);
    stop =
        stopper_step(&s->stopper, c->train.stop_patience, s->epoch, val_loss);
    s->epoch++;
    s->step = 0;
    s->correct = 0;
    s->loss_sum = 0;
    s->seconds = 0;
    s->finished = stop || s->epoch >= c->train.epochs;
    return 0;
}

static int run_epoch(struct trainer *t, struct err *err)
{
    double loss = 0, accuracy = 0;
    int rc;

    if (train_epoch(t, err) < 0 || validate(t, &loss, &accuracy, err) < 0)
        return -1;
    rc = end_epoch(t, loss, accuracy, err);
    if (rc == 0 && lead(t))
        rc = history_write(&t->history, t->steps, t->a->dir, err);
    if (dist_agree(t->a->dist, rc, err) < 0)
        return -1;
    return save(t, err);
}

/* --- the beginning ---------------------------------------------------------*/

static enum preprocess input_mode(const struct trainer *t)
{
    switch (t->a->config->train.input) {
    case INPUT_RAW:
        return PREPROCESS_RAW;
    case INPUT_CAFFE:
        return PREPROCESS_CAFFE;
    case INPUT_TF:
        return PREPROCESS_TF;
    case INPUT_TORCH:
        return PREPROCESS_TORCH;
    case INPUT_AUTO:
        break;
    }
    return t->net->preprocess;
}

static int build(struct trainer *t, struct err *err)
{
    const struct config *c = t->a->config;
    const int64_t ranks = t->a->dist->size;
    const int64_t share = (c->train.batch + ranks - 1) / ranks;
    const struct net_args na = {.h = (int)t->a->set->h,
                                .w = (int)t->a->set->w,
                                .classes = t->a->set->n_class,
                                .bn_momentum = (float)c->train.bn_momentum};
    const struct graph_args ga = {.max_batch = (int)share,
                                  .threads = t->a->threads,
                                  .seed = t->a->seed,
                                  .coll = ranks > 1 ? &t->coll : NULL,
                                  .memory = GRAPH_TRAIN};

    if (c->train.batch < ranks)
        return err_set(err, ERR_USAGE,
                       "train.batch %jd is smaller than the number of ranks, "
                       "%jd",
                       (intmax_t)c->train.batch, (intmax_t)ranks);
    if (share > GRAPH_MAX_BATCH)
        return err_set(err, ERR_USAGE,
                       "train.batch %jd gives a rank %jd images, at most %d",
                       (intmax_t)c->train.batch, (intmax_t)share,
                       GRAPH_MAX_BATCH);
    t->net = net_find(t->a->network, err);
    t->loss = loss_find("cross_entropy", err);
    t->optim = optim_find("adam", err);
    if (!t->net || !t->loss || !t->optim)
        return -1;
    t->input = input_mode(t);
    t->graph = net_new(t->net, &na, &ga, err);
    return t->graph ? 0 : -1;
}

static void add_block(struct trainer *t, const char *name, float *data,
                      size_t n)
{
    struct checkpoint *c = &t->checkpoint;

    BUG_ON(c->n_block == CHECKPOINT_MAX_BLOCKS);
    c->block[c->n_block++] = (struct block){name, data, n};
}

/* Memory beside the graph's, and the list of what a checkpoint holds. */
static int allocate(struct trainer *t, struct err *err)
{
    const size_t p = graph_n_param(t->graph), s = graph_n_state(t->graph);

    t->block = calloc((OPTIM_MAX_SLOT + 1) * p + s + 1, sizeof(*t->block));
    t->order = malloc((t->a->set->n_train + 1) * sizeof(*t->order));
    t->label =
        malloc(((size_t)t->a->config->train.batch + 1) * sizeof(*t->label));
    if (!t->block || !t->order || !t->label)
        return err_set(err, ERR_SYSTEM, "no memory to train %zu parameters", p);
    t->checkpoint = (struct checkpoint){.dir = t->checkpoint_dir,
                                        .key = t->a->key,
                                        .state = &t->state,
                                        .history = &t->history};
    t->best_param = t->block + OPTIM_MAX_SLOT * p;
    t->best_state = t->best_param + p;
    add_block(t, "param", graph_param(t->graph), p);
    add_block(t, "state", graph_state(t->graph), s);
    for (int i = 0; i < t->optim->n_slot; i++) {
        t->slot[i] = t->block + (size_t)i * p;
        add_block(t, t->optim->slot_name[i], t->slot[i], p);
    }
    add_block(t, "best.param", t->best_param, p);
    add_block(t, "best.state", t->best_state, s);
    return 0;
}

static int prepare(struct trainer *t, struct err *err)
{
    const struct trainer_args *a = t->a;
    const size_t batch = (size_t)a->config->train.batch;

    t->coll = dist_collective(a->dist);
    t->steps = (a->set->n_train + batch - 1) / batch;
    t->state = (struct train_state){
        .rate = (double)(float)a->config->train.learning_rate,
        .ranks = a->dist->size,
    };
    plateau_init(&t->state.plateau);
    stopper_init(&t->state.stopper);
    if (build(t, err) < 0 || allocate(t, err) < 0 ||
        file_path(t->checkpoint_dir, err, "%s/checkpoint", a->dir) < 0)
        return -1;
    return lead(t) ? dir_make(t->checkpoint_dir, err) : 0;
}

/* On rank 0: go back to the newest checkpoint, if any. */
static int find_checkpoint(struct trainer *t, bool *found, struct err *err)
{
    const int64_t ranks = t->state.ranks;
    struct err bad = {0};
    char text[600];

    if (checkpoint_load(&t->checkpoint, found, &bad, err) < 0)
        return -1;
    if (bad.text[0]) {
        snprintf(text, sizeof(text), "checkpoint passed over, %s: %s",
                 *found ? "an older one is used" : "training starts again",
                 bad.text);
        hooks(t)->warn(hooks(t)->self, text);
    }
    if (*found && t->state.ranks != ranks) {
        snprintf(text, sizeof(text),
                 "the checkpoint was made by %jd ranks, now there are %jd: "
                 "results differ by rounding from those of either",
                 (intmax_t)t->state.ranks, (intmax_t)ranks);
        hooks(t)->warn(hooks(t)->self, text);
    }
    t->state.ranks = ranks;
    return 0;
}

/* Every rank gets rank 0's numbers and weights. */
static int resume(struct trainer *t, struct err *err)
{
    struct dist *d = t->a->dist;
    bool found = false;
    int rc = lead(t) ? find_checkpoint(t, &found, err) : 0;

    if (dist_agree(d, rc, err) < 0 ||
        dist_bcast(d, &found, sizeof(found), err) < 0)
        return -1;
    if (!found)
        return 0;
    rc = dist_bcast(d, &t->state, sizeof(t->state), err);
    for (size_t i = 0; i < t->checkpoint.n_block && rc == 0; i++)
        rc = dist_bcast(d, t->checkpoint.block[i].data,
                        t->checkpoint.block[i].n * sizeof(float), err);
    return rc;
}

/* --- the end ---------------------------------------------------------------*/

static int write_model(struct trainer *t, const char *name,
                       struct model_info *info, struct err *err)
{
    char path[FILE_PATH_MAX];

    info->input = t->input;
    info->h = (int)t->a->set->h;
    info->w = (int)t->a->set->w;
    info->n_class = t->a->set->n_class;
    snprintf(info->network, sizeof(info->network), "%s", t->net->name);
    for (int i = 0; i < info->n_class; i++)
        snprintf(info->class_name[i], sizeof(info->class_name[i]), "%s",
                 t->a->set->class_name[i]);
    if (file_path(path, err, "%s/%s", t->a->dir, name) < 0)
        return -1;
    return model_write(t->graph, info, path, err);
}

/* On rank 0.  The graph ends with the best weights. */
static int write_results(struct trainer *t, struct err *err)
{
    const double *row =
        t->history.epoch + (t->history.n_epoch - 1) * HISTORY_COLUMNS;
    struct model_info last = {.epoch = (int)t->state.epoch,
                              .val_loss = row[HISTORY_VAL_LOSS],
                              .val_accuracy = row[HISTORY_VAL_ACCURACY]};
    struct model_info best = {.epoch = (int)t->state.best_epoch,
                              .val_loss = t->state.best_loss,
                              .val_accuracy = t->state.best_accuracy};

    if (history_write(&t->history, t->steps, t->a->dir, err) < 0 ||
        write_model(t, "last.safetensors", &last, err) < 0)
        return -1;
    memcpy(graph_param(t->graph), t->best_param,
           graph_n_param(t->graph) * sizeof(float));
    memcpy(graph_state(t->graph), t->best_state,
           graph_n_state(t->graph) * sizeof(float));
    if (write_model(t, "model.safetensors", &best, err) < 0)
        return -1;
    return dir_remove(t->checkpoint_dir, err);
}

/* Did an earlier process write the results, and end before it could say so? */
static int complete(const struct trainer_args *a, bool *done, struct err *err)
{
    char last[FILE_PATH_MAX], model[FILE_PATH_MAX], unfinished[FILE_PATH_MAX];
    int rc = 0;

    *done = false;
    if (a->dist->rank == 0) {
        rc = file_path(last, err, "%s/last.safetensors", a->dir);
        if (rc == 0)
            rc = file_path(model, err, "%s/model.safetensors", a->dir);
        if (rc == 0)
            rc = file_path(unfinished, err, "%s/checkpoint", a->dir);
        *done = rc == 0 && file_exists(last) && file_exists(model) &&
                !file_exists(unfinished);
    }
    if (dist_agree(a->dist, rc, err) < 0)
        return -1;
    return dist_bcast(a->dist, done, sizeof(*done), err);
}

static void release(struct trainer *t)
{
    graph_free(t->graph);
    free(t->block);
    free(t->order);
    free(t->label);
    history_release(&t->history);
    free(t);
}

static int run(struct trainer *t, struct err *err)
{
    int rc;

    rc = prepare(t, err);
    if (dist_agree(t->a->dist, rc, err) < 0 || resume(t, err) < 0)
        return -1;
    t->saved = now();
    while (!t->state.finished)
        if (run_epoch(t, err) < 0)
            return -1;
    rc = lead(t) ? write_results(t, err) : 0;
    return dist_agree(t->a->dist, rc, err);
}

int trainer_run(const struct trainer_args *a, struct err *err)
{
    struct trainer *t;
    bool done;
    int rc;

    if (complete(a, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    t = calloc(1, sizeof(*t));
    if (!t) { /* the others would wait: end them too */
        err_set(err, ERR_SYSTEM, "no memory for a trainer");
        dist_abort(a->dist, 1);
    }
    t->a = a;
    rc = run(t, err);
    release(t);
    return rc;
}
