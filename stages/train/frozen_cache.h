/*
 * frozen_cache.h - what a front makes of every sample, kept in files
 *
 *     DIR/KEY/NODE.npy   (N, h, w, c) float32, or bfloat16 as uint16, of each
 *                        value at the border, in the order of trainset.kept; of
 *                        what strided convolutions alone read only the rows and
 *                        columns that they do
 *     DIR/KEY/chunks     SHA-256 of each TRUNK_CHUNK samples' values
 *
 * KEY is a hash of the frozen weights, the network, its cut, what is frozen, the
 * input's scaling and size, the precision, and the stores' keys: another regime,
 * seed or fold of the same finds the same files.  Every chunk is compared with
 * its hash when the files are opened, and made again if it differs, so it does
 * not matter when an earlier process was killed or what happened to the files
 * meanwhile.
 */
#ifndef TRAIN_FROZEN_CACHE_H
#define TRAIN_FROZEN_CACHE_H

#include "base/npy.h"
#include "stages/train/frozen_layers.h"
#include "stages/train/trainer.h"

enum { TRUNK_CHUNK = 64 };

struct trunk {
    struct npy value[FRONT_MAX_BORDER];    /* mapped */
    size_t row[FRONT_MAX_BORDER];          /* numbers kept of a sample */
    struct tensor shape[FRONT_MAX_BORDER]; /* of a value in the network */
    int step[FRONT_MAX_BORDER];            /* as graph_border_step() */
    int n_border;
};

struct trunk_args {
    const char *dir;                /* made if missing; all ranks see it */
    const struct front_args *front; /* threads: of this process */
    const struct trainset *set;
    const char *data, *augment; /* keys of the stores; NULL: there is none */
    struct dist *dist;
    struct trainer_hooks hooks;
};

/*
 * Make what is missing, all ranks together, and map the files.
 *   t [out] n_border is 0 if the disk has no room for it: hooks.warn is told,
 *           and training has to do without
 * Collective.  Errors: as front_init(); ERR_AGAIN stopped by hooks.stopping,
 * what is made so far stays; ERR_INPUT, ERR_SYSTEM files.
 */
MUST_USE int trunk_open(struct trunk *t, const struct trunk_args *a,
                        struct err *err);
void trunk_close(struct trunk *t);

/*
 * Value k of the sample with that place in trainset.kept.
 *   out [out] (h, w, c) of the network; what nobody reads is left as it is
 */
void trunk_row(const struct trunk *t, int k, size_t i, float *out);

#endif
