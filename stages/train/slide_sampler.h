/*
 * slide_sampler.h - batches that hold cells of many slides
 *
 * Cells of a family (of one slide, or cluster image) have stain, light and
 * focus in common.  Where a batch holds few of each family, what it teaches is
 * less of a slide and more of the cells.  An epoch has every sample once, in
 * n / batch batches, rounded up, all but the last of them full.
 *
 * The families, in random order, and of each its samples, in random order, are
 * dealt one by one to the batches, which take turns: a family of m samples has
 * at most m batch / n of them, rounded up, in a batch.  The next turn is
 * about .618 of the epoch on, around its end (the golden section), so that the
 * samples of a small family are spread over the epoch.  The last batch, if it
 * is short, lets turns pass in proportion.  Within a batch the order is random,
 * so that the ranks' parts of it are alike.
 */
#ifndef TRAIN_SLIDE_SAMPLER_H
#define TRAIN_SLIDE_SAMPLER_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct slide_sampler {
    uint64_t seed;
    size_t n, batch;
    size_t n_family;
    uint32_t *sample; /* owned, with all that follow; (n) by family */
    uint32_t *first;  /* (n_family + 1) where each begins there */
    uint32_t *turn;   /* (n_family) families in an epoch's order */
    uint32_t *dealt;  /* (n) samples as they are dealt */
    uint32_t *filled; /* (batches) how many each has */
};

/*
 *   family [in] (n) of each sample, any numbers; read here only
 *   n      1 .. 2^31
 *   batch  1 or more
 * Errors: ERR_SYSTEM memory; *s is empty then.
 */
MUST_USE int slide_sampler_init(struct slide_sampler *s, const uint32_t *family,
                                size_t n, size_t batch, uint64_t seed,
                                struct err *err);
void slide_sampler_release(struct slide_sampler *s);

/*
 * The samples of an epoch, batch after batch.
 *   order [out] (n) numbers of samples, each once
 * A pure function of seed, epoch, batch and families: every rank gets the same,
 * and nothing need be saved to resume.
 * Not collective.  Stream: (seed, RNG_SLIDES, epoch, 0).
 */
void slide_sampler_order(struct slide_sampler *s, uint32_t epoch,
                         uint32_t *order);

#endif
