/* predict_picture.c - explanations of one picture */
#include "stages/explain/predict_private.h"

#include "img/png.h"
#include "stages/explain/heatmap_image.h"

#include <stdlib.h>

static const enum heatmap_panel panels[] = {PANEL_CELL, PANEL_OVER, PANEL_MAP};

enum { N_PANEL = sizeof(panels) / sizeof(panels[0]) };

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
        t->method[i] = explainer_find(ask->method[i], err);
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

int predict_paint(struct predict_painter *t, int m, const char *path,
                  struct err *err)
{
    const struct explain_settings *set = &t->look.settings;
    struct explainer_map map = {t->heat, t->view};
    const struct heatmap_cell cell = {
        t->look.rgb,        t->heat,     t->view, t->look.net.info.h,
        t->look.net.info.w, set->colours};

    if (explain_picture_map(&t->look, t->method[m], &map, err) < 0)
        return -1;
    heatmap_image_begin(set->colours, &t->strip);
    for (int i = 0; i < N_PANEL; i++)
        heatmap_image_draw(&cell, panels[i], i, &t->strip);
    return png_write(&t->strip, path, err);
}
