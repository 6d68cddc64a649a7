/* explainer_gradcampp.c - Grad-CAM++, as tf-keras-vis or as pytorch-grad-cam */
#include "stages/explain/explainer.h"

#include <stdlib.h>

/* The weight of one channel; a and g have strides of 'c'. */
static double channel_weight(enum campp_variant variant, const float *a,
                             const float *g, int n, int c)
{
    const double eps = variant == CAMPP_PTGC ? 1e-6 : 0.0;
    double sum_a = 0.0, sum_alpha = 0.0, w = 0.0;

    for (int i = 0; i < n; i++)
        sum_a += (double)a[i * c];
    for (int i = 0; i < n; i++) {
        const double d = (double)g[i * c], d2 = d * d;
        const double below = 2.0 * d2 + sum_a * d2 * d + eps;
        const double alpha = d2 > 0.0 && below * below > 0.0 ? d2 / below : 0.0;

        sum_alpha += alpha;
        w += d > 0.0 ? alpha * d : 0.0;
    }
    if (variant == CAMPP_PTGC || !(sum_alpha * sum_alpha > 0.0))
        return w;
    return w / sum_alpha;
}

void gradcampp(enum campp_variant variant, const float *a, const float *da,
               int h, int w, int c, float *cam)
{
    const int n = h * w;

    for (int i = 0; i < n; i++)
        cam[i] = 0.0f;
    for (int k = 0; k < c; k++) {
        const float of = (float)channel_weight(variant, a + k, da + k, n, c);

        for (int i = 0; i < n; i++)
            cam[i] += of * a[i * c + k];
    }
    for (int i = 0; i < n; i++)
        cam[i] = cam[i] > 0.0f ? cam[i] : 0.0f;
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    const enum campp_variant variant = t->settings->gradcampp_variant;
    const struct gradients_layer *l = t->layer;
    float *cam = malloc((size_t)l->h * (size_t)l->w * sizeof(*cam));

    if (!cam)
        return err_set(err, ERR_SYSTEM, "no memory for a map of %d x %d", l->h,
                       l->w);
    for (int i = 0; i < t->n_target; i++) {
        gradcampp(variant, l->a, l->da[i], l->h, l->w, l->c, cam);
        explainer_finish(t, l, cam, variant == CAMPP_PTGC, &map[i]);
    }
    free(cam);
    return 0;
}

const struct explainer explainer_gradcampp = {.name = "gradcampp",
                                              .explain = explain};
