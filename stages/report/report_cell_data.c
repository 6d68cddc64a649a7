/*
 * report_cell_data.c - every cell of every experiment, as page_cell.h says
 *
 * ROW is that of data/.  Of cells that nobody looks at first (right ones
 * without maps) those of a large run are left out, but the headline's, and what
 * other experiments say of those that one does look at there.
 */
#include "stages/report/report_cell_data.h"

#include "base/json.h"
#include "evaluation/class_groups.h"
#include "page/page_cell.h"
#include "page/page_contours.h"
#include "page/page_embed.h"
#include "page/page_glossary.h"
#include "stages/report/report_cell_facts.h"
#include "stages/report/report_html.h"
#include "stages/report/report_nearest.h"
#include "store/contours.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_MANY = 30000 };

struct cell_data {
    const struct report_data *d;
    struct contours contours; /* owned */
    bool all;                 /* also cells that nobody looks at first */
    bool *first;   /* owned: rows of data/ that one looks at first, of the
                      headline; NULL: all are kept, or no memory */
    json_t *cells; /* borrowed from the root */
};

/* --- contours ------------------------------------------------------------- */

/* The paths of cytoplasm and nucleus, "" of a part that has none; NULL: there
 * is neither. */
static json_t *contour_paths(const struct cell_data *a, size_t row)
{
    json_t *list = json_array();
    size_t points = 0;

    for (int part = 0; part < CONTOUR_PARTS; part++) {
        struct contour c = {0};
        struct buf path = {0};
        struct err err;

        if (contours_of(&a->contours, row, (enum contour_part)part, &c, &err) ==
                0 &&
            c.n > 0)
            page_contours_put(&c, &path);
        points += c.n;
        json_array_append_new(list, json_text(path.data ? path.data : ""));
        contour_release(&c);
        buf_release(&path);
    }
    if (points > 0)
        return list;
    json_decref(list);
    return NULL;
}

/* Of a cell that came with none, what its concepts are measured in. */
static void add_segmented(const struct cell_data *a, size_t row, json_t *cell)
{
    const struct store *data = &a->d->pictures.data;
    struct page_contours_picture p = {.h = (int)data->h, .w = (int)data->w};
    enum cell_fault fault;
    struct err err;

    if (!report_pictures_has(&a->d->pictures, row))
        return;
    p.rgb = store_image(data, row);
    p.place = (struct resize_place){.w = p.w, .h = p.h};
    if (data->width_column >= 0 && data->height_column >= 0) {
        const struct cell_size size = store_size(data, row);
        const struct resizing how = config_resizing(a->d->config);

        p.place = resize_place_as(&how, size.w, size.h, p.w, p.h);
    }
    if (page_contours_segment(&p, cell, &fault, &err) < 0)
        json_object_del(cell, "contours");
}

/* --- cells ---------------------------------------------------------------- */

/* What is the same of a cell in all experiments. */
static void add_row(const struct cell_data *a, size_t row, bool remarkable)
{
    char key[PAGE_CELL_KEY];
    json_t *paths, *cell;

    page_cell_key(key, row);
    cell = json_object_get(a->cells, key);
    if (!cell) {
        cell = json_object();
        json_object_set_new(
            cell, "picture",
            json_boolean(report_pictures_has(&a->d->pictures, row)));
        json_object_set_new(a->cells, key, cell);
    }
    if (!remarkable || json_object_get(cell, "contours"))
        return;
    paths = contour_paths(a, row);
    if (paths)
        json_object_set_new(cell, "contours", paths);
    else
        add_segmented(a, row, cell);
}

static json_t *cell_line(const struct report_experiment *e,
                         const struct report_cell_at *at)
{
    const struct report_cells *c = &e->cells;
    const struct outcomes *o = &c->told.o;
    const size_t i = at->i, at_p = i * (size_t)o->k;

    return page_cell_line(&(struct page_cell){
        .row = c->row[i],
        .verdict = at->verdict,
        .is = o->label[i],
        .called = o->predicted[i],
        .k = o->k,
        .set = c->set ? c->set[i] : NULL,
        .p = o->p ? o->p + at_p : NULL,
        .calibrated = c->calibrated ? c->calibrated + at_p : NULL});
}

/* --- maps ----------------------------------------------------------------- */

static int class_number(const struct report_experiment *e, const char *name)
{
    const struct predictions *p = &e->cells.told;

    for (int c = 0; c < p->o.k; c++)
        if (strcmp(p->class_name[c], name) == 0)
            return c;
    return -1;
}

static json_t *map_lines(const struct cell_data *a, int number,
                         const struct report_explained *x)
{
    const struct report_experiment *e = &a->d->experiment[number];
    json_t *list = json_array();

    for (size_t r = x->score; r < x->score + x->n; r++) {
        struct buf id = {0};

        if (e->maps.map[r] == REPORT_MAP_NONE)
            continue;
        report_maps_put_id(number, r, &id);
        json_array_append_new(
            list, json_pack("[o, s, o]",
                            json_text(report_field(&e->scores, r, "method")),
                            id.data, report_facts_of_map(a->d, e, r)));
        buf_release(&id);
    }
    return list;
}

/* {ROW: [...]}: of each explained cell the maps of each class; of one whose
 * maps there is no room for, none. */
static json_t *all_maps(const struct cell_data *a, int number)
{
    const struct report_experiment *e = &a->d->experiment[number];
    json_t *all = json_object();

    for (size_t k = 0; k < e->maps.n; k++) {
        const struct report_explained *x = &e->maps.of[k];
        char key[PAGE_CELL_KEY];

        if (!(x->shown || x->left_out) || x->row == REPORT_NO_ROW)
            continue;
        page_cell_key(key, x->row);
        if (!json_object_get(all, key))
            json_object_set_new(all, key, json_array());
        if (!x->shown)
            continue;
        json_array_append_new(
            json_object_get(all, key),
            json_pack(
                "{s:i, s:o}", "target",
                class_number(e, report_field(&e->scores, x->score, "target")),
                "of", map_lines(a, number, x)));
    }
    return all;
}

/* --- experiments ---------------------------------------------------------- */

static json_t *class_names(const struct report_experiment *e)
{
    json_t *list = json_array();

    for (int c = 0; c < e->cells.told.o.k; c++)
        json_array_append_new(list, json_text(e->cells.told.class_name[c]));
    return list;
}

/* Is the experiment one of the headline's? */
static bool is_headline(const struct report_data *d, int number)
{
    struct report_told_of t;

    report_cells_headline(&t, d);
    for (int k = 0; k < t.n; k++)
        if (t.list[k] == number)
            return true;
    return false;
}

/* What is known of the training cells nearest to cell 'i'. */
static void add_nearest(const struct cell_data *a,
                        const struct report_experiment *e, size_t i,
                        const char *key, json_t *nearest)
{
    json_t *found = report_nearest(a->d, e, i);

    for (int j = 0; found && j < NEAREST_SHOWN; j++) {
        const size_t row = report_nearest_row(e, i, j);

        if (row != REPORT_NO_ROW)
            add_row(a, row, false);
    }
    if (found)
        json_object_set_new(nearest, key, found);
}

/* Does one look at cell 'i' first: is it wrong, or are there maps of it? */
static bool is_remarkable(const struct report_experiment *e, size_t i)
{
    return e->cells.told.o.label[i] != e->cells.told.o.predicted[i] ||
           e->cells.score[i] != REPORT_NO_ROW;
}

/* Those of the headline. */
static void list_first(struct cell_data *a)
{
    const size_t rows = a->d->index.csv.n_row;
    struct report_told_of t;

    report_cells_headline(&t, a->d);
    a->first = calloc(rows + 1, sizeof(*a->first));
    for (int k = 0; a->first && k < t.n; k++) {
        const struct report_experiment *e = &a->d->experiment[t.list[k]];

        for (size_t i = 0; i < e->cells.told.o.n; i++)
            if (e->cells.row[i] < rows && is_remarkable(e, i))
                a->first[e->cells.row[i]] = true;
    }
}

/* The cells of an experiment; true: some are left out. */
static bool add_cells(const struct cell_data *a, int number, json_t *cells,
                      json_t *facts, json_t *nearest)
{
    const struct report_experiment *e = &a->d->experiment[number];
    const struct report_told_of alone = {1, {number}};
    const bool all = a->all || is_headline(a->d, number);
    struct report_cell_at *list;
    bool left_out = false;
    struct err err;
    size_t n;

    if (report_cells_list(&list, &n, a->d, &alone, &err) < 0)
        return false;
    for (size_t k = 0; k < n; k++) {
        const size_t i = list[k].i, row = e->cells.row[i];
        const bool remarkable = is_remarkable(e, i);
        char key[PAGE_CELL_KEY];

        if (row == REPORT_NO_ROW)
            continue;
        if (!all && !remarkable && !(a->first && a->first[row])) {
            left_out = true;
            continue;
        }
        page_cell_key(key, row);
        add_row(a, row, remarkable);
        json_array_append_new(cells, cell_line(e, &list[k]));
        json_object_set_new(facts, key, report_facts_of_cell(a->d, e, i));
        add_nearest(a, e, i, key, nearest);
    }
    free(list);
    return left_out;
}

/* Why a vote has neither maps nor distances. */
static json_t *missing_of_vote(void)
{
    return json_pack(
        "{s:s, s:s}", "maps", "A vote looks nowhere: maps are of its members.",
        "nearest", "A vote has no distances: they are of its members.");
}

static json_t *experiment_data(const struct cell_data *a, int number)
{
    const struct report_experiment *e = &a->d->experiment[number];
    json_t *cells = json_array(), *facts = json_object();
    json_t *nearest = json_object();
    const bool left_out =
        e->cells.there && add_cells(a, number, cells, facts, nearest);

    json_t *all =
        json_pack("{s:o, s:s, s:o, s:o, s:b, s:o, s:o, s:o}", "name",
                  json_text(e->name), "split", report_told(a->d), "classes",
                  class_names(e), "cells", cells, "left_out", left_out, "maps",
                  all_maps(a, number), "facts", facts, "nearest", nearest);

    if (report_is_ensemble(e))
        json_object_set_new(all, "missing", missing_of_vote());
    return all;
}

/* --- words ---------------------------------------------------------------- */

static json_t *word_json(const struct glossary_word *w, const char *otherwise)
{
    return json_pack("{s:o, s:s}", "name", json_text(w ? w->term : otherwise),
                     "says", w ? w->says : "");
}

static json_t *all_classes(const struct report_data *d)
{
    json_t *all = json_object();

    for (int i = 0; i < d->n_experiment; i++) {
        const struct screening *s = d->experiment[i].screening;

        for (int c = 0; s && c < s->k; c++) {
            const struct glossary_word *w =
                page_glossary_class(s->class_name[c]);

            json_object_set_new(all, s->class_name[c],
                                json_pack("{s:s, s:s}", "side",
                                          !s->two          ? ""
                                          : s->abnormal[c] ? "abnormal"
                                                           : "other",
                                          "says", w ? w->says : ""));
        }
    }
    return all;
}

static json_t *all_methods(const struct report_data *d)
{
    json_t *all = json_object();

    for (int i = 0; i < d->n_experiment; i++) {
        const struct report_csv *c = &d->experiment[i].scores;

        for (size_t r = 0; r < c->csv.n_row; r++) {
            const char *name = report_field(c, r, "method");

            if (*name && !json_object_get(all, name))
                json_object_set_new(all, name,
                                    word_json(page_glossary_find(name), name));
        }
    }
    return all;
}

/* --- all ------------------------------------------------------------------ */

static json_t *root_data(struct cell_data *a)
{
    const struct report_pictures *p = &a->d->pictures;
    json_t *list = json_array();

    a->cells = json_object();
    for (int i = 0; i < a->d->n_experiment; i++)
        json_array_append_new(list, experiment_data(a, i));
    return json_pack(
        "{s:[I, I], s:f, s:o, s:o, s:{s:s, s:s, s:s}, s:o, s:o}", "size",
        (json_int_t)p->data.w, (json_int_t)p->data.h, "coverage",
        a->d->config->evaluate.coverage, "classes", all_classes(a->d),
        "methods", all_methods(a->d), "missing", "maps",
        "No map was made of this cell. Maps are of explain.per_class "
        "cells of each class that are right, and as many that are "
        "wrong, when seen once; the surest of them.",
        "room", "Its maps are left out to keep the page small.", "nearest",
        "This run does not store them: evaluate.neighbours says "
        "how many it keeps.",
        "cells", a->cells, "experiments", list);
}

void report_cell_data(const struct report_data *d, struct buf *b)
{
    struct cell_data a = {.d = d};
    char path[FILE_PATH_MAX];
    size_t cells = 0;
    struct err err;

    for (int i = 0; i < d->n_experiment; i++)
        cells += d->experiment[i].cells.told.o.n;
    a.all = cells <= CELLS_MANY;
    if (!a.all)
        list_first(&a);
    if (file_path(path, &err, "%s/%s", d->run_dir, d->data_dir) < 0 ||
        contours_open(&a.contours, path, &err) < 0)
        a.contours = (struct contours){0};
    page_embed_cells(root_data(&a), b);
    contours_close(&a.contours);
    free(a.first);
}
