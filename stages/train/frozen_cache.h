/*
 * frozen_cache.h - what a front makes of every sample, kept in files
 *
 *     DIR/HASH/NODE.npy   (N, h, w, c) float32, or bfloat16 as uint16, of each
 *                        value at the border, in the order of trainset.kept; of
 *                        what strided convolutions alone read only the rows and
 *                        columns that they do
 *     DIR/HASH/chunks     SHA-256 of each FROZEN_CACHE_CHUNK samples' values
 *
 * HASH is a hash of the frozen weights, the network, its cut, what is frozen,
 * the input's scaling and size, the precision, the arithmetic of rank 0
 * (graph_describe()), and the stores' hashes, named by
 * run/frozen_cache_name.h: another regime, seed or fold of the same finds the
 * same files.  Every chunk is compared with its hash when the files are opened,
 * and made again if it differs, so it does not matter when an earlier process
 * was killed or what happened to the files meanwhile.  Trainings that begin
 * together each make what is missing, with the same bytes.
 */
#ifndef TRAIN_FROZEN_CACHE_H
#define TRAIN_FROZEN_CACHE_H

#include "base/npy.h"
#include "stages/train/frozen_layers.h"
#include "stages/train/trainer.h"

enum { FROZEN_CACHE_CHUNK = 64 };

struct frozen_cache {
    struct npy value[FROZEN_LAYERS_MAX_BORDER]; /* mapped */
    size_t row[FROZEN_LAYERS_MAX_BORDER];       /* numbers kept of a sample */
    struct tensor
        shape[FROZEN_LAYERS_MAX_BORDER]; /* of a value in the network */
    int step[FROZEN_LAYERS_MAX_BORDER];  /* as graph_border_step() */
    int n_border;
};

struct frozen_cache_args {
    const char *dir; /* made if missing; all ranks see it */
    const struct frozen_layers_args *frozen; /* threads: of this process */
    const struct trainset *set;
    const char *data, *augment; /* hashes of the stores; NULL: there is none */
    struct dist *dist;
    struct trainer_hooks hooks;
};

/*
 * Make what is missing, all ranks together, and map the files.
 *   t [out] n_border is 0 if the disk has no room for it: hooks.warn is told,
 *           and training has to do without
 * Collective.
 * Errors: as frozen_layers_init(); ERR_AGAIN stopped by hooks.stopping, what is
 * made so far stays; ERR_INPUT, ERR_SYSTEM files.
 */
MUST_USE int frozen_cache_open(struct frozen_cache *t,
                               const struct frozen_cache_args *a,
                               struct err *err);
void frozen_cache_close(struct frozen_cache *t);

/*
 * Value k of the sample with that place in trainset.kept.
 *   out [out] (h, w, c) of the network; what nobody reads is left as it is
 */
void frozen_cache_row(const struct frozen_cache *t, int k, size_t i,
                      float *out);

#endif
