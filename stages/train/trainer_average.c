/*
 * trainer_average.c - averages of the weights, and the statistics of batch
 * normalisation that belong to them
 *
 * train.ema: weights and statistics move together after every step, as in
 * timm's ModelEmaV2, which averages buffers as it does parameters.
 *
 * train.average_epochs: the plain mean of the weights after each of the last
 * epochs (stochastic weight averaging; Izmailov et al. 2018, arXiv:1803.05407,
 * algorithm 1).  The statistics that were gathered with the weights of single
 * epochs are not the mean's; when training is over, one pass over the training
 * samples makes them anew: the mean of the batches', weighted by the number of
 * images, so a short last batch counts for what it has.  Without a layer whose
 * statistics training moves there is no such pass.
 */
#include "stages/train/trainer_private.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/rng.h"
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

/* --- both ----------------------------------------------------------------- */

/* Weights, then statistics. */
static float *new_average(struct trainer *t, struct err *err)
{
    const size_t n = graph_n_param(t->graph), s = graph_n_state(t->graph);
    float *average = malloc((n + s + 1) * sizeof(*average));

    if (!average) {
        err_set(err, ERR_SYSTEM, "no memory to average %zu parameters", n);
        return NULL;
    }
    memcpy(average, graph_param(t->graph), n * sizeof(*average));
    memcpy(average + n, graph_state(t->graph), s * sizeof(*average));
    return average;
}

int trainer_open_averages(struct trainer *t, struct err *err)
{
    const struct config *c = t->a->config;
    const size_t n = graph_n_param(t->graph), s = graph_n_state(t->graph);

    if (c->train.ema > 0) {
        t->average = new_average(t, err);
        if (!t->average)
            return -1;
        trainer_add_block(t, "average", t->average, n);
        trainer_add_block(t, "average.state", t->average + n, s);
    }
    if (c->train.average_epochs > 0) {
        t->mean = new_average(t, err);
        if (!t->mean)
            return -1;
        trainer_add_block(t, "mean", t->mean, n);
    }
    return 0;
}

void trainer_close_averages(struct trainer *t)
{
    free(t->average);
    free(t->mean);
}

static void swap_weights(struct trainer *t, float *average)
{
    const size_t n = graph_n_param(t->graph);

    ema_swap(average, graph_param(t->graph), n);
    ema_swap(average + n, graph_state(t->graph), graph_n_state(t->graph));
}

/* --- the moving one ------------------------------------------------------- */

void trainer_move_average(struct trainer *t)
{
    const size_t n = graph_n_param(t->graph);
    double m;

    if (!t->average)
        return;
    m = ema_momentum(t->a->config->train.ema, t->state.t);
    ema_step(t->average, graph_param(t->graph), n, m, t->a->threads);
    ema_step(t->average + n, graph_state(t->graph), graph_n_state(t->graph), m,
             t->a->threads);
}

void trainer_swap_average(struct trainer *t)
{
    if (t->average)
        swap_weights(t, t->average);
}

/* --- the mean of the last epochs ------------------------------------------ */

/* How many epochs it is of by now; 0: none yet, or it is not asked for. */
static int64_t count_epochs(const struct trainer *t)
{
    const struct config *c = t->a->config;
    const int64_t before = c->train.epochs - c->train.average_epochs;

    return t->mean && t->state.epoch > before ? t->state.epoch - before : 0;
}

void trainer_add_epoch(struct trainer *t)
{
    const int64_t k = count_epochs(t);

    if (k > 0)
        ema_step(t->mean, graph_param(t->graph), graph_n_param(t->graph),
                 (double)(k - 1) / (double)k, t->a->threads);
}

/* Each sample once, of fresh variants the picture itself: a fixed order, in
 * which batches hold all classes.  Returns how many there are. */
static size_t order_samples(struct trainer *t)
{
    const struct trainset *set = t->a->set;
    struct rng rng;
    uint32_t n = 0;

    for (uint32_t i = 0; i < set->n_train; i++)
        if (set->train[i].variant == 0)
            t->order[n++] = i;
    rng_init(&rng, t->a->seed, RNG_SHUFFLE, UINT32_MAX - 1, 0);
    rng_shuffle(&rng, t->order, n);
    return n;
}

/* The statistics of the weights in the graph.  *stop as trainer_validate(). */
static int remake_statistics(struct trainer *t, bool *stop, struct err *err)
{
    const size_t size = (size_t)t->a->config->train.batch;
    const size_t n = order_samples(t);
    int rc = 0;

    for (size_t at = 0; at < n && rc == 0 && !*stop; at += size) {
        const struct batch b = {.sample = t->a->set->train,
                                .order = t->order,
                                .first = at,
                                .n = n - at < size ? n - at : size};

        graph_set_step(t->graph, (uint32_t)t->state.t,
                       (uint32_t)(at + trainer_load(t, &b)));
        graph_set_share(t->graph, (double)b.n / (double)(at + b.n));
        graph_forward(t->graph, PHASE_TRAIN);
        rc = trainer_stops(t, stop, err);
    }
    graph_set_share(t->graph, 0.0);
    return rc;
}

/* Does training move any?  Those of frozen layers stay as they are. */
static bool moves_statistics(const struct trainer *t)
{
    const struct node *nd;

    for (int i = 0; (nd = graph_node_at(t->graph, i)); i++)
        if (nd->n_state > 0 && !nd->frozen)
            return true;
    return false;
}

int trainer_finish_average(struct trainer *t, struct err *err)
{
    const int64_t k = count_epochs(t);
    bool stop = false;
    int rc = 0;

    if (k == 0)
        return 0;
    memcpy(t->mean + graph_n_param(t->graph), graph_state(t->graph),
           graph_n_state(t->graph) * sizeof(float));
    swap_weights(t, t->mean);
    if (moves_statistics(t))
        rc = remake_statistics(t, &stop, err);
    if (rc == 0 && !stop)
        rc = trainer_validate(t, &t->mean_loss, &t->mean_accuracy, &stop, err);
    swap_weights(t, t->mean);
    if (rc < 0)
        return -1;
    if (stop)
        return err_set(err, ERR_AGAIN,
                       "stopped while the statistics of the last epochs' "
                       "average were made; the checkpoint is saved");
    if (trainer_lead(t))
        log_info("average of the weights after epochs %jd to %jd: validation "
                 "loss %.4f, accuracy %.4f",
                 (intmax_t)(t->state.epoch - k + 1), (intmax_t)t->state.epoch,
                 t->mean_loss, t->mean_accuracy);
    return 0;
}

int trainer_write_average(struct trainer *t, struct err *err)
{
    const int64_t k = count_epochs(t);
    struct model_info info = {.epoch = (int)t->state.epoch,
                              .averaged = (int)k,
                              .val_loss = t->mean_loss,
                              .val_accuracy = t->mean_accuracy};
    struct buf b = {0};
    int rc;

    if (k == 0)
        return 0;
    buf_puts(&b, "epochs,last_epoch,val_loss,val_accuracy\n");
    buf_printf(&b, "%jd,%jd,%.9g,%.9g\n", (intmax_t)k, (intmax_t)t->state.epoch,
               t->mean_loss, t->mean_accuracy);
    if (buf_save(&b, t->a->dir, "average.csv", err) < 0)
        return -1;
    swap_weights(t, t->mean);
    rc = trainer_write_model(t, config_model_file(MODEL_AVERAGE), &info, err);
    swap_weights(t, t->mean);
    return rc;
}
