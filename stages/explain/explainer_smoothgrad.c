/*
 * explainer_smoothgrad.c - SmoothGrad
 *
 * The mean over 'smoothgrad_samples' of |d z / d x| at x + noise, of which the
 * largest over the colours is taken.  Noise is normal, its deviation
 * 'smoothgrad_noise' of the input's range; sample m draws from stream (seed of
 * the cell, RNG_SMOOTHGRAD, m).
 * Source: Smilkov et al. 2017 (arXiv:1706.03825); absolute values and colours
 * as in tf-keras-vis 0.8.
 */
#include "stages/explain/explainer.h"

#include <math.h>
#include <stdlib.h>

static float noise_of(const struct explainer_task *t)
{
    const size_t n = 3 * (size_t)t->h * (size_t)t->w;
    float low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        low = fminf(low, t->x[i]);
        high = fmaxf(high, t->x[i]);
    }
    return (float)t->settings->smoothgrad_noise * (high - low);
}

static void noisy_input(const struct explainer_task *t, float noise, size_t m,
                        float *y)
{
    const size_t n = 3 * (size_t)t->h * (size_t)t->w;
    struct rng rng;

    rng_init(&rng, t->seed, RNG_SMOOTHGRAD, (uint32_t)m, 0);
    for (size_t i = 0; i < n; i++)
        y[i] = t->x[i] + noise * rng_normal(&rng);
}

static void explain_target(const struct explainer_task *t, int target,
                           double *sum, struct explainer_map *map)
{
    const size_t pixels = (size_t)t->h * (size_t)t->w, n = 3 * pixels;
    const size_t samples = (size_t)t->settings->smoothgrad_samples;
    const size_t most = (size_t)graph_max_batch(t->graph);
    const float noise = noise_of(t);

    for (size_t i = 0; i < n; i++)
        sum[i] = 0.0;
    for (size_t m = 0; m < samples; m += most) {
        const size_t k = samples - m < most ? samples - m : most;
        const float *dx;

        for (size_t j = 0; j < k; j++)
            noisy_input(t, noise, m + j, graph_input(t->graph) + j * n);
        dx = gradients_of_input(t->graph, (int)k, target);
        for (size_t j = 0; j < k; j++)
            for (size_t i = 0; i < n; i++)
                sum[i] += fabs((double)dx[j * n + i]);
    }
    for (size_t i = 0; i < pixels; i++)
        map->heat[i] =
            (float)(fmax(fmax(sum[3 * i], sum[3 * i + 1]), sum[3 * i + 2]) /
                    (double)samples);
    explainer_normalise_map(map, pixels);
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    const size_t n = 3 * (size_t)t->h * (size_t)t->w;
    double *sum = malloc(n * sizeof(*sum));

    if (!sum)
        return err_set(err, ERR_SYSTEM, "no memory for %zu gradients", n);
    for (int i = 0; i < t->n_target; i++)
        explain_target(t, t->target[i], sum, &map[i]);
    free(sum);
    return 0;
}

const struct explainer explainer_smoothgrad = {
    .name = "smoothgrad", .draws = true, .explain = explain};
