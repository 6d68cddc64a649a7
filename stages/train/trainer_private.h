/*
 * trainer_private.h - what trainer.c (the loop), trainer_feed.c (samples into
 * it), trainer_setup.c (before and after it) and trainer_options.c share
 */
#ifndef TRAIN_TRAINER_PRIVATE_H
#define TRAIN_TRAINER_PRIVATE_H

#include "nn/ema.h"
#include "nn/nets.h"
#include "nn/optim.h"
#include "stages/train/balanced_sampler.h"
#include "stages/train/checkpoint.h"
#include "stages/train/class_weights.h"
#include "stages/train/embedding.h"
#include "stages/train/frozen_cache.h"
#include "stages/train/online.h"
#include "stages/train/trainer.h"

/* Samples of an epoch, in order, as one batch of all ranks. */
struct batch {
    const struct sample *sample;
    const uint32_t *order; /* NULL: as they stand */
    size_t first, n;
    bool mixed; /* by train.mixup */
};

/* Of this rank's rows: with what they are mixed.  NULLs without train.mixup. */
struct mixture {
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
    struct class_weights class_weights;
    struct embedding embedding;  /* of contrastive */
    float *block;                /* owned: the next four */
    float *slot[OPTIM_MAX_SLOT]; /* of the optimiser */
    float *best_param, *best_state;
    struct online *fresh; /* owned; NULL: variants are stored */
    float *average;       /* owned: of the weights; NULL without train.ema */
    struct balanced_sampler sampler; /* of balanced batches */
    uint32_t *order;                 /* owned: of this epoch's samples */
    uint32_t *row;                   /* owned: this rank's samples in a batch */
    uint32_t *validation; /* owned: order of its samples, for contrastive;
                             those of a class stand together */
    int *label;           /* owned: of this rank's rows */
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

/*
 * Collective.  Did an earlier process write all results, and end before it
 * could say so?  Errors: ERR_INPUT path too long; ERR_SYSTEM.
 */
MUST_USE int trainer_complete(const struct trainer_args *a, bool *done,
                              struct err *err);

/* Build the network and allocate all else.  Not collective; errors as of
 * trainer_run(), and trainer_release() is due then, too. */
MUST_USE int trainer_prepare(struct trainer *t, struct err *err);

/* Collective.  Go back to the newest checkpoint, if there is one. */
MUST_USE int trainer_resume(struct trainer *t, struct err *err);

/* Append 'n' floats to what a checkpoint holds. */
void trainer_add_block(struct trainer *t, const char *name, float *data,
                       size_t n);

/*
 * What train.sampler, .mixup and .ema need, and contrastive training; of the
 * latter whether it has pairs to learn from.  Not collective; the graph is
 * there.  Errors: as trainer_run().  trainer_close_options() in any case.
 */
MUST_USE int trainer_open_options(struct trainer *t, struct err *err);
void trainer_close_options(struct trainer *t);

/* In place of the weights their average, if there is one, and back again. */
void trainer_swap_average(struct trainer *t);

/* Where samples go, of as many values as it returns. */
int trainer_fed(const struct trainer *t,
                struct fed fed[FROZEN_LAYERS_MAX_BORDER]);

/* Write this rank's rows into the graph; returns the first one's place in the
 * batch. */
size_t trainer_load(struct trainer *t, const struct batch *b);

/* On rank 0, after an epoch: its model, if train.keep_every wants it.
 * Errors: ERR_SYSTEM. */
MUST_USE int trainer_keep(struct trainer *t, struct err *err);

/* On rank 0: write the results, then drop the checkpoint.  The graph ends
 * with the best weights.  Errors: ERR_SYSTEM. */
MUST_USE int trainer_write(struct trainer *t, struct err *err);

void trainer_release(struct trainer *t);

#endif
