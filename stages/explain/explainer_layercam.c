/*
 * explainer_layercam.c - LayerCAM of one layer, or of several fused
 *
 * The map M of each layer is enlarged and divided by its maximum.  With
 * several layers those of layers with more pixels than the coarsest are first
 * lifted to tanh(2 M / max M), because early layers give faint maps, and the
 * result is the largest of them in each pixel.
 * Source: Jiang et al. 2021 (TIP 30, 5875), sec. III-C, gamma = 2.
 */
#include "stages/explain/explainer.h"

#include <math.h>
#include <stdlib.h>

void layercam(const float *a, const float *da, int h, int w, int c, float *cam)
{
    for (int i = 0; i < h * w; i++) {
        double sum = 0.0;

        for (int k = 0; k < c; k++)
            sum += (double)fmaxf(da[i * c + k], 0.0f) * (double)a[i * c + k];
        cam[i] = sum > 0.0 ? (float)sum : 0.0f;
    }
}

static int least_pixels(const struct explainer_task *t)
{
    int least = t->layer[0].h * t->layer[0].w;

    for (int i = 1; i < t->n_layer; i++)
        if (t->layer[i].h * t->layer[i].w < least)
            least = t->layer[i].h * t->layer[i].w;
    return least;
}

/* One layer's share of a target's map, which is 0 at first. */
static void fuse_layer(const float *big, bool lift, float *map, size_t n)
{
    float top = 0.0f;

    for (size_t i = 0; i < n; i++)
        top = fmaxf(top, big[i]);
    for (size_t i = 0; top > 0.0f && i < n; i++) {
        const float v = big[i] / top;

        map[i] = fmaxf(map[i], lift ? tanhf(2.0f * v) : v);
    }
}

/* Of a single layer the values themselves are kept. */
static void explain_target(const struct explainer_task *t, int target,
                           float *cam, float *big, struct explainer_map *map)
{
    const size_t n = (size_t)t->h * (size_t)t->w;
    const int least = least_pixels(t);

    map->grid = (struct map_grid){0};
    for (size_t i = 0; i < n; i++)
        map->heat[i] = 0.0f;
    for (int i = 0; i < t->n_layer; i++) {
        const struct gradients_layer *l = &t->layer[i];

        layercam(l->a, l->da[target], l->h, l->w, l->c, cam);
        explainer_enlarge(t, l, cam, false, big);
        fuse_layer(big, l->h * l->w > least, map->heat, n);
    }
    explainer_normalise_map(map, n);
    if (t->n_layer == 1)
        explainer_keep_layer(t, t->layer, cam, map);
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    const size_t n = (size_t)t->h * (size_t)t->w;
    size_t room = n;
    float *cam, *big = malloc(n * sizeof(*big));
    int rc = -1;

    for (int i = 0; i < t->n_layer; i++)
        if ((size_t)t->layer[i].h * (size_t)t->layer[i].w > room)
            room = (size_t)t->layer[i].h * (size_t)t->layer[i].w;
    cam = malloc(room * sizeof(*cam));
    if (!cam || !big) {
        err_set(err, ERR_SYSTEM, "no memory for a map of %zu pixels", room);
        goto out;
    }
    for (int i = 0; i < t->n_target; i++)
        explain_target(t, i, cam, big, &map[i]);
    rc = 0;
out:
    free(cam);
    free(big);
    return rc;
}

const struct explainer explainer_layercam = {.name = "layercam",
                                             .explain = explain};
