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

/* --- lines ---------------------------------------------------------------- */

void explain_header(bool contours, struct buf *csv)
{
    buf_puts(csv, "row,file,label,predicted,target,p,method,map,overlay,strip,"
                  "peak_x,peak_y");
    for (int f = 0; f < FAITHFULNESS_FIGURES; f++)
        buf_printf(csv, ",%s", faithfulness_name((enum faithfulness_figure)f));
    for (int f = 0; contours && f < LOCALISATION_FIGURES; f++)
        buf_printf(csv, ",%s", localisation_name(f));
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

void explain_line(struct explanation *e,
                  const struct explained_target *explained, int method,
                  const struct map_measures *m)
{
    const struct prediction *c = explained->cell;
    const struct store *s = &e->data;
    const char *name = e->method[method]->name;
    int x, y;

    explainer_peak(explain_map(e, explained->at, method), (int)s->h, (int)s->w,
                   &x, &y);
    buf_printf(&e->csv, "%zu,", c->row);
    buf_csv(&e->csv, explain_field(e, c->row, "file"));
    buf_csv_next(&e->csv, s->class_name[c->truth]);
    buf_csv_next(&e->csv, s->class_name[c->predicted]);
    buf_csv_next(&e->csv, s->class_name[explained->target]);
    buf_printf(&e->csv, ",%.6f,%s,maps/%06zu_%d_%s.npy,", (double)c->p, name,
               c->row, explained->target, name);
    buf_printf(&e->csv, "overlays/%06zu_%d_%s.png,strips/%06zu_%d.png,%d,%d",
               c->row, explained->target, name, c->row, explained->target, x,
               y);
    put_figures(&e->csv, m->has_faithfulness ? m->faithfulness.figure : NULL,
                FAITHFULNESS_FIGURES);
    if (contours_any(&e->contours))
        put_figures(&e->csv, m->has_localisation ? m->localisation : NULL,
                    LOCALISATION_FIGURES);
    buf_puts(&e->csv, "\n");
}

/* --- files ---------------------------------------------------------------- */

static struct heatmap_cell shown_cell(const struct explanation *e,
                                      const struct explained_target *explained,
                                      int method)
{
    return (struct heatmap_cell){
        .rgb = store_image(&e->data, explained->cell->row),
        .map = explain_map(e, explained->at, method),
        .view = e->view + (explain_map(e, explained->at, method) - e->heat),
        .h = (int)e->data.h,
        .w = (int)e->data.w,
        .colours = e->args->settings->colours,
    };
}

int explain_write_map(struct explanation *e,
                      const struct explained_target *explained, int method,
                      struct err *err)
{
    const struct npy map = {.type = NPY_F32,
                            .n_dim = 2,
                            .dim = {e->data.h, e->data.w},
                            .data = explain_map(e, explained->at, method)};
    const struct heatmap_cell c = shown_cell(e, explained, method);
    char path[FILE_PATH_MAX], name[NAME_MAX_BYTES];

    snprintf(name, sizeof(name), "%06zu_%d_%s", explained->cell->row,
             explained->target, e->method[method]->name);
    if (file_path(path, err, "%s/maps/%s.npy", e->args->out, name) < 0 ||
        npy_write(&map, path, err) < 0 ||
        file_path(path, err, "%s/overlays/%s.png", e->args->out, name) < 0)
        return -1;
    heatmap_image_begin(e->args->settings->colours, &e->overlay);
    heatmap_image_draw(&c, PANEL_CELL, 0, &e->overlay);
    heatmap_image_draw(&c, PANEL_OVER, 1, &e->overlay);
    heatmap_image_draw(&c, PANEL_MAP, 2, &e->overlay);
    return png_write(&e->overlay, path, err);
}

/* The cell with its contours; without, if it has none. */
static void draw_contours(struct explanation *e, const struct heatmap_cell *c,
                          int at)
{
    static const uint8_t rgb[CONTOUR_PARTS][3] = {{255, 255, 255},
                                                  {255, 230, 0}};

    heatmap_image_draw(c, PANEL_CELL, at, &e->strip);
    for (int i = 0; i < CONTOUR_PARTS; i++) {
        const struct contour_pen pen = {
            .zoom = HEATMAP_SCALE,
            .left = at * (c->w * HEATMAP_SCALE + HEATMAP_GAP),
            .w = c->w,
            .rgb = {rgb[i][0], rgb[i][1], rgb[i][2]}};

        contour_draw(&e->shape[i], &pen, &e->strip);
    }
}

int explain_write_strip(struct explanation *e,
                        const struct explained_target *explained,
                        struct err *err)
{
    struct heatmap_cell c = shown_cell(e, explained, 0);
    char path[FILE_PATH_MAX];
    int at = 0;

    if (file_path(path, err, "%s/strips/%06zu_%d.png", e->args->out,
                  explained->cell->row, explained->target) < 0)
        return -1;
    heatmap_image_begin(e->args->settings->colours, &e->strip);
    heatmap_image_draw(&c, PANEL_CELL, at++, &e->strip);
    for (int m = 0; m < e->n_method; m++) {
        c = shown_cell(e, explained, m);
        heatmap_image_draw(&c, PANEL_OVER, at++, &e->strip);
        if (!e->method[m]->has_views)
            continue;
        heatmap_image_draw(&c, PANEL_SHOWN, at++, &e->strip);
        heatmap_image_draw(&c, PANEL_SIDES, at++, &e->strip);
    }
    if (contours_any(&e->contours))
        draw_contours(e, &c, at);
    return png_write(&e->strip, path, err);
}
