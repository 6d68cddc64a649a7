/*
 * trainer_private.h - what trainer.c (the loop), trainer_feed.c (samples into
 * it), trainer_setup.c (before and after it), trainer_average.c and
 * trainer_options.c share
 */
#ifndef TRAIN_TRAINER_PRIVATE_H
#define TRAIN_TRAINER_PRIVATE_H

#include "nn/ema.h"
#include "nn/model.h"
#include "nn/nets.h"
#include "nn/optim.h"
#include "stages/train/balanced_sampler.h"
#include "stages/train/checkpoint.h"
#include "stages/train/class_weights.h"
#include "stages/train/embedding.h"
#include "stages/train/frozen_cache.h"
#include "stages/train/layer_rates.h"
#include "stages/train/online.h"
#include "stages/train/teacher.h"
#include "stages/train/trainer.h"

/* Samples of an epoch, in order, as one batch of all ranks. */
struct batch {
    const struct sample *sample;
    const uint32_t *order; /* NULL: as they stand */
    size_t first, n;
    bool mixed; /* by train.mixup */
    bool fresh; /* as variants, by train.augment online */
};

/* With what this rank's rows are mixed.  NULLs without train.mixup. */
struct mixture {
    uint32_t *again;   /* owned: (n_epoch) how often each of an epoch's samples
                          came in it before */
    uint32_t *seen;    /* owned: (n_train) scratch */
    uint32_t *partner; /* owned */
    int *other;        /* owned: the class of the lesser share */
    float *share;      /* owned: of the first class */
    float *value
        [FROZEN_LAYERS_MAX_BORDER]; /* owned: the partners', as they are fed */
};

/* Where samples go in the graph: (rows, row) floats. */
struct fed {
    float *data; /* borrowed */
    size_t row;
};

struct trainer {
    const struct trainer_args *a; /* borrowed */
    const struct net *net;
    enum preprocess input;
    struct graph *graph; /* owned: with frozen layers, the tail behind them */
    struct frozen_layers
        frozen;            /* owned: those, if there is no cache of them */
    const uint8_t **image; /* owned: of this rank's rows, for the front */
    struct mixture mixture;
    struct collective coll;
    const struct optim *optim;
    struct layer_rates rates; /* owned: by the depth of layers */
    struct class_weights class_weights;
    struct embedding embedding;         /* of contrastive */
    float *block;                       /* owned: the next six */
    float *slot[OPTIM_MAX_SLOT];        /* of the optimiser */
    float *best_param, *best_state;     /* of best accuracy */
    float *lowest_param, *lowest_state; /* of lowest loss */
    struct online *fresh;               /* owned; NULL: variants are stored */
    float *average; /* owned: of weights, then of statistics, which move; NULL
                       without train.ema */
    float *mean;    /* owned: likewise of the last epochs; NULL without
                       train.average_epochs */
    double mean_loss, mean_accuracy;
    struct balanced_sampler sampler; /* of balanced batches */
    uint32_t *order;                 /* owned: of this epoch's samples */
    uint32_t *row;                   /* owned: this rank's samples in a batch */
    uint32_t *validation; /* owned: order of its samples, for contrastive;
                             those of a class stand together */
    int *label;           /* owned: of this rank's rows */
    float *taught;        /* owned: (rows, classes) what the teacher says of
                             them; NULL: there is none */
    struct train_state state;
    struct history history; /* on rank 0 */
    struct checkpoint checkpoint;
    char checkpoint_dir[FILE_PATH_MAX];
    size_t steps, n_epoch;  /* per epoch: steps, samples */
    double taken_up, spent; /* when this epoch was; in MPI until then */
    double saved;           /* when the last checkpoint was made */
};

/* Is this rank 0? */
static inline bool trainer_lead(const struct trainer *t)
{
    return t->a->dist->rank == 0;
}

/* Is the last checkpoint kept? */
static inline bool trainer_keeps(const struct trainer *t)
{
    return t->a->kept && t->a->kept[0];
}

/* Build the network and allocate all else.  Not collective; errors as of
 * trainer_run(), and trainer_release() is due then, too. */
MUST_USE int trainer_prepare(struct trainer *t, struct err *err);

/* Collective.  Go back to the newest checkpoint, if there is one. */
MUST_USE int trainer_resume(struct trainer *t, struct err *err);

/* Append 'n' floats to what a checkpoint holds. */
void trainer_add_block(struct trainer *t, const char *name, float *data,
                       size_t n);

/*
 * What train.sampler and .mixup need, and contrastive training; of the latter
 * whether it has pairs to learn from.  Not collective; the graph is there.
 * Errors: as trainer_run().  trainer_close_options() in any case.
 */
MUST_USE int trainer_open_options(struct trainer *t, struct err *err);
void trainer_close_options(struct trainer *t);

/* What train.ema and .average_epochs need.  Not collective.  Errors:
 * ERR_SYSTEM.  trainer_close_averages() in any case. */
MUST_USE int trainer_open_averages(struct trainer *t, struct err *err);
void trainer_close_averages(struct trainer *t);

/* After a step: the moving average follows, if there is one. */
void trainer_move_average(struct trainer *t);

/* In place of weights and statistics their moving average, if there is one,
 * and back again. */
void trainer_swap_average(struct trainer *t);

/* After an epoch: the mean takes it up, if it is one of the last. */
void trainer_add_epoch(struct trainer *t);

/*
 * Collective.  After the last epoch: the mean's statistics, and what it comes
 * to on validation.  Errors: ERR_AGAIN stopped, to do it again from the start;
 * as trainer_validate().
 */
MUST_USE int trainer_finish_average(struct trainer *t, struct err *err);

/* On rank 0: the mean's files, if there is one.  Errors: ERR_SYSTEM. */
MUST_USE int trainer_write_average(struct trainer *t, struct err *err);

/*
 * Collective.  Loss and accuracy of the validation samples with what is in the
 * graph.
 *   stop [out] asked to stop before the end: to validate again from the start
 * Errors: ERR_INPUT the loss is not finite; ERR_SYSTEM.
 */
MUST_USE int trainer_validate(struct trainer *t, double *loss, double *accuracy,
                              bool *stop, struct err *err);

/* Collective.  Is training to stop?  Errors: ERR_SYSTEM. */
MUST_USE int trainer_stops(struct trainer *t, bool *stop, struct err *err);

/* Where samples go, of as many values as it returns. */
int trainer_fed(const struct trainer *t,
                struct fed fed[FROZEN_LAYERS_MAX_BORDER]);

/* With mixtures: how often each sample of the epoch's order came before. */
void trainer_count_again(struct trainer *t);

/* Write this rank's rows into the graph; returns the first one's place in the
 * batch. */
size_t trainer_load(struct trainer *t, const struct batch *b);

/* On rank 0: what is in the graph as a file of 'dir'; 'info' has epoch and
 * validation.  Errors: ERR_SYSTEM. */
MUST_USE int trainer_write_model(struct trainer *t, const char *name,
                                 struct model_info *info, struct err *err);

/* On rank 0, after an epoch: its model, if train.keep_every wants it.
 * Errors: ERR_SYSTEM. */
MUST_USE int trainer_keep(struct trainer *t, struct err *err);

/* On rank 0: write the results, then drop the checkpoint.  The graph may
 * end with other weights.  Errors: ERR_SYSTEM. */
MUST_USE int trainer_write(struct trainer *t, struct err *err);

void trainer_release(struct trainer *t);

#endif
