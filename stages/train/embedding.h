/*
 * embedding.h - a loss of the embeddings of the batch of all ranks
 */
#ifndef TRAIN_EMBEDDING_H
#define TRAIN_EMBEDDING_H

#include "config/config.h"
#include "nn/loss.h"
#include "nn/loss_embed.h"
#include "ranks/dist.h"

struct embedding {
    const struct embed_loss *loss;
    struct embed_args args;
    struct dist *dist; /* borrowed */
    float *z;          /* owned: (batch, d) of all ranks */
    int *label;        /* owned: (batch) */
    size_t *count;     /* owned: (ranks) rows of each */
    void *scratch;     /* owned */
};

/*
 * As the configuration's train section says, for batches of train.batch rows
 * of 'd' numbers.  Release it also after a failure.
 * Errors: as loss_embed_check(); ERR_SYSTEM.
 */
MUST_USE int embedding_init(struct embedding *e, const struct config *c,
                            struct dist *dist, int d, struct err *err);
void embedding_release(struct embedding *e);

/*
 * Gather the embeddings b->z (n, k) and labels of all ranks, shared out by
 * batch_part_rows(), and write the gradient of this rank's to b->dz,
 * unless NULL.
 *   sum [out] on rank 0 the value times n_global, else 0: the ranks' add up
 * Collective.  Errors: ERR_SYSTEM.
 */
MUST_USE int embedding_loss(struct embedding *e, const struct loss_batch *b,
                            int threads, double *sum, struct err *err);

#endif
