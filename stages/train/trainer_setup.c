/* trainer_setup.c - before the first step and after the last */
#include "stages/train/trainer_private.h"

#include "base/log.h"
#include "base/rng.h"
#include "nn/gemm.h"
#include "nn/model.h"
#include "nn/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the beginning ---------------------------------------------------------*/

enum preprocess trainer_input(const struct config *c, const struct net *net)
{
    return c->train.input == INPUT_AUTO
               ? net->preprocess
               : (enum preprocess)(c->train.input - INPUT_AUTO - 1);
}

/* Frozen layers whose output is not kept. */
static int build_frozen(struct trainer *t, const struct net_args *na,
                        struct err *err)
{
    return frozen_layers_init(
        &t->frozen,
        &(struct frozen_layers_args){
            .net = t->net,
            .shape = *na,
            .start = t->a->start,
            .seed = t->a->seed,
            .input = t->input,
            .products_bf16 = t->a->config->train.precision == PRECISION_BF16,
            .bf16 = t->a->config->train.frozen_precision == PRECISION_BF16,
            .threads = t->a->threads},
        err);
}

/* Can a batch be shared out among so many ranks? */
static int check_share(const struct config *c, int64_t ranks, int64_t share,
                       struct err *err)
{
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
    return 0;
}

static int build_graph(struct trainer *t, struct err *err)
{
    const struct config *c = t->a->config;
    const int64_t ranks = t->a->dist->size;
    const int64_t share = (c->train.batch + ranks - 1) / ranks;
    const struct net_args na = {.h = (int)t->a->set->h,
                                .w = (int)t->a->set->w,
                                .classes = t->a->set->n_class,
                                .cut = t->a->cut,
                                .head = t->a->head,
                                .freeze = t->a->freeze,
                                .size = t->a->set->size != NULL,
                                .bn_momentum = (float)c->train.bn_momentum};
    const struct graph_args ga = {.max_batch = (int)share,
                                  .threads = t->a->threads,
                                  .seed = t->a->seed,
                                  .coll = ranks > 1 ? &t->coll : NULL,
                                  .memory = GRAPH_TRAIN,
                                  .bf16 = c->train.precision == PRECISION_BF16,
                                  .part = t->a->freeze > 0 ? GRAPH_TAIL
                                                           : GRAPH_WHOLE};

    if (check_share(c, ranks, share, err) < 0)
        return -1;
    t->net = net_find(t->a->network, err);
    class_weights_init(&t->class_weights);
    if (t->a->weighs &&
        class_weights_read(&t->class_weights, c, t->a->set, err) < 0)
        return -1;
    t->optim = optim_at((int)c->train.optimizer);
    if (!t->net)
        return -1;
    t->input = trainer_input(c, t->net);
    t->graph = net_new(t->net, &na, &ga, err);
    if (!t->graph)
        return -1;
    if (t->a->contrastive &&
        embedding_init(&t->embedding, c, t->a->dist,
                       graph_output(t->graph)->out.c, err) < 0)
        return -1;
    if (layer_rates_init(&t->rates, t->net, t->graph, c->train.rate_decay,
                         err) < 0)
        return -1;
    if (t->a->start && weights_load(t->graph, t->net, t->a->start, err) < 0)
        return -1;
    return t->a->freeze > 0 && !t->a->cache ? build_frozen(t, &na, err) : 0;
}

/* Who makes fresh variants, if they are not stored. */
static int start_variants(struct trainer *t, struct err *err)
{
    const struct config *c = t->a->config;
    const struct online_args a = {.set = t->a->set,
                                  .recipe = t->a->recipe,
                                  .seed = t->a->seed,
                                  .batch = (size_t)c->train.batch,
                                  .rank = t->a->dist->rank,
                                  .ranks = t->a->dist->size,
                                  .workers = (int)c->train.augment_workers,
                                  .data = t->a->data_dir};

    if (c->train.augment == AUGMENT_STORED)
        return 0;
    return online_new(&t->fresh, &a, err);
}

void trainer_add_block(struct trainer *t, const char *name, float *data,
                       size_t n)
{
    struct checkpoint *c = &t->checkpoint;

    BUG_ON(c->n_block == CHECKPOINT_MAX_BLOCKS);
    c->block[c->n_block++] = (struct checkpoint_block){name, data, n};
}

/* Memory beside the graph's, and the list of what a checkpoint holds. */
static int allocate_buffers(struct trainer *t, struct err *err)
{
    const size_t p = graph_n_param(t->graph), s = graph_n_state(t->graph);

    t->block = calloc((OPTIM_MAX_SLOT + 2) * p + 2 * s + 1, sizeof(*t->block));
    t->order = malloc((t->n_epoch + 1) * sizeof(*t->order));
    t->row = malloc(((size_t)t->a->config->train.batch + 1) * sizeof(*t->row));
    t->label =
        malloc(((size_t)t->a->config->train.batch + 1) * sizeof(*t->label));
    t->image =
        malloc(((size_t)t->a->config->train.batch + 1) * sizeof(*t->image));
    if (!t->block || !t->order || !t->row || !t->label || !t->image)
        return err_set(err, ERR_SYSTEM, "no memory to train %zu parameters", p);
    t->checkpoint = (struct checkpoint){.dir = t->checkpoint_dir,
                                        .hash = t->a->hash,
                                        .state = &t->state,
                                        .history = &t->history};
    t->best_param = t->block + OPTIM_MAX_SLOT * p;
    t->best_state = t->best_param + p;
    t->lowest_param = t->best_state + s;
    t->lowest_state = t->lowest_param + p;
    trainer_add_block(t, "param", graph_param(t->graph), p);
    trainer_add_block(t, "state", graph_state(t->graph), s);
    for (int i = 0; i < t->optim->n_slot; i++) {
        t->slot[i] = t->block + (size_t)i * p;
        trainer_add_block(t, t->optim->slot_name[i], t->slot[i], p);
    }
    trainer_add_block(t, "best.param", t->best_param, p);
    trainer_add_block(t, "best.state", t->best_state, s);
    if (!t->a->contrastive) { /* there both are equal */
        trainer_add_block(t, "lowest.param", t->lowest_param, p);
        trainer_add_block(t, "lowest.state", t->lowest_state, s);
    }
    return 0;
}

/* A number that tells how sums are rounded here. */
static int64_t arithmetic_id(const struct graph *g)
{
    char text[GEMM_DESCRIPTION];

    graph_describe(g, text);
    return (int64_t)(rng_mix(0, text, strlen(text)) >> 1);
}

int trainer_prepare(struct trainer *t, struct err *err)
{
    const struct trainer_args *a = t->a;
    const size_t batch = (size_t)a->config->train.batch;

    t->coll = dist_collective(a->dist);
    t->steps = (a->set->n_train + batch - 1) / batch;
    t->n_epoch = a->config->train.sampler == SAMPLER_BALANCED ? t->steps * batch
                                                              : a->set->n_train;
    t->state = (struct train_state){
        .rate = (double)(float)a->config->train.learning_rate,
        .ranks = a->dist->size,
    };
    plateau_init(&t->state.plateau);
    stopper_init(&t->state.stopper);
    if (build_graph(t, err) < 0)
        return -1;
    t->state.arithmetic = arithmetic_id(t->graph);
    if (allocate_buffers(t, err) < 0 || start_variants(t, err) < 0 ||
        trainer_open_options(t, err) < 0 || trainer_open_averages(t, err) < 0 ||
        file_path(t->checkpoint_dir, err, "%s/checkpoint", a->dir) < 0)
        return -1;
    return trainer_lead(t) ? file_dir_make(t->checkpoint_dir, err) : 0;
}

/* The checkpoints of this training, as they are kept behind its end. */
static struct checkpoint kept_checkpoint(const struct trainer *t)
{
    struct checkpoint kept = t->checkpoint;

    kept.dir = t->a->kept;
    kept.hash = t->a->any_length;
    kept.length = t->a->config->train.epochs;
    return kept;
}

static void warn_of_bad(struct trainer *t, bool found, const struct err *bad)
{
    char text[600];

    if (!bad->text[0])
        return;
    snprintf(text, sizeof(text), "checkpoint passed over, %s: %s",
             found ? "an older one is used" : "training starts again",
             bad->text);
    t->a->hooks.warn(t->a->hooks.self, text);
}

/* Go on where a shorter training ended, which may have stopped early, as a
 * longer one would have. */
static int find_kept(struct trainer *t, bool *found, struct err *err)
{
    const struct checkpoint kept = kept_checkpoint(t);
    const struct config *c = t->a->config;
    struct train_state *s = &t->state;
    struct err bad = {0};

    if (checkpoint_load(&kept, found, &bad, err) < 0)
        return -1;
    if (bad.code != ERR_USAGE)
        warn_of_bad(t, *found, &bad);
    if (!*found)
        return 0;
    log_info("goes on behind epoch %jd of a shorter training",
             (intmax_t)s->epoch);
    s->finished =
        stopper_has_stopped(&s->stopper, c->train.stop_patience, s->epoch);
    return 0;
}

/* Where a training is taken up that was stopped or killed. */
static void tell_place(const struct train_state *s)
{
    if (s->finished)
        log_info("goes on behind its last epoch");
    else
        log_info("goes on in epoch %jd behind step %jd", (intmax_t)s->epoch + 1,
                 (intmax_t)s->step);
}

/* On rank 0: go back to the newest checkpoint, if any. */
static int find_checkpoint(struct trainer *t, bool *found, struct err *err)
{
    const int64_t ranks = t->state.ranks, here = t->state.arithmetic;
    struct err bad = {0};
    char text[600];

    if (checkpoint_load(&t->checkpoint, found, &bad, err) < 0)
        return -1;
    warn_of_bad(t, *found, &bad);
    if (*found)
        tell_place(&t->state);
    if (!*found && trainer_keeps(t) && find_kept(t, found, err) < 0)
        return -1;
    if (*found && t->state.ranks != ranks) {
        snprintf(text, sizeof(text),
                 "the checkpoint was made by %jd ranks, now there are %jd: "
                 "results differ by rounding from those of either",
                 (intmax_t)t->state.ranks, (intmax_t)ranks);
        t->a->hooks.warn(t->a->hooks.self, text);
    }
    if (*found && t->state.arithmetic != here) {
        char now[GEMM_DESCRIPTION];

        graph_describe(t->graph, now);
        snprintf(text, sizeof(text),
                 "the checkpoint was made by another engine, other libraries "
                 "or another processor than these (%s): results differ by "
                 "rounding from those of an unbroken run",
                 now);
        t->a->hooks.warn(t->a->hooks.self, text);
    }
    t->state.ranks = ranks;
    t->state.arithmetic = here;
    return 0;
}

/* Every rank gets rank 0's numbers and weights. */
int trainer_resume(struct trainer *t, struct err *err)
{
    struct dist *d = t->a->dist;
    bool found = false;
    int rc = trainer_lead(t) ? find_checkpoint(t, &found, err) : 0;

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

int trainer_write_model(struct trainer *t, const char *name,
                        struct model_info *info, struct err *err)
{
    char path[FILE_PATH_MAX];

    info->input = t->input;
    info->resizing = config_resizing(t->a->config);
    info->bits = t->a->set->bits;
    info->upright = t->a->config->preprocess.orientation == ORIENTATION_EXIF;
    info->jpeg = (int)t->a->config->preprocess.jpeg;
    info->h = (int)t->a->set->h;
    info->w = (int)t->a->set->w;
    info->n_class = t->a->set->n_class;
    info->size = t->a->set->scale;
    info->head = t->a->head;
    info->freeze = t->a->freeze;
    snprintf(info->network, sizeof(info->network), "%s", t->net->name);
    snprintf(info->cut, sizeof(info->cut), "%s", t->a->cut ? t->a->cut : "");
    for (int i = 0; i < info->n_class; i++)
        snprintf(info->class_name[i], sizeof(info->class_name[i]), "%s",
                 t->a->set->class_name[i]);
    if (file_path(path, err, "%s/%s", t->a->dir, name) < 0)
        return -1;
    return model_write(t->graph, info, path, err);
}

/* The model of the epoch that has just ended. */
static int write_newest(struct trainer *t, const char *name, struct err *err)
{
    const double *row =
        t->history.epoch + (t->history.n_epoch - 1) * HISTORY_COLUMNS;
    struct model_info info = {.epoch = (int)t->state.epoch,
                              .val_loss = row[HISTORY_VAL_LOSS],
                              .val_accuracy = row[HISTORY_VAL_ACCURACY]};
    int rc;

    trainer_swap_average(t);
    rc = trainer_write_model(t, name, &info, err);
    trainer_swap_average(t);
    return rc;
}

int trainer_keep(struct trainer *t, struct err *err)
{
    const int64_t every = t->a->config->train.keep_every;
    char name[64];

    if (every == 0 || t->state.epoch % every != 0)
        return 0;
    snprintf(name, sizeof(name), "epoch-%05jd.safetensors",
             (intmax_t)t->state.epoch);
    return write_newest(t, name, err);
}

/* Training is whole without it. */
static void keep_checkpoint(struct trainer *t)
{
    const struct checkpoint kept = kept_checkpoint(t);
    struct err err;
    char text[600];

    t->state.generation = 0; /* always the same file */
    if (file_dir_make(kept.dir, &err) == 0 && checkpoint_save(&kept, &err) == 0)
        return;
    snprintf(text, sizeof(text),
             "the last checkpoint is not kept, a longer training will start "
             "again: %.400s",
             err.text);
    t->a->hooks.warn(t->a->hooks.self, text);
}

/* Weights and statistics that were kept; they stay in the graph. */
static int write_kept(struct trainer *t, const float *param, const float *state,
                      enum model_choice file, struct model_info info,
                      struct err *err)
{
    memcpy(graph_param(t->graph), param,
           graph_n_param(t->graph) * sizeof(*param));
    memcpy(graph_state(t->graph), state,
           graph_n_state(t->graph) * sizeof(*state));
    return trainer_write_model(t, config_model_file(file), &info, err);
}

/* The weights of the best epochs. */
static int write_best(struct trainer *t, struct err *err)
{
    const struct train_state *s = &t->state;
    const struct model_info best = {.epoch = (int)s->best_epoch,
                                    .val_loss = s->best_loss,
                                    .val_accuracy = s->best_accuracy};
    const struct model_info lowest = {.epoch = (int)s->lowest_epoch,
                                      .val_loss = s->lowest_loss,
                                      .val_accuracy = s->lowest_accuracy};

    if (!t->a->contrastive && write_kept(t, t->lowest_param, t->lowest_state,
                                         MODEL_BEST_LOSS, lowest, err) < 0)
        return -1;
    return write_kept(t, t->best_param, t->best_state, MODEL_BEST_ACCURACY,
                      best, err);
}

/* On rank 0. */
int trainer_write(struct trainer *t, struct err *err)
{
    if (history_write(&t->history, t->steps, t->a->dir, err) < 0 ||
        write_newest(t, config_model_file(MODEL_LAST), err) < 0 ||
        trainer_write_average(t, err) < 0)
        return -1;
    if (trainer_keeps(t))
        keep_checkpoint(t);
    if (write_best(t, err) < 0)
        return -1;
    return file_dir_remove(t->checkpoint_dir, err);
}

/* Did an earlier process write the results, and end before it could say so? */
int trainer_complete(const struct trainer_args *a, bool *done, struct err *err)
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
        *done = rc == 0 && file_exists(last) && !file_exists(unfinished) &&
                file_exists(model);
    }
    if (dist_agree(a->dist, rc, err) < 0)
        return -1;
    return dist_bcast(a->dist, done, sizeof(*done), err);
}

void trainer_release(struct trainer *t)
{
    online_free(t->fresh);
    graph_free(t->graph);
    free(t->block);
    free(t->order);
    free(t->row);
    trainer_close_options(t);
    trainer_close_averages(t);
    free(t->label);
    free(t->image);
    frozen_layers_release(&t->frozen);
    layer_rates_release(&t->rates);
    embedding_release(&t->embedding);
    history_release(&t->history);
    free(t);
}
