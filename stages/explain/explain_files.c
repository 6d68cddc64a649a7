/* explain_files.c - what a cell leaves: maps, pictures, lines of scores.csv */
#include "img/png.h"
#include "stages/explain/explain_private.h"
#include "stages/explain/heatmap_image.h"
#include "stages/explain/map_outline.h"

#include <math.h>
#include <stdio.h>

enum { NAME_MAX_BYTES = 128 };

/* --- lines ---------------------------------------------------------------- */

void explain_header(const struct explain_settings *s, bool contours,
                    struct buf *csv)
{
    buf_puts(csv,
             "row,file,label,predicted,target,p,method,map,overlay,strip,"
             "peak_x,peak_y,target_p,raw_low,raw_high,grid,spacing,same_as,"
             "note");
    for (int f = 0; f < FAITHFULNESS_FIGURES; f++)
        buf_printf(csv, ",%s", faithfulness_name((enum faithfulness_figure)f));
    for (int f = 0; s->f_fidelity > 0 && f < F_FIDELITY_FIGURES; f++)
        buf_printf(csv, ",%s", f_fidelity_name(f));
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

/* How the map is to be read: its scale, its grid, which other is the same. */
static void put_reading(struct explanation *e,
                        const struct explained_target *explained, int method)
{
    const struct explainer_map *map = &e->map[explained->at][method];
    const struct map_grid *g = &map->grid;
    const int same = e->same[explained->at][method];

    buf_printf(&e->csv, ",%.6g,%.6g,%.6g,", explained->p, (double)map->low,
               (double)map->high);
    if (g->x.n > 0)
        buf_printf(&e->csv, "%dx%d,%.6g,", g->y.n, g->x.n,
                   fmax(g->y.step, g->x.step));
    else
        buf_puts(&e->csv, ",,");
    buf_printf(&e->csv, "%s,", same < 0 ? "" : e->method[same]->name);
    explain_words_note(map, &e->csv);
}

void explain_line(struct explanation *e,
                  const struct explained_target *explained, int method)
{
    const struct prediction *c = explained->cell;
    const struct map_measures *m = &explained->measured[method];
    const struct store *s = &e->data;
    const char *name = e->method[method]->name;
    int x, y;

    explainer_peak(&e->map[explained->at][method], (int)s->h, (int)s->w, &x,
                   &y);
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
    put_reading(e, explained, method);
    put_figures(&e->csv, m->has_faithfulness ? m->faithfulness.figure : NULL,
                FAITHFULNESS_FIGURES);
    if (e->args->settings->f_fidelity > 0)
        put_figures(&e->csv, m->has_f_fidelity ? m->f_fidelity : NULL,
                    F_FIDELITY_FIGURES);
    if (contours_any(&e->contours))
        put_figures(&e->csv, m->has_localisation ? m->localisation : NULL,
                    LOCALISATION_FIGURES);
    buf_puts(&e->csv, "\n");
}

/* --- files ---------------------------------------------------------------- */

/* What of the scale a map's 0 and 1 are: all of it, or, on a common scale of the
 * cell's maps of a method, what they were beside the largest of these. */
static void set_scale(const struct explanation *e,
                      const struct explained_target *explained, int method,
                      struct heatmap_cell *c)
{
    const struct explainer_map *map = &e->map[explained->at][method];
    const double top = explain_words_top(e, explained, method);

    if (e->args->settings->scale != SCALE_CELL || !(top > 0.0))
        return;
    c->least = fmax(0.0, (double)map->low / top);
    c->most = fmax(0.0, (double)map->high / top);
}

static struct heatmap_cell shown_cell(const struct explanation *e,
                                      const struct explained_target *explained,
                                      int method)
{
    struct heatmap_cell c = {
        .rgb = store_image(&e->data, explained->cell->row),
        .map = e->map[explained->at][method].heat,
        .h = (int)e->data.h,
        .w = (int)e->data.w,
        .colours = e->args->settings->colours,
        .most = 1.0,
    };

    set_scale(e, explained, method, &c);
    return c;
}

/* The map over the cell, or the cell with the outlines of what speaks for the
 * class, and of what speaks against it. */
static int draw_method(const struct explanation *e,
                       const struct explained_target *explained, int method,
                       int place, struct image *im, struct err *err)
{
    const struct heatmap_cell c = shown_cell(e, explained, method);

    if (!e->method[method]->has_views) {
        heatmap_image_draw(&c, PANEL_OVER, place, im);
        return 0;
    }
    heatmap_image_draw(&c, PANEL_CELL, place, im);
    return map_outline_views(e->map[explained->at][method].view, c.h, c.w,
                             heatmap_image_left(c.w, place), im, err);
}

/* --- overlays ------------------------------------------------------------- */

/* Words above and below a panel; NULL method: those of the cell. */
static int put_words(const struct explanation *e,
                     const struct explained_target *explained,
                     const int *method, int place, struct image *im,
                     struct err *err)
{
    struct buf head = {0}, foot = {0};
    int rc = -1;

    if (method) {
        explain_words_head(e, explained, *method, &head);
        explain_words_foot(e, explained, *method, &foot);
    } else {
        explain_words_cell(e, explained, &head, &foot);
    }
    if (buf_check(&head, err) == 0 && buf_check(&foot, err) == 0)
        rc = heatmap_image_words(head.data ? head.data : "",
                                 foot.data ? foot.data : "", (int)e->data.w,
                                 place, im, err);
    buf_release(&head);
    buf_release(&foot);
    return rc;
}

/* What the ends of an overlay's scale are. */
static int write_scale(struct explanation *e,
                       const struct explained_target *explained, int method,
                       struct err *err)
{
    const bool common = e->args->settings->scale == SCALE_CELL;
    const struct explainer_map *map = &e->map[explained->at][method];
    char top[32], bottom[32];

    snprintf(top, sizeof(top), "%.3g",
             common ? explain_words_top(e, explained, method)
                    : (double)map->high);
    snprintf(bottom, sizeof(bottom), "%.3g", common ? 0.0 : (double)map->low);
    return heatmap_image_scale(top, bottom, &e->overlay, err);
}

int explain_write_map(struct explanation *e,
                      const struct explained_target *explained, int method,
                      struct err *err)
{
    const struct npy map = {.type = NPY_F32,
                            .n_dim = 2,
                            .dim = {e->data.h, e->data.w},
                            .data = e->map[explained->at][method].heat};
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
    heatmap_image_draw(&c, PANEL_MAP, 2, &e->overlay);
    if (draw_method(e, explained, method, 1, &e->overlay, err) < 0 ||
        put_words(e, explained, NULL, 0, &e->overlay, err) < 0 ||
        put_words(e, explained, &method, 1, &e->overlay, err) < 0 ||
        heatmap_image_words("the map alone", "", c.w, 2, &e->overlay, err) <
            0 ||
        write_scale(e, explained, method, err) < 0)
        return -1;
    return png_write(&e->overlay, path, err);
}

/* --- strips --------------------------------------------------------------- */

/* The cell with its contours; without, if it has none. */
static int draw_contours(const struct explanation *e,
                         const struct heatmap_cell *c, int at, struct image *im,
                         struct err *err)
{
    static const uint8_t rgb[CONTOUR_PARTS][3] = {{255, 255, 255},
                                                  {255, 230, 0}};

    heatmap_image_draw(c, PANEL_CELL, at, im);
    for (int i = 0; i < CONTOUR_PARTS; i++) {
        const struct contour_pen pen = {
            .zoom = HEATMAP_SCALE,
            .left = heatmap_image_left(c->w, at),
            .top = heatmap_image_top(),
            .w = c->w,
            .h = c->h,
            .rgb = {rgb[i][0], rgb[i][1], rgb[i][2]}};

        contour_draw(&e->shape[i], &pen, im);
    }
    return heatmap_image_words("contours",
                               e->shape[0].n > 0
                                   ? "cytoplasm white, nucleus yellow"
                                   : "none of this cell",
                               c->w, at, im, err);
}

static int draw_strip(const struct explanation *e,
                      const struct explained_target *explained,
                      struct image *im, struct err *err)
{
    const struct heatmap_cell c = shown_cell(e, explained, 0);
    int at = 1;

    heatmap_image_begin(e->args->settings->colours, im);
    heatmap_image_draw(&c, PANEL_CELL, 0, im);
    if (put_words(e, explained, NULL, 0, im, err) < 0 ||
        heatmap_image_scale("brightest", "darkest", im, err) < 0)
        return -1;
    for (int m = 0; m < e->n_shown; m++) {
        if (e->same[explained->at][m] >= 0)
            continue;
        if (draw_method(e, explained, m, at, im, err) < 0 ||
            put_words(e, explained, &m, at, im, err) < 0)
            return -1;
        at++;
    }
    return contours_any(&e->contours) ? draw_contours(e, &c, at, im, err) : 0;
}

/* Panels of a target's strip: the cell, the maps, each once, the contours where
 * there are any. */
static int count_panels(const struct explanation *e,
                        const struct explained_target *explained)
{
    int n = 1 + contours_any(&e->contours);

    for (int m = 0; m < e->n_shown; m++)
        n += e->same[explained->at][m] < 0;
    return n;
}

int explain_write_strip(struct explanation *e,
                        const struct explained_target *explained,
                        struct err *err)
{
    const int n = count_panels(e, explained);
    struct image strip = {0};
    char path[FILE_PATH_MAX];
    int rc = -1;

    if (image_init(&strip, heatmap_image_strip_width((int)e->data.w, n),
                   heatmap_image_strip_height((int)e->data.h), err) == 0 &&
        draw_strip(e, explained, &strip, err) == 0 &&
        file_path(path, err, "%s/strips/%06zu_%d.png", e->args->out,
                  explained->cell->row, explained->target) == 0)
        rc = png_write(&strip, path, err);
    image_release(&strip);
    return rc;
}
