/* explain_files.c - what a cell leaves: maps, pictures, lines of scores.csv */
#include "img/png.h"
#include "stages/explain/explain_private.h"
#include "stages/explain/heatmap_image.h"

#include <stdio.h>

enum { NAME_MAX_BYTES = 128 };

int explain_panels(const struct explanation *e)
{
    int n = 1 + e->n_method + contours_any(&e->contours);

    for (int m = 0; m < e->n_method; m++)
        n += e->method[m]->has_views ? 2 : 0;
    return n;
}

/* --- lines ----------------------------------------------------------------- */

void explain_header(bool contours, struct buf *csv)
{
    buf_puts(csv, "row,file,class,predicted,target,p,method,map,overlay,strip,"
                  "peak_x,peak_y");
    for (int f = 0; f < FAITH_FIGURES; f++)
        buf_printf(csv, ",%s", faith_name((enum faith_figure)f));
    for (int f = 0; contours && f < LOCATE_FIGURES; f++)
        buf_printf(csv, ",%s", locate_name(f));
    buf_puts(csv, "\n");
}

/* Numbers, or as many empty fields. */
static void put_figures(struct buf *csv, const double *figure, int n)
{
    for (int i = 0; i < n; i++) {
        buf_puts(csv, ",");
        if (figure)
            buf_printf(csv, "%.6f", figure[i]);
    }
}

void explain_line(struct explanation *e, const struct told *told, int method,
                  const struct measured *m)
{
    const struct prediction *c = told->cell;
    const struct store *s = &e->data;
    const char *name = e->method[method]->name;
    int x, y;

    cam_peak(explain_map(e, told->at, method), (int)s->h, (int)s->w, &x, &y);
    buf_printf(&e->csv, "%zu,", c->row);
    buf_csv(&e->csv, explain_field(e, c->row, "file"));
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
    put_figures(&e->csv, m->has_faith ? m->faith.figure : NULL, FAITH_FIGURES);
    if (contours_any(&e->contours))
        put_figures(&e->csv, m->has_place ? m->place : NULL, LOCATE_FIGURES);
    buf_puts(&e->csv, "\n");
}

/* --- files ----------------------------------------------------------------- */

static struct heat_cell shown(const struct explanation *e,
                              const struct told *told, int method)
{
    return (struct heat_cell){
        .rgb = store_image(&e->data, told->cell->row),
        .map = explain_map(e, told->at, method),
        .view = e->view + (explain_map(e, told->at, method) - e->heat),
        .h = (int)e->data.h,
        .w = (int)e->data.w,
        .colours = e->args->settings->colours,
    };
}

int explain_write_map(struct explanation *e, const struct told *told,
                      int method, struct err *err)
{
    const struct npy map = {.type = NPY_F32,
                            .n_dim = 2,
                            .dim = {e->data.h, e->data.w},
                            .data = explain_map(e, told->at, method)};
    const struct heat_cell c = shown(e, told, method);
    char path[FILE_PATH_MAX], name[NAME_MAX_BYTES];

    snprintf(name, sizeof(name), "%06zu_%d_%s", told->cell->row, told->target,
             e->method[method]->name);
    if (file_path(path, err, "%s/maps/%s.npy", e->args->out, name) < 0 ||
        npy_write(&map, path, err) < 0 ||
        file_path(path, err, "%s/overlays/%s.png", e->args->out, name) < 0)
        return -1;
    heat_begin(e->args->settings->colours, &e->overlay);
    heat_draw(&c, PANEL_CELL, 0, &e->overlay);
    heat_draw(&c, PANEL_OVER, 1, &e->overlay);
    heat_draw(&c, PANEL_MAP, 2, &e->overlay);
    return png_write(&e->overlay, path, err);
}

/* The cell with its contours; without, if it has none. */
static void draw_contours(struct explanation *e, const struct heat_cell *c,
                          int at)
{
    static const uint8_t rgb[CONTOUR_PARTS][3] = {{255, 255, 255},
                                                  {255, 230, 0}};

    heat_draw(c, PANEL_CELL, at, &e->strip);
    for (int i = 0; i < CONTOUR_PARTS; i++) {
        const struct contour_pen pen = {
            .zoom = HEAT_SCALE,
            .left = at * (c->w * HEAT_SCALE + HEAT_GAP),
            .w = c->w,
            .rgb = {rgb[i][0], rgb[i][1], rgb[i][2]}};

        contour_draw(&e->shape[i], &pen, &e->strip);
    }
}

int explain_write_strip(struct explanation *e, const struct told *told,
                        struct err *err)
{
    struct heat_cell c = shown(e, told, 0);
    char path[FILE_PATH_MAX];
    int at = 0;

    if (file_path(path, err, "%s/strips/%06zu_%d.png", e->args->out,
                  told->cell->row, told->target) < 0)
        return -1;
    heat_begin(e->args->settings->colours, &e->strip);
    heat_draw(&c, PANEL_CELL, at++, &e->strip);
    for (int m = 0; m < e->n_method; m++) {
        c = shown(e, told, m);
        heat_draw(&c, PANEL_OVER, at++, &e->strip);
        if (!e->method[m]->has_views)
            continue;
        heat_draw(&c, PANEL_SHOWN, at++, &e->strip);
        heat_draw(&c, PANEL_SIDES, at++, &e->strip);
    }
    if (contours_any(&e->contours))
        draw_contours(e, &c, at);
    return png_write(&e->strip, path, err);
}
