/*
 * trainer_private.h - what trainer.c (the loop) and trainer_setup.c (before
 * and after it) share
 */
#ifndef TRAIN_TRAINER_PRIVATE_H
#define TRAIN_TRAINER_PRIVATE_H

#include "nn/nets.h"
#include "nn/optim.h"
#include "stages/train/checkpoint.h"
#include "stages/train/embedding.h"
#include "stages/train/trainer.h"
#include "stages/train/trunk.h"
#include "stages/train/weighing.h"

struct trainer {
    const struct trainer_args *a; /* borrowed */
    const struct net *net;
    enum preprocess input;
    struct graph *graph;   /* owned: with frozen layers, the tail behind them */
    struct front front;    /* owned: those, if there is no cache of them */
    const uint8_t **image; /* owned: of this rank's rows, for the front */
    struct collective coll;
    const struct optim *optim;
    struct weighing weighing;
    struct embedding embedding;  /* of contrastive */
    float *block;                /* owned: the next four */
    float *slot[OPTIM_MAX_SLOT]; /* of the optimiser */
    float *best_param, *best_state;
    uint32_t *order;      /* owned: of this epoch's samples */
    uint32_t *validation; /* owned: order of its samples, for contrastive;
                             those of a class stand together */
    int *label;           /* owned: of this rank's rows */
    struct train_state state;
    struct history history; /* on rank 0 */
    struct checkpoint checkpoint;
    char checkpoint_dir[FILE_PATH_MAX];
    size_t steps;           /* per epoch */
    double taken_up, spent; /* when this epoch was; in MPI until then */
    double saved;           /* when the last checkpoint was made */
};

/* Is this rank 0? */
static inline bool trainer_lead(const struct trainer *t)
{
    return t->a->dist->rank == 0;
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

/* On rank 0: write the results, then drop the checkpoint.  The graph ends
 * with the best weights.  Errors: ERR_SYSTEM. */
MUST_USE int trainer_write(struct trainer *t, struct err *err);

void trainer_release(struct trainer *t);

#endif
