/* explain_cell.c - one cell: its maps, its pictures, its lines */
#include "stages/explain/explain_private.h"
#include "stages/explain/faith.h"

#include "img/png.h"
#include "stages/explain/heat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 128, OVERLAY_PANELS = 3 };

/* One target of the cell in hand. */
struct told {
    const struct prediction *cell;
    int target, at; /* class; which of the cell's targets it is */
};

static size_t pixels(const struct explanation *e)
{
    return e->data.h * e->data.w;
}

static size_t place(const struct explanation *e, int target, int method)
{
    return ((size_t)target * (size_t)e->n_method + (size_t)method) * pixels(e);
}

/* The cell, the maps, two views of each method that has them. */
static int strip_panels(const struct explanation *e)
{
    int n = 1 + e->n_method;

    for (int m = 0; m < e->n_method; m++)
        n += e->method[m]->has_views ? 2 : 0;
    return n;
}

int explain_cell_init(struct explanation *e, struct err *err)
{
    const size_t n = CAM_TARGETS_MAX * (size_t)e->n_method * pixels(e);
    const int h = (int)e->data.h, w = (int)e->data.w;

    e->x = malloc(3 * pixels(e) * sizeof(*e->x));
    e->heat = malloc(n * sizeof(*e->heat));
    e->view = calloc(n, 1);
    if (!e->x || !e->heat || !e->view)
        return err_set(err, ERR_SYSTEM, "no memory for maps of %zu pixels", n);
    if (image_init(&e->overlay, heat_strip_width(w, OVERLAY_PANELS),
                   heat_strip_height(h), err) < 0)
        return -1;
    return image_init(&e->strip, heat_strip_width(w, strip_panels(e)),
                      heat_strip_height(h), err);
}

/* --- lines ----------------------------------------------------------------- */

void explain_header(struct buf *csv)
{
    buf_puts(csv, "row,file,class,predicted,target,p,method,map,overlay,strip,"
                  "peak_x,peak_y");
    for (int f = 0; f < FAITH_FIGURES; f++)
        buf_printf(csv, ",%s", faith_name((enum faith_figure)f));
    buf_puts(csv, "\n");
}

static const char *field(const struct explanation *e, size_t row,
                         const char *column)
{
    const int at = csv_column(&e->data.index, column);

    return at < 0 ? "" : csv_get(&e->data.index, row, (size_t)at);
}

static void csv_row(struct explanation *e, const struct told *told, int method,
                    const struct faith *f)
{
    const struct prediction *c = told->cell;
    const struct store *s = &e->data;
    const char *name = e->method[method]->name;
    int x, y;

    cam_peak(e->heat + place(e, told->at, method), (int)s->h, (int)s->w, &x,
             &y);
    buf_printf(&e->csv, "%zu,", c->row);
    buf_csv(&e->csv, field(e, c->row, "file"));
    buf_puts(&e->csv, ",");
    buf_csv(&e->csv, s->class_name[c->truth]);
    buf_puts(&e->csv, ",");
    buf_csv(&e->csv, s->class_name[c->predicted]);
    buf_puts(&e->csv, ",");
    buf_csv(&e->csv, s->class_name[told->target]);
    buf_printf(&e->csv, ",%.6f,%s,maps/%06zu_%d_%s.npy,", (double)c->p, name,
               c->row, told->target, name);
    buf_printf(&e->csv, "overlays/%06zu_%d_%s.png,strips/%06zu_%d.png,%d,%d",
               c->row, told->target, name, c->row, told->target, x, y);
    for (int i = 0; i < FAITH_FIGURES; i++) {
        buf_puts(&e->csv, ",");
        if (f)
            buf_printf(&e->csv, "%.6f", f->figure[i]);
    }
    buf_puts(&e->csv, "\n");
}

/* What makes cells alike: "Class/012", or "" if that is not known. */
static int group_of(const struct explanation *e, const struct prediction *c,
                    struct buf *name, struct err *err)
{
    const char *group = field(e, c->row, "group");

    if (*group)
        buf_printf(name, "%s/%s", e->data.class_name[c->truth], group);
    return buf_check(name, err);
}

/* Keep figures of a map of the predicted class. */
static int keep(struct explanation *e, enum figure_kinds kind,
                const struct told *told, int method, const double *value,
                struct err *err)
{
    const struct figure_kind *k = explain_kind(e->args->settings, kind);
    struct buf name = {0}, *out = &e->figures[kind];

    if (told->target != told->cell->predicted)
        return 0;
    if (group_of(e, told->cell, &name, err) < 0)
        return -1;
    if (out->len == 0)
        figures_header(k, out);
    figures_put(k, e->method[method]->name, told->cell->truth,
                name.data ? name.data : "", value, out);
    buf_release(&name);
    return 0;
}

/* --- files ----------------------------------------------------------------- */

static struct heat_cell shown(const struct explanation *e,
                              const struct told *told, int method)
{
    return (struct heat_cell){
        .rgb = store_image(&e->data, told->cell->row),
        .map = e->heat + place(e, told->at, method),
        .view = e->view + place(e, told->at, method),
        .h = (int)e->data.h,
        .w = (int)e->data.w,
    };
}

static int write_map(struct explanation *e, const struct told *told, int method,
                     struct err *err)
{
    const struct npy map = {.type = NPY_F32,
                            .n_dim = 2,
                            .dim = {e->data.h, e->data.w},
                            .data = e->heat + place(e, told->at, method)};
    const struct heat_cell c = shown(e, told, method);
    char path[FILE_PATH_MAX], name[NAME_MAX_BYTES];

    snprintf(name, sizeof(name), "%06zu_%d_%s", told->cell->row, told->target,
             e->method[method]->name);
    if (file_path(path, err, "%s/maps/%s.npy", e->args->out, name) < 0 ||
        npy_write(&map, path, err) < 0 ||
        file_path(path, err, "%s/overlays/%s.png", e->args->out, name) < 0)
        return -1;
    heat_begin(&e->overlay);
    heat_draw(&c, PANEL_CELL, 0, &e->overlay);
    heat_draw(&c, PANEL_OVER, 1, &e->overlay);
    heat_draw(&c, PANEL_MAP, 2, &e->overlay);
    return png_write(&e->overlay, path, err);
}

static int write_strip(struct explanation *e, const struct told *told,
                       struct err *err)
{
    struct heat_cell c = shown(e, told, 0);
    char path[FILE_PATH_MAX];
    int at = 0;

    if (file_path(path, err, "%s/strips/%06zu_%d.png", e->args->out,
                  told->cell->row, told->target) < 0)
        return -1;
    heat_begin(&e->strip);
    heat_draw(&c, PANEL_CELL, at++, &e->strip);
    for (int m = 0; m < e->n_method; m++) {
        c = shown(e, told, m);
        heat_draw(&c, PANEL_OVER, at++, &e->strip);
        if (!e->method[m]->has_views)
            continue;
        heat_draw(&c, PANEL_SHOWN, at++, &e->strip);
        heat_draw(&c, PANEL_SIDES, at++, &e->strip);
    }
    return png_write(&e->strip, path, err);
}

/* --- one cell -------------------------------------------------------------- */

static int tell(struct explanation *e, const struct cam_task *t,
                const struct told *told, struct err *err)
{
    for (int m = 0; m < e->n_method; m++) {
        const bool measured = e->args->settings->faith_steps > 0;
        struct faith f = {0};

        if (measured && (faith_measure(t, e->heat + place(e, told->at, m),
                                       told->target, &f, err) < 0 ||
                         keep(e, FIGURES_FAITH, told, m, f.figure, err) < 0))
            return -1;
        if (write_map(e, told, m, err) < 0)
            return -1;
        csv_row(e, told, m, measured ? &f : NULL);
    }
    return write_strip(e, told, err);
}

int explain_cell(struct explanation *e, const struct prediction *c,
                 struct err *err)
{
    const uint8_t *rgb = store_image(&e->data, c->row);
    const int target[CAM_TARGETS_MAX] = {c->predicted, c->truth};
    const struct cam_task t = {
        .settings = e->args->settings,
        .seed = rng_mix(e->args->seed, rgb, 3 * pixels(e)),
        .rgb = rgb,
        .x = e->x,
        .h = (int)e->data.h,
        .w = (int)e->data.w,
        .input = e->net.info.input,
        .target = target,
        .n_target = c->truth == c->predicted ? 1 : 2,
        .layer = e->gradients.layer,
        .n_layer = e->gradients.n_layer,
        .graph = e->net.graph,
        .scorer = &e->scorer,
    };

    predict_input(&e->net, &e->data, c->row, e->x);
    gradients_take(&e->gradients, e->x, target, t.n_target);
    for (int m = 0; m < e->n_method; m++) {
        struct cam_map map[CAM_TARGETS_MAX];

        for (int i = 0; i < t.n_target; i++)
            map[i] = (struct cam_map){e->heat + place(e, i, m),
                                      e->view + place(e, i, m)};
        if (e->method[m]->explain(&t, map, err) < 0)
            return -1;
    }
    for (int i = 0; i < t.n_target; i++)
        if (tell(e, &t, &(struct told){c, target[i], i}, err) < 0)
            return -1;
    return 0;
}
