/*
 * balanced_sampler.h - batches in which the classes are balanced
 *
 * A loss that compares the samples of a batch learns from a class only if the
 * batch has two of it, and from all classes alike only if they are equally
 * many.  An epoch has n / batch batches, rounded up, all of them full.  With c
 * classes among the samples, each batch has
 *
 *     2 c <= batch:  every class, batch / c times or once more;
 *     else:          batch / 2 of the classes, two samples of each, one class
 *                    three if batch is odd.
 *
 * Which classes take part goes round in an order drawn for the epoch; what is
 * left over goes to those that have had least.  A class goes through all its
 * samples, in random order, before one comes again: rare classes come round
 * several times an epoch, frequent ones not once.  A batch has no sample twice,
 * unless a class has fewer than the batch needs of it.  Within a batch the
 * order is random, so that the ranks' parts of it are alike.
 */
#ifndef TRAIN_BALANCED_SAMPLER_H
#define TRAIN_BALANCED_SAMPLER_H

#include "base/err.h"
#include "base/rng.h"

#include <stddef.h>
#include <stdint.h>

/* The samples of a class, to be drawn. */
struct class_samples {
    uint32_t *shuffled; /* (n) in the order of this round; borrowed */
    size_t first;       /* its samples' place among all, by class */
    size_t n, drawn;    /* in this round */
    size_t share;       /* of the batch in hand */
    size_t total;       /* drawn this epoch */
    struct rng rng;
};

struct balanced_sampler {
    uint64_t seed;
    size_t n, batch;
    int n_class;                    /* of which there are samples */
    uint32_t *sample;               /* owned, with the next two; (n) by class */
    uint32_t *shuffled;             /* (n) the classes' */
    uint32_t *turn;                 /* (n_class) in an epoch's order */
    struct class_samples *of_class; /* owned; (n_class) */
};

/*
 *   label [in] (n) class of each sample, 0 or more; read here only
 *   n     1 .. 2^31
 * Errors: ERR_USAGE a batch of fewer than 4 samples, or of more than there are;
 * fewer than two classes; a class of a single sample; ERR_INPUT a label below
 * 0; ERR_SYSTEM memory.  *s is empty then.
 */
MUST_USE int balanced_sampler_init(struct balanced_sampler *s, const int *label,
                                   size_t n, size_t batch, uint64_t seed,
                                   struct err *err);
void balanced_sampler_release(struct balanced_sampler *s);

/* Batches of an epoch. */
size_t balanced_sampler_batches(const struct balanced_sampler *s);

/*
 * The samples of an epoch, batch after batch.
 *   order [out] (balanced_sampler_batches() batch) numbers of samples
 * A pure function of seed, epoch, batch and labels: every rank gets the same,
 * and nothing need be saved to resume.
 * Not collective.  Streams: (seed, RNG_BALANCE, epoch, c), c-th of the classes
 * that have samples, and c UINT32_MAX for what concerns whole batches.
 */
void balanced_sampler_order(struct balanced_sampler *s, uint32_t epoch,
                            uint32_t *order);

#endif
