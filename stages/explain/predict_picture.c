/* predict_picture.c - the explanation of one picture */
#include "stages/explain/predict_private.h"

#include "base/rng.h"
#include "img/png.h"
#include "stages/explain/explained_network.h"
#include "stages/explain/heatmap_image.h"
#include "stages/explain/map_outline.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_PANEL = 3 }; /* the cell, what explains it, the map */

static int make_room(struct predict_painter *t, struct err *err)
{
    const int h = t->net.info.h, w = t->net.info.w;
    const size_t n = (size_t)h * (size_t)w;

    t->x = malloc(3 * n * sizeof(*t->x));
    t->heat = malloc(n * sizeof(*t->heat));
    t->view = calloc(n, 1);
    if (!t->x || !t->heat || !t->view)
        return err_set(err, ERR_SYSTEM, "no memory for maps of %zu pixels", n);
    return image_init(&t->strip, heatmap_image_strip_width(w, N_PANEL),
                      heatmap_image_strip_height(h), err);
}

int predict_painter_init(struct predict_painter *t, const char *path,
                         const char *method, const struct inference *many,
                         struct err *err)
{
    struct config *c = calloc(1, sizeof(*c));
    const struct inference_args p = {
        .path = path, .batch = GRADIENTS_BATCH, .memory = GRAPH_KEEP_ALL};

    *t = (struct predict_painter){.method = explainer_find(method, err)};
    if (!c)
        return err_set(err, ERR_SYSTEM, "no memory for settings");
    config_init(c);
    t->settings = c->explain;
    t->seed = (uint64_t)c->run.seed;
    free(c);
    t->scorer =
        (struct scorer){.graph = many->graph, .threads = omp_get_max_threads()};
    if (t->method && inference_open(&t->net, &p, err) == 0 &&
        explained_network_layers(&t->gradients, &t->net, &t->settings.layers,
                                 err) == 0 &&
        make_room(t, err) == 0)
        return 0;
    predict_painter_release(t);
    return -1;
}

void predict_painter_release(struct predict_painter *t)
{
    gradients_release(&t->gradients);
    inference_close(&t->net);
    image_release(&t->strip);
    free(t->x);
    free(t->heat);
    free(t->view);
    *t = (struct predict_painter){0};
}

/* What is shown, and what the ends of the scale are. */
static int write_words(struct predict_painter *t,
                       const struct explainer_map *map, int target,
                       struct err *err)
{
    const int w = t->net.info.w;
    char for_class[128], grid[64] = "", top[32], bottom[32];

    snprintf(for_class, sizeof(for_class), "What speaks for %.100s",
             t->net.info.class_name[target]);
    if (map->grid.x.n > 0)
        snprintf(grid, sizeof(grid), "%dx%d values", map->grid.y.n,
                 map->grid.x.n);
    snprintf(top, sizeof(top), "%.3g", (double)map->high);
    snprintf(bottom, sizeof(bottom), "%.3g", (double)map->low);
    if (heatmap_image_words(for_class, "", w, 0, &t->strip, err) < 0 ||
        heatmap_image_words(explainer_title(t->method), grid, w, 1, &t->strip,
                            err) < 0 ||
        heatmap_image_words("the map alone", "", w, 2, &t->strip, err) < 0)
        return -1;
    return heatmap_image_scale(top, bottom, &t->strip, err);
}

int predict_paint(struct predict_painter *t, const uint8_t *rgb, int target,
                  const char *path, struct err *err)
{
    const int h = t->net.info.h, w = t->net.info.w;
    const size_t area = (size_t)h * (size_t)w;
    struct explainer_map map = {.heat = t->heat, .view = t->view};
    const struct heatmap_cell cell = {.rgb = rgb,
                                      .map = t->heat,
                                      .h = h,
                                      .w = w,
                                      .colours = t->settings.colours,
                                      .most = 1.0};
    const struct explainer_task task = {
        .settings = &t->settings,
        .seed = rng_mix(t->seed, rgb, 3 * area),
        .rgb = rgb,
        .x = t->x,
        .h = h,
        .w = w,
        .input = t->net.info.input,
        .target = &target,
        .n_target = 1,
        .layer = t->gradients.layer,
        .n_layer = t->gradients.n_layer,
        .graph = t->net.graph,
        .gradients = &t->gradients,
        .scorer = &t->scorer,
    };

    preprocess(t->net.info.input, rgb, area, t->x);
    gradients_take(&t->gradients, t->x, &target, 1);
    if (t->method->explain(&task, &map, err) < 0)
        return -1;
    heatmap_image_begin(t->settings.colours, &t->strip);
    heatmap_image_draw(&cell, PANEL_CELL, 0, &t->strip);
    heatmap_image_draw(&cell, t->method->has_views ? PANEL_CELL : PANEL_OVER, 1,
                       &t->strip);
    heatmap_image_draw(&cell, PANEL_MAP, 2, &t->strip);
    if ((t->method->has_views &&
         map_outline_views(t->view, h, w, heatmap_image_left(w, 1), &t->strip,
                           err) < 0) ||
        write_words(t, &map, target, err) < 0)
        return -1;
    return png_write(&t->strip, path, err);
}
