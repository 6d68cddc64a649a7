/*
 * trainer.h - epochs of optimiser steps on all ranks, with validation
 *
 * An epoch goes through the training samples in the order of stream (seed,
 * RNG_SHUFFLE, epoch), 'batch' at a time over all ranks, each rank taking a
 * contiguous part; the last batch is what is left.  With train.sampler balanced
 * the order is balanced_sampler.h's.  After each epoch comes the validation
 * loss, which decides about learning rate and end.
 *
 * With train.mixup every training sample is mixed with another of the training
 * set, where the first learning layer sees it: pixels, or what the frozen
 * layers make of them.  Training accuracy then is of the class of the larger
 * share.  With train.ema the moving average of weights and statistics is what
 * is validated and written; checkpoints have both.
 *
 * Files in 'dir':
 *     model.safetensors  weights after the epoch of highest validation
 *                        accuracy, of equal ones that of lowest loss
 *     last.safetensors   weights after the last epoch
 *     best-loss.safetensors  weights after the first epoch of lowest validation
 *                        loss; not of a->contrastive, which knows no accuracy:
 *                        there model.safetensors is that
 *     average.safetensors, average.csv  with train.average_epochs the mean of
 *                        the weights themselves, not of train.ema's, after each
 *                        of the last so many of train.epochs; of fewer if
 *                        train.stop_patience ended them; statistics of batch
 *                        normalisation made anew; and its validation
 *     epoch-EEEEE.safetensors  after every train.keep_every-th, if not 0
 *     history.csv, steps.csv, timing.csv
 *     checkpoint/        until the above are complete; removed last
 * In a->kept, if it is given: the last checkpoint, with which the same training
 * of more epochs begins (run/longer_training.h).
 * The weights and the first two tables have the same bits however often
 * training was stopped or killed in between, at the same number of ranks.
 */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "config/config.h"
#include "config/recipe_text.h"
#include "nn/nets.h"
#include "nn/safetensors.h"
#include "ranks/dist.h"
#include "stages/train/trainset.h"

struct frozen_cache; /* frozen_cache.h */
struct teacher;      /* teacher.h */

/* What the trainer asks and tells whoever runs it; on rank 0 alone. */
struct trainer_hooks {
    bool (*stopping)(void *self);
    void (*progress)(void *self, double done, double total, const char *note);
    void (*warn)(void *self, const char *text);
    void *self; /* borrowed */
};

struct trainer_args {
    const char *dir;  /* exists; only rank 0 reads and writes there */
    const char *hash; /* a checkpoint of another hash is not used */
    const char *kept; /* directory, made if missing, of the last checkpoint;
                         NULL or "": it is not kept, and none is gone on from */
    const char *any_length; /* hash of that one */
    const char *network;    /* as net_find() knows it */
    const char *cut;        /* layer that ends its trunk; NULL: all of it */
    enum net_head head;
    int freeze;                       /* so many first layers learn nothing */
    const struct safetensors *start;  /* weights to begin with, as
                                        weights_load() takes them; borrowed;
                                        NULL: random ones */
    const struct frozen_cache *cache; /* what frozen layers make of the samples;
                                  borrowed; NULL: it is computed anew */
    bool contrastive; /* the loss is train.contrastive_loss of HEAD_PROJECT's
                         embeddings; accuracies are 0 */
    const struct teacher *teacher; /* borrowed; NULL: there is none */
    bool weighs;   /* classes or mistakes, as the configuration says */
    uint64_t seed; /* initial weights, order, dropout */
    const struct config *config; /* its train section; borrowed */
    const struct trainset *set;  /* borrowed */
    const char *data_dir; /* of the store, for workers that make fresh variants;
                             borrowed */
    const struct recipe_text *recipe; /* of those; not read with train.augment
                                         stored; borrowed */
    struct dist *dist;                /* borrowed */
    int threads;                      /* of this rank, >= 1 */
    struct trainer_hooks hooks;
};

/* How the configuration wants the bytes of images to be scaled. */
enum preprocess trainer_input(const struct config *c, const struct net *net);

/*
 * Train to the end, from the checkpoint in 'dir' if there is one, else from
 * that in 'kept' if its training was to have fewer epochs.
 * Collective: every rank calls it with the same network, seed, configuration
 * and samples, and gets the same result.
 * Errors: ERR_USAGE unknown network or layer, a batch smaller than the number
 * of ranks or too large for one, batches without pairs or a class of a single
 * training sample if a->contrastive; as balanced_sampler_init(); ERR_INPUT the
 * loss is not finite, or 'start' does not fit the network; as
 * class_weights_read() if a->weighs; ERR_AGAIN stopped by hooks.stopping, the
 * checkpoint is saved; ERR_SYSTEM.
 */
MUST_USE int trainer_run(const struct trainer_args *a, struct err *err);

/*
 * Did an earlier process write all results, and end before it could say so?
 * trainer_run() has nothing to do then.  Of 'a' dir and dist are read.
 * Collective.  Errors: ERR_INPUT path too long; ERR_SYSTEM.
 */
MUST_USE int trainer_complete(const struct trainer_args *a, bool *done,
                              struct err *err);

#endif
