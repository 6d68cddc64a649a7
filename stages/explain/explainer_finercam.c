/*
 * explainer_finercam.c - Finer-CAM: what speaks for the class and not for those
 * that are most like it
 *
 * Grad-CAM, not of the logit z_c, but of its lead over the 'finercam_classes'
 * others whose logits are nearest to it, D:
 *
 *     s = sum_d q_d (z_c - strength z_d),   q = softmax of z over D
 *
 * The gradient goes through q, too, as in the authors' code:
 *     d s / d z_c = 1,   d s / d z_d = q_d (z_c - strength (1 + z_d) - s)
 * Source: Zhang et al. 2025 (arXiv:2501.11309): the lead of one class over
 * another, y^c - gamma y^d; several classes and weights as in the authors' code,
 * FinerWeightedTarget with its defaults, 3 classes and a strength of 1.
 */
#include "stages/explain/explainer.h"

#include <math.h>
#include <stdlib.h>

/* Classes other than c, the nearest logits first; of equals the first. */
static int sort_others(const float *z, int n, int c, int *other)
{
    int k = 0;

    for (int d = 0; d < n; d++) {
        int at = d == c ? -1 : k++;

        for (; at > 0 && fabsf(z[other[at - 1]] - z[c]) > fabsf(z[d] - z[c]);
             at--)
            other[at] = other[at - 1];
        if (at >= 0)
            other[at] = d;
    }
    return k;
}

/*
 *   z      [in]  (n) logits
 *   weight [out] (n) d s / d z
 *   q      [scratch] (n)
 */
static void weigh_classes(const struct explain_settings *s, const float *z,
                          int n, int c, int *other, float *q, float *weight)
{
    const double strength = s->finercam_strength;
    int k = sort_others(z, n, c, other);
    double lead = 0.0;

    k = k < s->finercam_classes ? k : (int)s->finercam_classes;
    for (int i = 0; i < n; i++)
        weight[i] = i == c ? 1.0f : 0.0f;
    for (int i = 0; i < k; i++)
        q[i] = z[other[i]];
    scorer_softmax(q, k);
    for (int i = 0; i < k; i++)
        lead += (double)q[i] * ((double)z[c] - strength * (double)z[other[i]]);
    for (int i = 0; i < k; i++)
        weight[other[i]] =
            (float)((double)q[i] *
                    ((double)z[c] - strength * (1.0 + (double)z[other[i]]) -
                     lead));
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    const struct gradients_layer *l = t->layer;
    const size_t n = (size_t)l->h * (size_t)l->w;
    float *cam = malloc(n * sizeof(*cam)),
          *da = malloc(n * (size_t)l->c * sizeof(*da));
    float weight[CONFIG_CLASSES_MAX], q[CONFIG_CLASSES_MAX];
    int other[CONFIG_CLASSES_MAX], rc = 0;

    if (!cam || !da)
        rc = err_set(err, ERR_SYSTEM, "no memory for %zu gradients",
                     n * (size_t)l->c);
    for (int i = 0; rc == 0 && i < t->n_target; i++) {
        const float *z = gradients_logits(t->gradients, t->x);

        weigh_classes(t->settings, z, scorer_classes(t->scorer), t->target[i],
                      other, q, weight);
        gradients_of_sum(t->gradients, weight, da);
        gradcam(l->a, da, l->h, l->w, l->c, cam);
        explainer_finish(t, l, cam, false, &map[i]);
    }
    free(cam);
    free(da);
    return rc;
}

const struct explainer explainer_finercam = {.name = "finercam",
                                             .explain = explain};
