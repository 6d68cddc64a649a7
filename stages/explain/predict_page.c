#include "stages/explain/predict_page.h"

#include "base/json.h"
#include "charts/svg.h"
#include "page/page_cell.h"
#include "page/page_contours.h"
#include "page/page_embed.h"
#include "page/page_heat.h"
#include "stages/explain/predict_unlike.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void put_text(struct buf *b, const char *s)
{
    svg_text(b, s, SIZE_MAX);
}

static void put_share(struct buf *b, double share)
{
    buf_printf(b, "%.1f&nbsp;%%", 100 * share);
}

int predict_page_init(struct predict_page *g, const struct predict_columns *c,
                      const struct predict_decisions *d, double threshold,
                      struct err *err)
{
    *g = (struct predict_page){.columns = c,
                               .decisions = d,
                               .threshold = threshold,
                               .of = json_array(),
                               .cell = json_object(),
                               .line = json_array(),
                               .map = json_object(),
                               .fact = json_object(),
                               .nearest = json_object(),
                               .room = PREDICT_PAGE_BYTES};
    return g->of && g->cell && g->line && g->map && g->fact && g->nearest
               ? 0
               : err_set(err, ERR_SYSTEM, "no memory for a page");
}

void predict_page_release(struct predict_page *g)
{
    json_decref(g->of);
    json_decref(g->cell);
    json_decref(g->line);
    json_decref(g->map);
    json_decref(g->fact);
    json_decref(g->nearest);
    buf_release(&g->figures);
    buf_release(&g->defs);
    buf_release(&g->aside);
    buf_release(&g->maps);
    buf_release(&g->choices);
    *g = (struct predict_page){0};
}

/* --- maps ----------------------------------------------------------------- */

/* What is told beside a map. */
static json_t *map_words(const struct explainer_map *map)
{
    json_t *list = json_array();

    if (map->grid.x.n > 0)
        json_note(list, "A layer of %d x %d values, enlarged.", map->grid.x.n,
                  map->grid.y.n);
    if (map->high > map->low)
        json_note(list, "The colours reach from %.3g to %.3g.",
                  (double)map->low, (double)map->high);
    return list;
}

int predict_page_map(struct predict_page *g, int m,
                     const struct explainer_map *map, struct err *err)
{
    const struct model_info *info = g->columns->model;
    const char *method = g->columns->ask->method[m];
    struct image im = {0};
    char id[48];

    if (image_init(&im, info->w, info->h, err) < 0)
        return -1;
    snprintf(id, sizeof(id), "m%zu-%d", g->n, m);
    page_heat_fill(map->heat, &im);
    page_embed_picture(id, &im, &g->maps);
    image_release(&im);
    buf_printf(&g->choices, "%s%s:%s", g->choices.len ? " " : "", method, id);
    json_array_append_new(g->of,
                          json_pack("[s, s, o]", method, id, map_words(map)));
    return buf_check(&g->maps, err) < 0 ? -1 : buf_check(&g->choices, err);
}

/* Take those of the picture in hand, of 'target', if it has room. */
static void take_maps(struct predict_page *g, const char *key, int target,
                      bool shown)
{
    json_t *of = g->of;

    g->of = json_array();
    if (shown && json_array_size(of) > 0)
        json_object_set_new(
            g->map, key, json_pack("[{s:i, s:o}]", "target", target, "of", of));
    else
        json_decref(of);
    buf_release(&g->maps);
    buf_release(&g->choices);
}

/* --- one picture ---------------------------------------------------------- */

/* What is kept of a picture: its file, and what a segmentation finds in it. */
static json_t *find_contours(const struct predict_page *g,
                             const struct predict_line *l,
                             const struct predict_page_picture *p)
{
    const struct model_info *m = g->columns->model;
    json_t *cell = json_pack("{s:o}", "file", json_text(l->file));
    enum cell_fault fault;
    struct err err;

    if (g->room > 0 && !p->field &&
        page_contours_segment(
            &(struct page_contours_picture){
                p->rgb, m->h, m->w,
                resize_place_as(&m->resizing, p->size.w, p->size.h, m->w,
                                m->h)},
            cell, &fault, &err) < 0) {
        json_decref(cell);
        return NULL;
    }
    return cell;
}

/* Bytes of the paths. */
static size_t contour_bytes(const json_t *cell)
{
    const json_t *path;
    size_t i, n = 0;

    json_array_foreach(json_object_get(cell, "contours"), i, path)
    {
        n += json_string_length(path);
    }
    return n;
}

/* Define it and its maps; false: there is no room for it and 'more' bytes. */
static bool define_picture(struct predict_page *g,
                           const struct predict_page_picture *p, size_t more)
{
    const struct model_info *info = g->columns->model;
    struct image im = {0};
    struct buf all = {0};
    struct err err;
    char id[32];

    if (image_init(&im, info->w, info->h, &err) < 0) {
        g->defs.failed = true;
        return false;
    }
    memcpy(im.px, p->rgb, image_bytes(&im));
    snprintf(id, sizeof(id), "p%zu", g->n);
    page_embed_picture(id, &im, &all);
    image_release(&im);
    buf_put(&all, g->maps.data ? g->maps.data : "", g->maps.len);
    g->defs.failed = g->defs.failed || all.failed;
    if (all.failed || all.len + more > g->room) {
        g->room = 0; /* the first ones are shown, not those that are small */
        buf_release(&all);
        return false;
    }
    g->room -= all.len + more;
    buf_take(&g->defs, &all);
    return true;
}

static void put_picture(struct predict_page *g, const struct predict_line *l,
                        bool shown)
{
    const struct model_info *m = g->columns->model;
    struct buf *b = &g->figures;

    if (!shown) {
        buf_puts(b, "<span class=\"nopicture\">no picture</span>");
        return;
    }
    buf_puts(b, "<svg class=\"picture\" role=\"img\" aria-label=\"");
    put_text(b, l->file);
    buf_puts(b, ", called ");
    put_text(b, m->class_name[l->predicted]);
    buf_printf(b, "\" viewBox=\"0 0 %d %d\"", m->w, m->h);
    if (g->choices.len)
        buf_printf(b, " data-maps=\"%s\"", g->choices.data);
    buf_printf(b, "><use href=\"#p%zu\"/>", g->n);
    if (g->choices.len)
        buf_printf(b,
                   "<use class=\"map\" filter=\"url(#heat)\" "
                   "href=\"#m%zu-0\"/>",
                   g->n);
    buf_puts(b, "</svg>\n");
}

/* What a person should not overlook: words with a blank behind each. */
static void find_marks(struct predict_page *g, const struct predict_line *l,
                       bool field, struct buf *out)
{
    const struct predict_command_args *ask = g->columns->ask;
    const bool raised = ask->threshold && l->raised;
    const bool refer = ask->sets && l->n_set != 1;
    const bool unlike = ask->unlike && l->beyond >= PREDICT_UNLIKE;

    g->n_raised += raised;
    g->n_refer += refer;
    g->n_unlike += unlike;
    g->n_fields += field;
    buf_printf(out, "%s%s%s%s", raised ? "raised " : "", refer ? "refer " : "",
               unlike ? "unlike " : "", field ? "field " : "");
}

static void put_figure(struct predict_page *g, const struct predict_line *l,
                       const struct predict_page_picture *p, bool shown)
{
    const char *name = g->columns->model->class_name[l->predicted];
    const char *slash = strrchr(l->file, '/');
    struct buf *b = &g->figures, marks = {0};

    find_marks(g, l, p->field, &marks);
    buf_puts(b, "<figure class=\"cell\" data-class=\"");
    put_text(b, name);
    if (marks.len > 0)
        buf_printf(b, "\" data-mark=\"%s", marks.data);
    buf_printf(b, "\" data-cell=\"0/%zu\">\n", g->n);
    put_picture(g, l, shown);
    buf_puts(b, "<figcaption>");
    put_text(b, name);
    buf_puts(b, " ");
    put_share(b, l->p[l->predicted]);
    if (marks.len > 0)
        buf_printf(b, "<br><span class=\"wrong\">%s</span>", marks.data);
    buf_release(&marks);
    buf_puts(b, "<br><span class=\"mute\">");
    put_text(b, slash ? slash + 1 : l->file);
    buf_puts(b, "</span></figcaption></figure>\n");
}

static void add_fact(json_t *list, const char *name, const char *fmt, ...)
    PRINTF(3, 4);

static void add_fact(json_t *list, const char *name, const char *fmt, ...)
{
    char text[128];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    json_array_append_new(list, json_pack("[s, s]", name, text));
}

/* Groups of what is told beside the view. */
static json_t *picture_facts(const struct predict_page *g,
                             const struct predict_line *l,
                             const struct predict_page_picture *p)
{
    json_t *list = json_array();

    add_fact(list, "as it came", "%d x %d pixels", p->size.w, p->size.h);
    if (g->columns->ask->threshold)
        add_fact(list, "abnormal", "%.1f %%, %s the threshold, %.1f %%",
                 100 * l->abnormal,
                 l->raised ? "raised: at least" : "not raised: below",
                 100 * g->threshold);
    return json_pack("[[s, o]]", "This picture", list);
}

/* Takes over the cell. */
static void add_data(struct predict_page *g, const struct predict_line *l,
                     const struct predict_page_picture *p, json_t *cell,
                     bool shown)
{
    const struct predict_command_args *ask = g->columns->ask;
    char key[PAGE_CELL_KEY];

    page_cell_key(key, g->n);
    json_object_set_new(cell, "picture", json_boolean(shown));
    if (!shown)
        json_object_del(cell, "contours");
    json_object_set_new(g->cell, key, cell);
    json_array_append_new(g->line,
                          page_cell_line(&(struct page_cell){
                              .row = g->n,
                              .is = -1,
                              .called = l->predicted,
                              .k = g->columns->model->n_class,
                              .set = ask->sets ? l->set : NULL,
                              .p = l->said,
                              .calibrated = ask->calibrated ? l->p : NULL}));
    json_object_set_new(g->fact, key, picture_facts(g, l, p));
    if (ask->unlike)
        json_object_set_new(g->nearest, key,
                            json_pack("{s:o, s:o, s:[]}", "distance",
                                      json_number(l->distance), "beyond",
                                      json_number(l->beyond), "cells"));
    take_maps(g, key, p->target, shown);
}

int predict_page_add(struct predict_page *g, const struct predict_line *l,
                     const struct predict_page_picture *p, struct err *err)
{
    json_t *cell;
    bool shown;

    if (l->aside) {
        g->n_aside++;
        buf_puts(&g->aside, "<li>");
        put_text(&g->aside, l->file);
        buf_puts(&g->aside, ": ");
        put_text(&g->aside, l->aside);
        buf_puts(&g->aside, "</li>\n");
        return buf_check(&g->aside, err);
    }
    cell = find_contours(g, l, p);
    if (!cell)
        return err_set(err, ERR_SYSTEM, "no memory for a picture's contours");
    shown = define_picture(g, p, contour_bytes(cell));
    put_figure(g, l, p, shown);
    add_data(g, l, p, cell, shown);
    g->n_left_out += !shown;
    g->n_of[l->predicted]++;
    g->n++;
    return buf_check(&g->defs, err) < 0 ? -1 : buf_check(&g->figures, err);
}
