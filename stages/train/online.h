/*
 * online.h - train.augment online: each sample a fresh variant of its image
 *
 * A rank asks for its part of each batch, in order; a thread of its own or,
 * with train.augment_workers, workers that stream to it (online_workers.h) make
 * them ahead, at most ONLINE_AHEAD batches.  All of them call the same function
 * (stages/augment/online_variant.h), so the bits of a training depend neither
 * on their number nor on who was killed; a resumed one gets the same variants.
 *
 * With balanced batches (balanced_sampler.h) a sample may come several times in
 * an epoch.  Then variant v of V comes at first, and as number v + k V at the
 * k-th time after that: another one each time, and none that stands for another
 * sample.
 */
#ifndef TRAIN_ONLINE_H
#define TRAIN_ONLINE_H

#include "config/config.h"
#include "config/recipe_text.h"
#include "stages/train/online_queue.h"
#include "stages/train/trainset.h"

enum { ONLINE_AHEAD = 4 };

struct online;

struct online_args {
    const struct trainset *set;       /* opened with variants; borrowed */
    const struct recipe_text *recipe; /* borrowed */
    uint64_t seed;
    size_t batch;        /* of all ranks */
    int rank, ranks;     /* whose part of it */
    int workers;         /* processes that stream to this rank; 0: a thread */
    const char *data;    /* directory of the store, for them; borrowed */
    const char *program; /* papline-augment; NULL: beside this program */
};

/*
 * Start making.  Errors: ERR_USAGE as recipe_init(); ERR_SYSTEM memory,
 * threads, sockets, processes.
 */
MUST_USE int online_new(struct online **v, const struct online_args *a,
                        struct err *err);
void online_free(struct online *v); /* NULL is allowed */

/*
 * An epoch begins, or goes on at 'step'.
 *   order [in] (n) samples of all ranks, also of the steps before; batch s is
 *              from s * batch on; a sample may come several times
 *   epoch      1 ..
 * Errors: ERR_SYSTEM.
 */
MUST_USE int online_begin(struct online *v, const uint32_t *order, size_t n,
                          size_t step, uint32_t epoch, struct err *err);

/* Wait for this rank's n rows of the next batch. */
void online_next(struct online *v, size_t n);

/* Pixels of its row i, good until the next call of the above. */
const uint8_t *online_row(const struct online *v, size_t i);

/*
 * Did training have to wait for more than a twentieth of the epoch's 'seconds'?
 * Then 'text' says how fast variants are wanted and made, and how many workers
 * would do.
 */
bool online_slow(struct online *v, double seconds, char *text, size_t size);

#endif
