/*
 * mixup.h - a sample becomes a mixture of itself and another
 *
 *     x = share x_i + (1 - share) x_partner, and so the labels (loss.h)
 *
 * Partner and share are a pure function of the seed, the epoch, the sample and
 * how often it came in that epoch before, whichever rank draws them and when.
 * Source: Zhang et al. 2018, "mixup: Beyond empirical risk minimization"
 * (arXiv:1710.09412), with a share of its own for each sample; the authors'
 * code draws one a batch.
 */
#ifndef NN_MIXUP_H
#define NN_MIXUP_H

#include <stddef.h>
#include <stdint.h>

#define MIXUP_ALPHA_MIN 0.05

struct mixup {
    uint32_t
        partner; /* another sample, 0 .. n-1; the sample itself if n is 1 */
    float share; /* of the sample, in 0 .. 1; the partner's is the rest */
};

/* The seed of a training's mixtures of samples that came 'again' times in this
 * epoch before: of 0 the training's own. */
uint64_t mixup_seed(uint64_t seed, uint32_t again);

/*
 * Draw for one sample of an epoch.
 *   seed  of mixup_seed()
 *   n     samples to choose the partner from, >= 1, of which 'sample' is one
 *   alpha of Beta(alpha, alpha), the share's distribution, from
 *         MIXUP_ALPHA_MIN to 100; small: mostly near 0 or 1
 * Stream: (seed, RNG_MIXUP, epoch, sample).
 */
struct mixup mixup_draw(uint64_t seed, uint32_t epoch, uint32_t sample,
                        uint32_t n, double alpha);

/*
 * x = share x + (1 - share) other.  A share of 1 leaves x as it is.
 *   x     [in,out] (len)
 *   other [in]     (len)
 */
void mixup_blend(float *x, const float *other, size_t len, float share);

#endif
