/* explain_cell.c - one cell: its maps, and what is made of them */
#include "base/rng.h"
#include "stages/explain/dose_response.h"
#include "stages/explain/explain_private.h"
#include "stages/explain/heatmap_image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OVERLAY_PANELS = 3 };

/* Maps that nowhere differ by more are drawn in the same or the next colour. */
static const float SAME = 1.0f / 255.0f;

static size_t map_pixels(const struct explanation *e)
{
    return e->data.h * e->data.w;
}

const char *explain_field(const struct explanation *e, size_t row,
                          const char *column)
{
    return csv_field(&e->data.index, row, csv_column(&e->data.index, column));
}

int explain_cell_init(struct explanation *e, struct err *err)
{
    const size_t n =
        GRADIENTS_TARGETS_MAX * (size_t)e->n_method * map_pixels(e);
    const size_t seeds = (size_t)e->args->settings->stability;
    const int h = (int)e->data.h, w = (int)e->data.w;

    e->x = malloc(3 * map_pixels(e) * sizeof(*e->x));
    e->heat = malloc(n * sizeof(*e->heat));
    e->view = calloc(n, 1);
    e->spare = malloc((1 + seeds) * map_pixels(e) * sizeof(*e->spare));
    e->spare_view = calloc(map_pixels(e), 1);
    e->region = malloc(map_pixels(e));
    if (!e->x || !e->heat || !e->view || !e->spare || !e->spare_view ||
        !e->region)
        return err_set(err, ERR_SYSTEM, "no memory for maps of %zu pixels", n);
    return image_init(&e->overlay, heatmap_image_strip_width(w, OVERLAY_PANELS),
                      heatmap_image_strip_height(h), err);
}

/* Would both maps be drawn alike? */
static bool same_maps(const struct explanation *e,
                      const struct explainer_map *a,
                      const struct explainer_map *b)
{
    for (size_t i = 0; i < map_pixels(e); i++)
        if (fabsf(a->heat[i] - b->heat[i]) > SAME)
            return false;
    return true;
}

/* Which methods say the same of a target as one before them. */
static void find_same(struct explanation *e, int target)
{
    int *same = e->same[target];

    for (int m = 0; m < e->n_shown; m++) {
        same[m] = -1;
        for (int k = 0; k < m && same[m] < 0; k++)
            if (same[k] < 0 && !e->method[k]->has_views &&
                !e->method[m]->has_views &&
                same_maps(e, &e->map[target][k], &e->map[target][m]))
                same[m] = k;
    }
}

/* All maps of a cell. */
static int make_maps(struct explanation *e, const struct explainer_task *t,
                     struct err *err)
{
    for (int m = 0; m < e->n_method; m++) {
        struct explainer_map map[GRADIENTS_TARGETS_MAX] = {0};

        for (int i = 0; i < t->n_target; i++) {
            const size_t at = (size_t)(i * e->n_method + m) * map_pixels(e);

            map[i].heat = e->heat + at;
            map[i].view = e->view + at;
        }
        if (e->method[m]->explain(t, map, err) < 0)
            return -1;
        for (int i = 0; i < t->n_target; i++)
            e->map[i][m] = map[i];
    }
    for (int i = 0; i < t->n_target; i++)
        find_same(e, i);
    return 0;
}

/* Measure a target's maps, and show them. */
static int explain_target(struct explanation *e, const struct explainer_task *t,
                          struct explained_target *explained, struct err *err)
{
    for (int m = 0; m < e->n_method; m++) {
        if (m >= e->n_shown && explained->at > 0)
            continue; /* what tables do not count */
        if (explain_measure(e, t, explained, m, err) < 0)
            return -1;
        if (m >= e->n_shown || !explained->cell->shown)
            continue;
        if (explain_write_map(e, explained, m, err) < 0)
            return -1;
        explain_line(e, explained, m);
    }
    return explained->cell->shown ? explain_write_strip(e, explained, err) : 0;
}

static int explain_targets(struct explanation *e,
                           const struct explainer_task *t,
                           const struct prediction *c, const float *p,
                           struct err *err)
{
    struct explained_target explained = {.cell = c, .n_target = t->n_target};

    if (make_maps(e, t, err) < 0)
        return -1;
    for (int i = 0; i < t->n_target; i++) {
        explained.target = t->target[i];
        explained.at = i;
        explained.p = (double)p[t->target[i]];
        if (explain_target(e, t, &explained, err) < 0)
            return -1;
    }
    explained.target = t->target[0];
    explained.at = 0;
    return explain_compare(e, t, &explained, err);
}

/* Probabilities of the cell whose gradients have just been taken. */
static void take_probabilities(const struct explanation *e, float *p)
{
    const struct node *logits = graph_output(e->own.net.graph);

    memcpy(p, logits->out.data, (size_t)logits->out.c * sizeof(*p));
    scorer_softmax(p, logits->out.c);
}

struct concept_source explain_source(const struct explain_args *a,
                                     const struct store *data,
                                     const struct contours *contours)
{
    static const struct resizing squashed = {.lanczos = false};

    return (struct concept_source){.data = data,
                                   .contours = contours,
                                   .resizing =
                                       a->resizing ? a->resizing : &squashed};
}

/* Change the cell, one thing at a time, if its regions are known. */
static int change_cell(struct explanation *e, const struct explainer_task *t,
                       const struct prediction *c, struct err *err)
{
    const struct concept_source source =
        explain_source(e->args, &e->data, &e->contours);
    const struct dose_response_args a = {
        .data = &e->data, .cell = c, .scorer = t->scorer, .input = t->input};
    struct cell_regions r;
    struct cell_edit edit = {.h = 0};
    enum cell_fault fault;
    bool contoured;
    int rc = concept_regions(&source, c->row, &r, &contoured, &fault, err);

    if (rc == 0 && fault == CELL_FOUND) {
        rc = cell_edit_open(&edit, t->rgb, &r,
                            concept_regions_pitch(&source, c->row), err);
        if (rc == 0)
            rc = dose_response_measure(&a, &edit, &e->doses, err);
        cell_edit_close(&edit);
    }
    cell_regions_release(&r);
    return rc;
}

/* Whatever is done to the picture, the cell keeps its size. */
static void hold_size(struct explanation *e, const struct cell_size *size)
{
    inference_hold_size(&e->own.net, size);
    inference_hold_size(&e->own.many, size);
    if (e->tuned.graph)
        inference_hold_size(&e->tuned, size);
    for (int r = 0; r < e->n_random; r++) {
        inference_hold_size(&e->random[r].net, size);
        inference_hold_size(&e->random[r].many, size);
    }
}

int explain_cell(struct explanation *e, const struct prediction *c,
                 struct err *err)
{
    const uint8_t *rgb = store_image(&e->data, c->row);
    const struct cell_size size = store_size(&e->data, c->row);
    const int target[GRADIENTS_TARGETS_MAX] = {c->predicted, c->truth};
    struct explainer_task t = {
        .settings = e->args->settings,
        .seed = rng_mix(e->args->seed, rgb, 3 * map_pixels(e)),
        .rgb = rgb,
        .x = e->x,
        .h = (int)e->data.h,
        .w = (int)e->data.w,
        .target = target,
        .n_target = c->truth == c->predicted || !c->shown ? 1 : 2,
    };
    float p[CONFIG_CLASSES_MAX];
    int rc = localisation_regions(&e->contours, c->row, t.h, t.w, e->region,
                                  e->shape, err);

    if (rc >= 0) {
        inference_input(&e->own.net, &e->data, c->row, e->x);
        hold_size(e, &size);
        t.region = rc > 0 ? e->region : NULL;
        explained_network_gradients(&e->own, &t);
        take_probabilities(e, p);
        rc = explain_targets(e, &t, c, p, err);
        if (rc == 0 && c->measured &&
            e->args->settings->dose_response == EXPLAIN_ON)
            rc = change_cell(e, &t, c, err);
    }
    for (int i = 0; i < CONTOUR_PARTS; i++)
        contour_release(&e->shape[i]);
    return rc;
}
