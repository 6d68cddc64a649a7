/*
 * explainer_intgrad.c - integrated gradients
 *
 *     r_i = (x_i - b_i) mean_m d z / d x_i at b + (m - 1/2) / n (x - b)
 *
 * along the line from b, the input of a black picture, to x, with n =
 * 'intgrad_steps' points in the middle of equal parts.  The sum of all r is
 * the logit of x less that of b, but for the error of the sum.  The map is
 * the sum over the colours where it is positive.
 * Source: Sundararajan et al. 2017 (arXiv:1703.01365), eq. 1 and 3.
 */
#include "stages/explain/explainer.h"

#include <math.h>
#include <stdlib.h>

static void path_step(const struct explainer_task *t, const float *black,
                      size_t m, float *y)
{
    const size_t n = 3 * (size_t)t->h * (size_t)t->w;
    const double at = ((double)m + 0.5) / (double)t->settings->intgrad_steps;

    for (size_t i = 0; i < n; i++)
        y[i] = black[i] + (float)at * (t->x[i] - black[i]);
}

static void sum_gradients(const struct explainer_task *t, const float *black,
                          int target, double *sum)
{
    const size_t n = 3 * (size_t)t->h * (size_t)t->w;
    const size_t steps = (size_t)t->settings->intgrad_steps;
    const size_t most = (size_t)graph_max_batch(t->graph);

    for (size_t i = 0; i < n; i++)
        sum[i] = 0.0;
    for (size_t m = 0; m < steps; m += most) {
        const size_t k = steps - m < most ? steps - m : most;
        const float *dx;

        for (size_t j = 0; j < k; j++)
            path_step(t, black, m + j, graph_input(t->graph) + j * n);
        dx = gradients_of_input(t->graph, (int)k, target);
        for (size_t j = 0; j < k; j++)
            for (size_t i = 0; i < n; i++)
                sum[i] += (double)dx[j * n + i];
    }
}

static void explain_target(const struct explainer_task *t, const float *black,
                           int target, double *sum, struct explainer_map *map)
{
    const size_t n = (size_t)t->h * (size_t)t->w;
    const double steps = (double)t->settings->intgrad_steps;

    sum_gradients(t, black, target, sum);
    for (size_t i = 0; i < n; i++) {
        double r = 0.0;

        for (size_t c = 3 * i; c < 3 * i + 3; c++)
            r += (double)(t->x[c] - black[c]) * sum[c] / steps;
        map->heat[i] = (float)fmax(r, 0.0);
    }
    explainer_normalise_map(map, n);
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    const size_t n = (size_t)t->h * (size_t)t->w;
    uint8_t *bytes = calloc(n, 3);
    float *black = malloc(3 * n * sizeof(*black));
    double *sum = malloc(3 * n * sizeof(*sum));
    int rc = -1;

    if (!bytes || !black || !sum) {
        err_set(err, ERR_SYSTEM, "no memory for gradients of %zu pixels", n);
        goto out;
    }
    preprocess(t->input, bytes, n, black);
    for (int i = 0; i < t->n_target; i++)
        explain_target(t, black, t->target[i], sum, &map[i]);
    rc = 0;
out:
    free(bytes);
    free(black);
    free(sum);
    return rc;
}

const struct explainer explainer_intgrad = {.name = "intgrad",
                                            .explain = explain};
