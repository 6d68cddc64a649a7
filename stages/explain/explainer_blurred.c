/*
 * explainer_blurred.c - a baseline: how dark the picture is, blurred
 *
 * Less than the brightest, of Rec. 709 luma behind a Gaussian whose deviation is
 * a sixteenth of the longer side, cut at three deviations; beside the picture
 * nothing counts.  It finds the nucleus, which is dark, and asks no network.
 * Source: Adebayo et al. 2018 (arXiv:1810.03292), section 5, of an edge detector
 * as the baseline of explainers.
 */
#include "stages/explain/explainer.h"

#include <math.h>
#include <stdlib.h>

enum { CUT = 3 }; /* deviations */

/* One direction: 'step' from pixel to pixel along a line of n. */
static void blur_line(const float *x, int step, int n, double deviation,
                      float *y)
{
    const int reach = (int)ceil(CUT * deviation);

    for (int i = 0; i < n; i++) {
        double sum = 0.0, weight = 0.0;

        for (int j = -reach; j <= reach; j++)
            if (i + j >= 0 && i + j < n) {
                const double w = exp(-j * j / (2.0 * deviation * deviation));

                sum += w * (double)x[(i + j) * step];
                weight += w;
            }
        y[i * step] = (float)(sum / weight);
    }
}

/*
 *   half [scratch] (h, w)
 *   heat [out]     (h, w)
 */
static void darkness(const struct explainer_task *t, float *half, float *heat)
{
    const int n = t->h * t->w;
    const double deviation = fmax(t->h, t->w) / 16.0;
    float brightest = 0.0f;

    for (int i = 0; i < n; i++) {
        const uint8_t *p = t->rgb + 3 * i;

        heat[i] = (float)(0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]);
    }
    for (int y = 0; y < t->h; y++)
        blur_line(heat + y * t->w, 1, t->w, deviation, half + y * t->w);
    for (int x = 0; x < t->w; x++)
        blur_line(half + x, t->w, t->h, deviation, heat + x);
    for (int i = 0; i < n; i++)
        brightest = fmaxf(brightest, heat[i]);
    for (int i = 0; i < n; i++)
        heat[i] = brightest - heat[i];
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    const size_t n = (size_t)t->h * (size_t)t->w;
    float *half = malloc(n * sizeof(*half));

    if (!half)
        return err_set(err, ERR_SYSTEM, "no memory to blur %zu pixels", n);
    for (int i = 0; i < t->n_target; i++) {
        darkness(t, half, map[i].heat);
        explainer_normalise_map(&map[i], n);
    }
    free(half);
    return 0;
}

const struct explainer explainer_blurred = {
    .name = "blurred", .baseline = true, .explain = explain};
