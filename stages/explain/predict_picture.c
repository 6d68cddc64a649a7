/* predict_picture.c - explanations of one picture */
#include "stages/explain/predict_private.h"

#include "base/file.h"
#include "img/png.h"
#include "stages/explain/heatmap_image.h"
#include "stages/explain/map_outline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_PANEL = 3,        /* the cell, what explains it, the map */
    PICTURE_STEM = 100, /* bytes of a name that are kept */
};

static int make_room(struct predict_painter *t, struct err *err)
{
    const int h = t->look.net.info.h, w = t->look.net.info.w;
    const size_t n = (size_t)h * (size_t)w;

    t->heat = malloc(n * sizeof(*t->heat));
    t->view = calloc(n, 1);
    if (!t->heat || !t->view)
        return err_set(err, ERR_SYSTEM, "no memory for maps of %zu pixels", n);
    return image_init(&t->strip, heatmap_image_strip_width(w, N_PANEL),
                      heatmap_image_strip_height(h), err);
}

int predict_painter_init(struct predict_painter *t, const char *path,
                         const struct predict_command_args *ask,
                         struct inference *many, struct err *err)
{
    *t = (struct predict_painter){.n_method = ask->n_method};
    for (int i = 0; i < ask->n_method; i++) {
        t->method[i] = explain_picture_method(ask->method[i], err);
        if (!t->method[i])
            return -1;
    }
    if (explain_picture_init(&t->look, path, many, err) == 0 &&
        make_room(t, err) == 0)
        return 0;
    predict_painter_release(t);
    return -1;
}

void predict_painter_release(struct predict_painter *t)
{
    explain_picture_release(&t->look);
    image_release(&t->strip);
    free(t->heat);
    free(t->view);
    *t = (struct predict_painter){0};
}

/* What is shown, and what the ends of the scale are. */
static int write_words(struct predict_painter *t,
                       const struct explainer *method,
                       const struct explainer_map *map, struct err *err)
{
    const struct model_info *info = &t->look.net.info;
    char for_class[128], grid[64] = "", top[32], bottom[32];

    snprintf(for_class, sizeof(for_class), "What speaks for %.100s",
             info->class_name[t->look.target]);
    if (map->grid.x.n > 0)
        snprintf(grid, sizeof(grid), "%dx%d values", map->grid.y.n,
                 map->grid.x.n);
    snprintf(top, sizeof(top), "%.3g", (double)map->high);
    snprintf(bottom, sizeof(bottom), "%.3g", (double)map->low);
    if (heatmap_image_words(for_class, "", info->w, 0, &t->strip, err) < 0 ||
        heatmap_image_words(explainer_title(method), grid, info->w, 1,
                            &t->strip, err) < 0 ||
        heatmap_image_words("the map alone", "", info->w, 2, &t->strip, err) <
            0)
        return -1;
    return heatmap_image_scale(top, bottom, &t->strip, err);
}

int predict_painter_map(struct predict_painter *t, int m,
                        struct explainer_map *map, struct err *err)
{
    *map = (struct explainer_map){.heat = t->heat, .view = t->view};
    return explain_picture_map(&t->look, t->method[m], map, err);
}

int predict_painter_write(struct predict_painter *t, int m,
                          const struct explainer_map *map, const char *path,
                          struct err *err)
{
    const struct explain_settings *set = &t->look.settings;
    const struct explainer *method = t->method[m];
    const int h = t->look.net.info.h, w = t->look.net.info.w;
    const struct heatmap_cell cell = {.rgb = t->look.rgb,
                                      .map = map->heat,
                                      .h = h,
                                      .w = w,
                                      .colours = set->colours,
                                      .most = 1.0};

    heatmap_image_begin(set->colours, &t->strip);
    heatmap_image_draw(&cell, PANEL_CELL, 0, &t->strip);
    heatmap_image_draw(&cell, method->has_views ? PANEL_CELL : PANEL_OVER, 1,
                       &t->strip);
    heatmap_image_draw(&cell, PANEL_MAP, 2, &t->strip);
    if ((method->has_views &&
         map_outline_views(map->view, h, w, heatmap_image_left(w, 1), &t->strip,
                           err) < 0) ||
        write_words(t, method, map, err) < 0)
        return -1;
    return png_write(&t->strip, path, err);
}

int predict_painter_name(char path[FILE_PATH_MAX],
                         const struct predict_command_args *a, size_t i,
                         int method, struct err *err)
{
    const char *file = a->list->path[i], *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file, *dot = strrchr(name, '.');
    const int n = dot ? (int)(dot - name) : (int)strlen(name);

    return file_path(path, err, "%s/%06zu_%.*s%s%s.png", a->dir, i + 1,
                     n < PICTURE_STEM ? n : PICTURE_STEM, name,
                     a->n_method > 1 ? "_" : "",
                     a->n_method > 1 ? a->method[method] : "");
}
