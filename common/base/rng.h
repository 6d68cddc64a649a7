/*
 * rng.h - random numbers that depend on what they are for, not on who asks
 *
 * A stream is named by (seed, purpose, a, b); its n-th draw is a pure function
 * of the name and n.  So the result of augmenting sample a in epoch b is the
 * same whichever worker does it, and nothing has to be saved to resume.
 *
 *     struct rng rng;
 *     rng_init(&rng, seed, RNG_AUGMENT, sample, variant);
 *     angle = rng_uniform_in(&rng, -90, 90);
 *
 * Generator: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as
 * easy as 1, 2, 3"), key = seed, counter = (block, purpose, a, b).
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* What a stream is for.  Append only: the number is part of every draw. */
enum rng_purpose {
    RNG_TEST = 1,
    RNG_INIT,       /* initial weights; a = node number */
    RNG_SHUFFLE,    /* order of an epoch; a = epoch */
    RNG_DROPOUT,    /* a = step, b = sample */
    RNG_SPLIT,      /* train, validation, test; a = class */
    RNG_AUGMENT,    /* a = variant, b = epoch; seed mixed with the content */
    RNG_DRAW,       /* drawn cells; a = class, b = cell */
    RNG_BASELINE,   /* not used; keeps the numbers of those below */
    RNG_BOOTSTRAP,  /* groups drawn again; a = resample */
    RNG_PIXELS,     /* noise of a picture; seed = the operation's */
    RNG_SAMPLE,     /* rows that are looked at again; a = row */
    RNG_MIXUP,      /* a = epoch, b = sample; seed of mixup_seed() */
    RNG_BALANCE,    /* balanced batches; a = epoch, b = class, or the batches */
    RNG_LIME = 32,  /* hidden segments; a = sample; seed mixed with the cell */
    RNG_SMOOTHGRAD, /* noise; a = sample; likewise */
    RNG_ROAD,       /* noise; a = imputation; likewise */
    RNG_RISE,       /* masks; a = mask; likewise */
    RNG_F_FIDELITY, /* hidden patches; a = share, b = draw; likewise */
    RNG_TUNE,       /* cells and their patches; a = step, b = place in it */
    RNG_CELLS = 48, /* which cells tables of explanations count */
};

struct rng {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t out[4];
    int left; /* of out[], not yet used */
};

/* Start the stream named by (seed, purpose, a, b). */
void rng_init(struct rng *rng, uint64_t seed, enum rng_purpose purpose,
              uint32_t a, uint32_t b);

/* A seed that depends on 'seed' and on 'n' bytes, e.g. a content hash. */
uint64_t rng_mix(uint64_t seed, const void *bytes, size_t n);

/* Uniform over all 32-bit values. */
uint32_t rng_u32(struct rng *rng);

/*
 * The next 4 * blocks draws of rng_u32() at once, many times as fast.
 *   rng  at a multiple of four draws
 *   out  [out] (4 * blocks)
 */
void rng_fill(struct rng *rng, uint32_t *out, size_t blocks);

/* Uniform in 0 .. n-1 without bias; n >= 1. */
uint32_t rng_below(struct rng *rng, uint32_t n);

/* Uniform in [0, 1), 24 random bits. */
float rng_uniform(struct rng *rng);

/* Uniform in [lo, hi); lo <= hi. */
float rng_uniform_in(struct rng *rng, float lo, float hi);

/* Normal with mean 0 and standard deviation 1 (Box-Muller). */
float rng_normal(struct rng *rng);

/* Put p[0 .. n-1] into random order (Fisher-Yates). */
void rng_shuffle(struct rng *rng, uint32_t *p, uint32_t n);

#endif
