/* explainer_hirescam.c - HiResCAM: only where the network itself looked */
#include "stages/explain/explainer.h"

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
    return explainer_of_layer(t, hirescam, map, err);
}

const struct explainer explainer_hirescam = {.name = "hirescam",
                                             .explain = explain};
