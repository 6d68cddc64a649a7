/*
 * mixstyle.h - what MixStyle draws: whether, with whom, by which share
 *
 * The layer itself is op_mixstyle.c.  'seed' is that of the layer.  All draws
 * are pure functions of what they are asked with, whichever rank asks and when.
 * Source: Zhou et al. 2021, "Domain generalization with MixStyle"
 * (arXiv:2104.02008), section 3.2, and the authors' code.
 */
#ifndef NN_MIXSTYLE_H
#define NN_MIXSTYLE_H

#include <stdbool.h>
#include <stdint.h>

/* Limits of alpha as of mixup.h: MIXUP_ALPHA_MIN .. MIXUP_ALPHA_MAX. */

/* Does the layer mix in this step?  In half of them, as published; of the whole
 * batch.  Stream: (seed, RNG_PARTNERS, step, UINT32_MAX). */
bool mixstyle_acts(uint64_t seed, uint32_t step);

/*
 * A random order of the samples of a part of the batch.
 *   first        the part's first sample in the batch
 *   partner [out] (n) of each, the place of its partner in the part, perhaps
 *                its own
 * Stream: (seed, RNG_PARTNERS, step, first).
 */
void mixstyle_partners(uint64_t seed, uint32_t step, uint32_t first, uint32_t n,
                       uint32_t *partner);

/* The share that a sample keeps of its own style, of Beta(alpha, alpha).
 *   sample  its place in the batch
 * Stream: (seed, RNG_MIXSTYLE, step, sample). */
float mixstyle_share(uint64_t seed, uint32_t step, uint32_t sample,
                     double alpha);

#endif
