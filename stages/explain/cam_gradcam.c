/*
 * cam_gradcam.c - Grad-CAM
 *
 * One forward pass in inference mode, one backward pass from the target's
 * logit (not from its probability, whose gradient vanishes when the network is
 * sure), then gradcam() on the layer, enlarged and normalised in that order.
 */
#include "stages/explain/cam.h"

#include <stdlib.h>
#include <string.h>

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

static int explain(const struct cam_task *t, float *map, struct err *err)
{
    struct node *y = graph_output(t->graph);
    const struct tensor *a = &t->layer->out;
    float *cam = malloc((size_t)a->h * (size_t)a->w * sizeof(*cam));

    BUG_ON(t->target < 0 || t->target >= y->out.c);
    if (!cam)
        return err_set(err, ERR_SYSTEM, "no memory for a map of %d x %d", a->h,
                       a->w);
    graph_set_batch(t->graph, 1);
    memcpy(graph_input(t->graph), t->x,
           (size_t)t->h * (size_t)t->w * 3 * sizeof(*t->x));
    graph_forward(t->graph, PHASE_INFER);
    for (int c = 0; c < y->dout.c; c++)
        y->dout.data[c] = c == t->target ? 1.0f : 0.0f;
    graph_backward(t->graph);
    gradcam(a->data, t->layer->dout.data, a->h, a->w, a->c, cam);
    cam_resize(cam, a->h, a->w, map, t->h, t->w);
    cam_normalise(map, (size_t)t->h * (size_t)t->w);
    free(cam);
    return 0;
}

extern const struct explainer explainer_gradcam;
const struct explainer explainer_gradcam = {
    .name = "gradcam",
    .title = "Grad-CAM",
    .explain = explain,
};
