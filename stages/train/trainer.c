/*
 * trainer.c - the loop, and what it keeps from step to step
 *
 * Rank 0 alone looks at clocks and signals.  Its decision to save or to stop
 * travels in the sums that every batch makes anyway, so all ranks act on it at
 * the same step boundary, and no result depends on when it was taken.
 */
#include "stages/train/trainer_private.h"

#include "base/clock.h"
#include "base/rng.h"
#include "ranks/gradient_sum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum decision { GO_ON, SAVE, STOP };

/* What the ranks add up after each batch. */
enum { SUM_LOSS, SUM_CORRECT, SUM_DECISION, N_SUM };

/* --- one batch -------------------------------------------------------------*/

/* Logits to loss, hits and, in training, the gradient of the logits.  Weights
 * of classes are of training alone, as in Keras. */
static int compute_loss(struct trainer *t, const struct batch *b, bool train,
                        double sum[N_SUM], struct err *err)
{
    struct node *z = graph_output(t->graph);
    const struct loss_batch lb = {
        .n = graph_batch(t->graph),
        .k = z->out.c,
        .n_global = (int)b->n,
        .z = z->out.data,
        .label = t->label,
        .other = b->mixed ? t->mixture.other : NULL,
        .share = t->mixture.share,
        .weight = train ? t->class_weights.weight : NULL,
        .cost = t->class_weights.cost,
        .smoothing = t->a->config->train.label_smoothing,
        .teacher = train ? t->taught : NULL,
        .teacher_weight = t->a->config->train.teacher_weight,
        .temperature = t->a->config->train.teacher_temperature,
        .dz = train ? z->dout.data : NULL};

    if (t->a->contrastive)
        return embedding_loss(&t->embedding, &lb, t->a->threads, &sum[SUM_LOSS],
                              err);
    sum[SUM_LOSS] = t->class_weights.loss(&lb);
    sum[SUM_CORRECT] = (double)loss_correct(&lb);
    return 0;
}

/* What rank 0 wants to happen after this batch. */
static double next_decision(const struct trainer *t)
{
    if (!trainer_lead(t))
        return GO_ON;
    if (t->a->hooks.stopping(t->a->hooks.self))
        return STOP;
    return clock_now() - t->saved >= t->a->config->train.checkpoint_seconds
               ? SAVE
               : GO_ON;
}

/* Which layer's output is not finite first, on whichever rank. */
static int find_not_finite(struct trainer *t, enum phase phase, int *first,
                           struct err *err)
{
    double found[GRAPH_MAX_NODES] = {0};
    const int i = graph_forward_finite(t->graph, phase);

    if (i >= 0)
        found[i] = 1;
    if (dist_sum(t->a->dist, found, GRAPH_MAX_NODES, err) < 0)
        return -1;
    for (*first = 0; *first < GRAPH_MAX_NODES; (*first)++)
        if (found[*first] > 0)
            return 0;
    *first = -1;
    return 0;
}

/* The batch in the graph has such a loss; the weights are as it saw them. */
static int not_finite(struct trainer *t, const char *what, enum phase phase,
                      struct err *err)
{
    const struct node *nd;
    char where[NN_NAME_MAX + 128];
    int first;

    if (find_not_finite(t, phase, &first, err) < 0)
        return -1;
    nd = graph_node_at(t->graph, first);
    if (nd)
        snprintf(where, sizeof(where),
                 "the first layer whose output is not is '%s', its weights "
                 "are%s finite",
                 nd->name, graph_weights_finite(nd) ? "" : " not");
    else
        snprintf(where, sizeof(where), "the outputs of all layers are");
    return err_set(err, ERR_INPUT,
                   "%sloss is not finite at epoch %jd, step %jd: %s; a lower "
                   "train.learning_rate may help",
                   what, (intmax_t)t->state.epoch + 1,
                   (intmax_t)t->state.step + 1, where);
}

/* --- training --------------------------------------------------------------*/

/* The rate of the step to be taken: of cosine, from the number of those before
 * it; otherwise what the last epoch's end made of it. */
static double rate_now(const struct trainer *t)
{
    const struct config *c = t->a->config;
    const int64_t steps = (int64_t)t->steps;
    const struct cosine_args a = {
        .rate = c->train.learning_rate,
        .least = c->train.min_learning_rate / c->train.learning_rate,
        .warmup = c->train.warmup_epochs * steps,
        .decay = (c->train.epochs - c->train.warmup_epochs) * steps};

    if (c->train.schedule != RATE_COSINE)
        return t->state.rate;
    return (double)schedule_cosine_rate(&a, t->state.t);
}

/* One step downhill. */
static void update_weights(struct trainer *t)
{
    const struct config *c = t->a->config;
    struct optim_step s = {.n = graph_n_param(t->graph),
                           .w = graph_param(t->graph),
                           .dw = graph_dparam(t->graph),
                           .slot = {t->slot[0], t->slot[1]},
                           .momentum = (float)c->train.momentum,
                           .weight_decay = (float)c->train.weight_decay,
                           .threads = t->a->threads};

    if (c->train.clip_norm > 0)
        optim_clip_norm(graph_dparam(t->graph), s.n, c->train.clip_norm,
                        s.threads);
    t->state.rate = rate_now(t);
    t->state.t++;
    s.t = (uint32_t)t->state.t;
    s.learning_rate = (float)t->state.rate;
    layer_rates_step(&t->rates, t->optim, &s);
    trainer_move_average(t);
}

static int train_step(struct trainer *t, enum decision *d, struct err *err)
{
    const size_t size = (size_t)t->a->config->train.batch;
    const size_t first = (size_t)t->state.step * size;
    const size_t left = t->n_epoch - first;
    const struct batch b = {.sample = t->a->set->train,
                            .order = t->order,
                            .first = first,
                            .n = left < size ? left : size,
                            .mixed = t->a->config->train.mixup > 0,
                            .fresh = t->fresh != NULL};
    double sum[N_SUM] = {0};
    struct gradient_sum e;

    graph_set_step(t->graph, (uint32_t)t->state.t,
                   (uint32_t)trainer_load(t, &b));
    graph_forward(t->graph, PHASE_TRAIN);
    if (compute_loss(t, &b, true, sum, err) < 0)
        return -1;
    graph_zero_grad(t->graph);
    gradient_sum_begin(&e, t->a->dist, graph_dparam(t->graph),
                       graph_n_param(t->graph));
    graph_backward_each(t->graph, gradient_sum_ready, &e);
    sum[SUM_DECISION] = next_decision(t);
    if (gradient_sum_end(&e, err) < 0 ||
        dist_sum(t->a->dist, sum, N_SUM, err) < 0)
        return -1;
    if (!isfinite(sum[SUM_LOSS]))
        return not_finite(t, "", PHASE_TRAIN, err);
    update_weights(t);
    t->state.step++;
    t->state.loss_sum += sum[SUM_LOSS];
    t->state.correct += (int64_t)sum[SUM_CORRECT];
    *d = (enum decision)sum[SUM_DECISION];
    if (trainer_lead(t))
        history_step(&t->history, sum[SUM_LOSS] / (double)b.n);
    return 0;
}

static int save_checkpoint(struct trainer *t, struct err *err)
{
    int rc = 0;

    if (trainer_lead(t)) {
        rc = checkpoint_save(&t->checkpoint, err);
        t->saved = clock_now();
    }
    return dist_agree(t->a->dist, rc, err);
}

static int stop_here(struct trainer *t, struct err *err)
{
    if (save_checkpoint(t, err) < 0)
        return -1;
    return err_set(err, ERR_AGAIN,
                   "stopped in epoch %jd after step %jd; the checkpoint is "
                   "saved",
                   (intmax_t)t->state.epoch + 1, (intmax_t)t->state.step);
}

/* ", 2.1 % exchange": this epoch's time in MPI, since it was taken up. */
static void exchange_text(const struct trainer *t, char *text, size_t size)
{
    const struct dist_seconds now = dist_spent(t->a->dist);
    const double spent = now.gradients + now.others - t->spent;

    text[0] = '\0';
    if (t->a->dist->processes > 1)
        snprintf(text, size, ", %.1f %% exchange",
                 100 * spent / fmax(clock_now() - t->taken_up, 1e-9));
}

static void report_progress(const struct trainer *t, const char *what)
{
    const struct train_state *s = &t->state;
    const int64_t epochs = t->a->config->train.epochs;
    double seen = (double)s->step * (double)t->a->config->train.batch;
    char note[160], exchange[32];

    if (!trainer_lead(t))
        return;
    exchange_text(t, exchange, sizeof(exchange));
    seen = fmin(fmax(seen, 1), (double)t->n_epoch);
    if (s->finished)
        snprintf(note, sizeof(note), "%saverage of the last epochs", what);
    else
        snprintf(note, sizeof(note),
                 "%sepoch %jd/%jd loss %.3f acc %.3f %.0f images/s%s", what,
                 (intmax_t)s->epoch + 1, (intmax_t)epochs, s->loss_sum / seen,
                 (double)s->correct / seen, seen / fmax(s->seconds, 1e-9),
                 exchange);
    t->a->hooks.progress(t->a->hooks.self,
                         (double)s->epoch * (double)t->steps + (double)s->step,
                         (double)epochs * (double)t->steps, note);
}

/* The order of the epoch in hand. */
static void order_epoch(struct trainer *t)
{
    const uint32_t n = (uint32_t)t->a->set->n_train;
    struct rng rng;

    if (t->a->config->train.sampler == SAMPLER_BALANCED) {
        balanced_sampler_order(&t->sampler, (uint32_t)t->state.epoch, t->order);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        t->order[i] = i;
    rng_init(&rng, t->a->seed, RNG_SHUFFLE, (uint32_t)t->state.epoch, 0);
    rng_shuffle(&rng, t->order, n);
}

/* Fresh variants come too slowly? */
static void warn_of_waiting(struct trainer *t)
{
    char text[400];

    if (t->fresh && trainer_lead(t) &&
        online_slow(t->fresh, t->state.seconds, text, sizeof(text)))
        t->a->hooks.warn(t->a->hooks.self, text);
}

/* Not collective.  Order, room and variants for the epoch in hand. */
static int begin_epoch(struct trainer *t, struct err *err)
{
    const size_t left = t->steps - (size_t)t->state.step;

    order_epoch(t);
    trainer_count_again(t);
    if (trainer_lead(t) && history_reserve(&t->history, left, err) < 0)
        return -1;
    return t->fresh ? online_begin(t->fresh, t->order, t->n_epoch,
                                   (size_t)t->state.step,
                                   (uint32_t)t->state.epoch + 1, err)
                    : 0;
}

/* The rest of the epoch in hand. */
static int train_epoch(struct trainer *t, struct err *err)
{
    const struct dist_seconds spent = dist_spent(t->a->dist);
    double begin = clock_now();

    t->taken_up = begin;
    t->spent = spent.gradients + spent.others;
    if (dist_agree(t->a->dist, begin_epoch(t, err), err) < 0)
        return -1;
    while (t->state.step < (int64_t)t->steps) {
        enum decision d = GO_ON;

        if (train_step(t, &d, err) < 0)
            return -1;
        t->state.seconds += clock_now() - begin;
        begin = clock_now();
        report_progress(t, "");
        if (d == STOP)
            return stop_here(t, err);
        if (d == SAVE && save_checkpoint(t, err) < 0)
            return -1;
    }
    warn_of_waiting(t);
    return 0;
}

/* --- after an epoch --------------------------------------------------------*/

int trainer_stops(struct trainer *t, bool *stop, struct err *err)
{
    double decision = next_decision(t);

    if (dist_sum(t->a->dist, &decision, 1, err) < 0)
        return -1;
    *stop = (enum decision)decision == STOP;
    report_progress(t, "");
    return 0;
}

int trainer_validate(struct trainer *t, double *loss, double *accuracy,
                     bool *stop, struct err *err)
{
    const size_t n = t->a->set->n_validation;
    const size_t size = (size_t)t->a->config->train.batch;
    double total = 0, correct = 0;

    for (size_t at = 0; at < n; at += size) {
        const struct batch b = {.sample = t->a->set->validation,
                                .order = t->validation,
                                .first = at,
                                .n = n - at < size ? n - at : size};
        double sum[N_SUM] = {0};

        trainer_load(t, &b);
        graph_forward(t->graph, PHASE_INFER);
        if (compute_loss(t, &b, false, sum, err) < 0)
            return -1;
        sum[SUM_DECISION] = next_decision(t);
        if (dist_sum(t->a->dist, sum, N_SUM, err) < 0)
            return -1;
        *stop = (enum decision)sum[SUM_DECISION] == STOP;
        if (*stop)
            return 0;
        if (!isfinite(sum[SUM_LOSS]))
            return not_finite(t, "validation ", PHASE_INFER, err);
        total += sum[SUM_LOSS];
        correct += sum[SUM_CORRECT];
        report_progress(t, "validation, ");
    }
    *loss = total / (double)n;
    *accuracy = correct / (double)n;
    return 0;
}

/* What was validated. */
static void copy_model(struct trainer *t, float *param, float *state)
{
    const size_t n = graph_n_param(t->graph), s = graph_n_state(t->graph);

    memcpy(param, t->average ? t->average : graph_param(t->graph),
           n * sizeof(*param));
    memcpy(state, t->average ? t->average + n : graph_state(t->graph),
           s * sizeof(*state));
}

static void keep_best(struct trainer *t, double loss, double accuracy)
{
    struct train_state *s = &t->state;
    const bool equal = accuracy >= s->best_accuracy;

    if (!s->best_epoch || accuracy > s->best_accuracy ||
        (equal && loss < s->best_loss)) {
        s->best_epoch = s->epoch + 1;
        s->best_accuracy = accuracy;
        s->best_loss = loss;
        copy_model(t, t->best_param, t->best_state);
    }
    if (!t->a->contrastive && (!s->lowest_epoch || loss < s->lowest_loss)) {
        s->lowest_epoch = s->epoch + 1;
        s->lowest_accuracy = accuracy;
        s->lowest_loss = loss;
        copy_model(t, t->lowest_param, t->lowest_state);
    }
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
    const double n = (double)t->n_epoch;
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

    if (trainer_lead(t) && history_epoch(&t->history, row, err) < 0)
        return -1;
    keep_best(t, val_loss, val_accuracy);
    if (c->train.schedule == RATE_PLATEAU)
        s->rate =
            (double)plateau_step(&s->plateau, &pa, val_loss, (float)s->rate);
    stop =
        stopper_step(&s->stopper, c->train.stop_patience, s->epoch, val_loss);
    s->epoch++;
    trainer_add_epoch(t);
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
    bool stop = false;
    int rc;

    if (train_epoch(t, err) < 0)
        return -1;
    trainer_swap_average(t);
    rc = trainer_validate(t, &loss, &accuracy, &stop, err);
    trainer_swap_average(t);
    if (rc < 0)
        return -1;
    if (stop)
        return stop_here(t, err);
    rc = end_epoch(t, loss, accuracy, err);
    if (rc == 0 && trainer_lead(t))
        rc = history_write(&t->history, t->steps, t->a->dir, err);
    if (rc == 0 && trainer_lead(t))
        rc = trainer_keep(t, err);
    if (dist_agree(t->a->dist, rc, err) < 0)
        return -1;
    return save_checkpoint(t, err);
}

/* --- all of it -------------------------------------------------------------*/

static int run_epochs(struct trainer *t, struct err *err)
{
    int rc;

    rc = trainer_prepare(t, err);
    if (dist_agree(t->a->dist, rc, err) < 0 || trainer_resume(t, err) < 0)
        return -1;
    t->saved = clock_now();
    while (!t->state.finished)
        if (run_epoch(t, err) < 0)
            return -1;
    if (trainer_finish_average(t, err) < 0)
        return -1;
    rc = trainer_lead(t) ? trainer_write(t, err) : 0;
    return dist_agree(t->a->dist, rc, err);
}

int trainer_run(const struct trainer_args *a, struct err *err)
{
    struct trainer *t;
    bool done;
    int rc;

    if (trainer_complete(a, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    t = calloc(1, sizeof(*t));
    if (!t)
        err_set(err, ERR_SYSTEM, "no memory for a trainer");
    if (dist_agree(a->dist, t ? 0 : -1, err) < 0 || !t) {
        free(t);
        return -1;
    }
    t->a = a;
    rc = run_epochs(t, err);
    trainer_release(t);
    return rc;
}
