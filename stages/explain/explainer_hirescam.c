/* explainer_hirescam.c - HiResCAM: only where the network itself looked */
#include "stages/explain/explainer.h"

#include <stdlib.h>

void hirescam(const float *a, const float *da, int h, int w, int c, float *cam)
{
    for (int i = 0; i < h * w; i++) {
        double sum = 0.0;

        for (int k = 0; k < c; k++)
            sum += (double)da[i * c + k] * (double)a[i * c + k];
        cam[i] = sum > 0.0 ? (float)sum : 0.0f;
    }
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    const struct gradients_layer *l = t->layer;
    float *cam = malloc((size_t)l->h * (size_t)l->w * sizeof(*cam));

    if (!cam)
        return err_set(err, ERR_SYSTEM, "no memory for a map of %d x %d", l->h,
                       l->w);
    for (int i = 0; i < t->n_target; i++) {
        hirescam(l->a, l->da[i], l->h, l->w, l->c, cam);
        explainer_finish(t, l, cam, false, &map[i]);
    }
    free(cam);
    return 0;
}

const struct explainer explainer_hirescam = {.name = "hirescam",
                                             .explain = explain};
