/*
 * faithfulness.h - does a map show what the network looks at?
 *
 * With p the probability of the class and x the network's input:
 *
 *     deletion   area under p while pixels become 0, the most relevant first;
 *                low is good
 *     insertion  area under p while they come back into the blurred picture;
 *                high is good.  Both in 'faith_steps' equal steps, with
 *                area = (sum - (first + last) / 2) / steps
 *     drop       max(0, p(x) - p(x map)); low is good
 *     increase   1 if p(x map) > p(x), else 0; high is good
 *     road_morf  mean of p(x') - p(x) over shares of 90, 80 .. 10 % of the
 *                pixels removed, the most relevant first; low is good
 *     road_lerf  the same, the least relevant first; high is good
 *     road       (road_lerf - road_morf) / 2; high is good
 *
 * Removed pixels of ROAD are imputed by the noisy linear equations below, with
 * noise of 1 % of the range of pixels, 2.55 of 255, whatever a network makes of
 * pixels, so that networks can be compared.
 * Equally relevant pixels go in reading order, so that shares are kept also
 * where most of a map is 0 (thresholds, as published, take them all at once).
 *
 * Sources: insertion, deletion and blur: Petsiuk et al. 2018 (RISE,
 * arXiv:1806.07421) and its code, klen 11, nsig 5.  Drop and increase:
 * pytorch-grad-cam 1.5, in probability, not relative to it.  ROAD: Rong et
 * al. 2022 (arXiv:2202.00449), percentiles as in pytorch-grad-cam.
 */
#ifndef EXPLAIN_FAITHFULNESS_H
#define EXPLAIN_FAITHFULNESS_H

#include "stages/explain/explainer.h"

enum faithfulness_figure {
    FAITHFULNESS_INSERTION,
    FAITHFULNESS_DELETION,
    FAITHFULNESS_DROP,
    FAITHFULNESS_INCREASE,
    FAITHFULNESS_ROAD_MORF,
    FAITHFULNESS_ROAD_LERF,
    FAITHFULNESS_ROAD,
    FAITHFULNESS_FIGURES
};

enum { ROAD_SHARES = 9, ROAD_ROWS = 2 * ROAD_SHARES };

/* Points of a curve: p with 0, 10 .. 100 % of the pixels come back, or removed,
 * or the nearest of the steps. */
enum { CURVE_POINTS = 11, CURVE_FIGURES = 2 * CURVE_POINTS };

struct faithfulness {
    double figure[FAITHFULNESS_FIGURES];
    double curve[CURVE_FIGURES]; /* of insertion, then of deletion */
};

/* "insertion", ...: names of columns. */
const char *faithfulness_name(enum faithfulness_figure f);

/* "insertion_0" .. "deletion_100". */
const char *faithfulness_curve_name(int point);

/*
 * Measure one map, in batches.
 *   heat   [in] (t->h, t->w) 0 .. 1
 *   target [in] the class it explains
 * Deterministic: noise is drawn from t->seed.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int faithfulness_measure(const struct explainer_task *t,
                                  const float *heat, int target,
                                  struct faithfulness *f, struct err *err);

/* --- parts, for faithfulness.c and tests ---------------------------------- */

/* Positions of the map's n pixels, most relevant first; of equals the first.
 * Errors: ERR_SYSTEM no memory. */
MUST_USE int faithfulness_order(const float *heat, size_t n, uint32_t *order,
                                struct err *err);

/*
 * Noisy linear imputation: a removed pixel is the mean of its neighbours,
 * those beside and above weighted 1/6, the diagonal ones 1/12, as far as there
 * are any; that is one linear equation for each.  Then noise is added to the
 * removed ones, of deviation noise[c] in channel c.
 *   x    [in]     (h, w, 3)
 *   gone [in]     (h, w) not 0: removed; at least one is 0
 *   y    [out]    (h, w, 3), not x
 *   rng  [in,out] of the noise
 * Errors: ERR_SYSTEM no memory.
 */
struct faithfulness_road_args {
    const float *x;
    const uint8_t *gone;
    int h, w;
    float noise[3];
};
MUST_USE int faithfulness_road_impute(const struct faithfulness_road_args *a,
                                      struct rng *rng, float *y,
                                      struct err *err);

/*
 * The inputs of ROAD: first ROAD_SHARES with the most relevant pixels removed,
 * the largest share first, then as many with the least relevant ones.
 *   order [in]  (h w) as faithfulness_order()
 *   y     [out] (ROAD_ROWS, h, w, 3)
 * Imputation i draws from stream (t->seed, RNG_ROAD, i).
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int faithfulness_road_inputs(const struct explainer_task *t,
                                      const uint32_t *order, float *y,
                                      struct err *err);

#endif
