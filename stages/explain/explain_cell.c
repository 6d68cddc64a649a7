/* explain_cell.c - one cell: its maps, and what is made of them */
#include "base/rng.h"
#include "stages/explain/explain_private.h"
#include "stages/explain/heatmap_image.h"

#include <stdlib.h>

enum { OVERLAY_PANELS = 3 };

static size_t pixels(const struct explanation *e)
{
    return e->data.h * e->data.w;
}

static size_t place(const struct explanation *e, int target, int method)
{
    return ((size_t)target * (size_t)e->n_method + (size_t)method) * pixels(e);
}

float *explain_map(const struct explanation *e, int target, int method)
{
    return e->heat + place(e, target, method);
}

const char *explain_field(const struct explanation *e, size_t row,
                          const char *column)
{
    const int at = csv_column(&e->data.index, column);

    return at < 0 ? "" : csv_get(&e->data.index, row, (size_t)at);
}

int explain_cell_init(struct explanation *e, struct err *err)
{
    const size_t n = CAM_TARGETS_MAX * (size_t)e->n_method * pixels(e);
    const size_t seeds = (size_t)e->args->settings->stability;
    const int h = (int)e->data.h, w = (int)e->data.w;

    e->x = malloc(3 * pixels(e) * sizeof(*e->x));
    e->heat = malloc(n * sizeof(*e->heat));
    e->view = calloc(n, 1);
    e->spare = malloc((1 + seeds) * pixels(e) * sizeof(*e->spare));
    e->spare_view = calloc(pixels(e), 1);
    e->region = malloc(pixels(e));
    if (!e->x || !e->heat || !e->view || !e->spare || !e->spare_view ||
        !e->region)
        return err_set(err, ERR_SYSTEM, "no memory for maps of %zu pixels", n);
    if (image_init(&e->overlay, heat_strip_width(w, OVERLAY_PANELS),
                   heat_strip_height(h), err) < 0)
        return -1;
    return image_init(&e->strip, heat_strip_width(w, explain_panels(e)),
                      heat_strip_height(h), err);
}

/* All maps of a cell. */
static int make_maps(struct explanation *e, const struct cam_task *t,
                     struct err *err)
{
    for (int m = 0; m < e->n_method; m++) {
        struct cam_map map[CAM_TARGETS_MAX];

        for (int i = 0; i < t->n_target; i++)
            map[i] = (struct cam_map){explain_map(e, i, m),
                                      e->view + place(e, i, m)};
        if (e->method[m]->explain(t, map, err) < 0)
            return -1;
    }
    return 0;
}

/* Measure a target's maps, and show them. */
static int tell(struct explanation *e, const struct cam_task *t,
                const struct told *told, struct err *err)
{
    for (int m = 0; m < e->n_method; m++) {
        struct measured measured;

        if (explain_measure(e, t, told, m, &measured, err) < 0)
            return -1;
        if (!told->cell->shown)
            continue;
        if (explain_write_map(e, told, m, err) < 0)
            return -1;
        explain_line(e, told, m, &measured);
    }
    return told->cell->shown ? explain_write_strip(e, told, err) : 0;
}

static int tell_all(struct explanation *e, const struct cam_task *t,
                    const struct prediction *c, struct err *err)
{
    if (make_maps(e, t, err) < 0)
        return -1;
    for (int i = 0; i < t->n_target; i++)
        if (tell(e, t, &(struct told){c, t->target[i], i}, err) < 0)
            return -1;
    return explain_compare(e, t, &(struct told){c, t->target[0], 0}, err);
}

/* Whatever is done to the picture, the cell keeps its size. */
static void hold_size(struct explanation *e, const struct cell_size *size)
{
    predict_hold_size(&e->own.net, size);
    predict_hold_size(&e->own.many, size);
    for (int r = 0; r < e->n_random; r++) {
        predict_hold_size(&e->random[r].net, size);
        predict_hold_size(&e->random[r].many, size);
    }
}

int explain_cell(struct explanation *e, const struct prediction *c,
                 struct err *err)
{
    const uint8_t *rgb = store_image(&e->data, c->row);
    const struct cell_size size = store_size(&e->data, c->row);
    const int target[CAM_TARGETS_MAX] = {c->predicted, c->truth};
    struct cam_task t = {
        .settings = e->args->settings,
        .seed = rng_mix(e->args->seed, rgb, 3 * pixels(e)),
        .rgb = rgb,
        .x = e->x,
        .h = (int)e->data.h,
        .w = (int)e->data.w,
        .target = target,
        .n_target = c->truth == c->predicted || !c->shown ? 1 : 2,
    };
    int rc = locate_regions(&e->contours, c->row, t.h, t.w, e->region, e->shape,
                            err);

    if (rc >= 0) {
        predict_input(&e->own.net, &e->data, c->row, e->x);
        hold_size(e, &size);
        network_look(&e->own, &t);
        rc = tell_all(e, &t, c, err);
    }
    for (int i = 0; i < CONTOUR_PARTS; i++)
        contour_release(&e->shape[i]);
    return rc;
}
