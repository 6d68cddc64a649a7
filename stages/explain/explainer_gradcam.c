/* explainer_gradcam.c - Grad-CAM, enlarged and normalised in that order */
#include "stages/explain/explainer.h"

void gradcam(const float *a, const float *da, int h, int w, int c, float *cam)
{
    const int n = h * w;

    for (int i = 0; i < n; i++)
        cam[i] = 0.0f;
    for (int k = 0; k < c; k++) {
        double sum = 0.0;
        float weight;

        for (int i = 0; i < n; i++)
            sum += (double)da[i * c + k];
        weight = (float)(sum / n);
        for (int i = 0; i < n; i++)
            cam[i] += weight * a[i * c + k];
    }
    for (int i = 0; i < n; i++)
        cam[i] = cam[i] > 0.0f ? cam[i] : 0.0f;
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    return explainer_of_layer(t, gradcam, map, err);
}

const struct explainer explainer_gradcam = {.name = "gradcam",
                                            .explain = explain};
