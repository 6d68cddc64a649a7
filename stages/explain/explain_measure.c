/* explain_measure.c - what is measured of a cell's maps */
#include "stages/explain/cell_group.h"
#include "stages/explain/explain_private.h"
#include "stages/explain/map_similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Keep figures of a map of the predicted class. */
static int keep_scores(struct explanation *e, enum figure_kinds kind,
                       const struct explained_target *explained, int method,
                       const double *value, struct err *err)
{
    const struct figure_kind *k = explain_kind(e->args->settings, kind);
    struct buf *out = &e->figures[kind];
    char *group;

    if (explained->target != explained->cell->predicted ||
        !explained->cell->measured)
        return 0;
    group = cell_group(&e->data, explained->cell->row, err);
    if (!group)
        return -1;
    if (out->len == 0)
        map_scores_header(k, out);
    map_scores_put(k, e->method[method]->name, explained->cell->truth, group,
                   value, out);
    free(group);
    return 0;
}

/* --- faithfulness and place ----------------------------------------------- */

int explain_measure(struct explanation *e, const struct explainer_task *t,
                    struct explained_target *explained, int method,
                    struct err *err)
{
    const struct explainer_map *map = &e->map[explained->at][method];
    struct map_measures *m = &explained->measured[method];

    const bool contours = e->shape[0].n > 0;
    const bool needs = e->method[method]->needs_contours;
    const bool has = contours || !needs;

    *m = (struct map_measures){
        .has_faithfulness = e->args->settings->faith_steps > 0 && has,
        .has_f_fidelity = e->args->settings->f_fidelity > 0 && has,
        .has_localisation = contours && !needs};
    if (m->has_faithfulness &&
        (faithfulness_measure(t, map->heat, explained->target, &m->faithfulness,
                              err) < 0 ||
         keep_scores(e, FIGURES_FAITHFULNESS, explained, method,
                     m->faithfulness.figure, err) < 0 ||
         keep_scores(e, FIGURES_CURVES, explained, method,
                     m->faithfulness.curve, err) < 0))
        return -1;
    if (m->has_f_fidelity &&
        (f_fidelity_measure(t, &e->tuned_scorer, map->heat, explained->target,
                            m->f_fidelity, err) < 0 ||
         keep_scores(e, FIGURES_F_FIDELITY, explained, method, m->f_fidelity,
                     err) < 0))
        return -1;
    if (m->has_localisation &&
        (localisation_measure(map, e->region, t->h, t->w, m->localisation,
                              err) < 0 ||
         keep_scores(e, FIGURES_LOCALISATION, explained, method,
                     m->localisation, err) < 0))
        return -1;
    return 0;
}

/* --- random weights, other seeds ------------------------------------------ */

int explain_sanity_networks(enum sanity_check check)
{
    return check == SANITY_CASCADE ? RANDOM_MAX : check == SANITY_WHOLE;
}

/* The map of a method as spare number 'at'. */
static int spare_map(struct explanation *e, const struct explainer_task *t,
                     int method, int at, struct err *err)
{
    const size_t n = (size_t)t->h * (size_t)t->w;
    struct explainer_map map = {.heat = e->spare + (size_t)at * n,
                                .view = e->spare_view};

    return e->method[method]->explain(t, &map, err);
}

/* To 0 .. 1; explainers leave a map of tiny activations small, which random
 * weights have, and SSIM would see nothing else. */
static void stretch_map(float *x, size_t n)
{
    float low = x[0], high = x[0];

    for (size_t i = 1; i < n; i++) {
        low = fminf(low, x[i]);
        high = fmaxf(high, x[i]);
    }
    for (size_t i = 0; high > low && i < n; i++)
        x[i] = (x[i] - low) / (high - low);
}

static int check_sanity(struct explanation *e, const struct explainer_task *t,
                        const struct explained_target *explained,
                        struct err *err)
{
    double value[CONFIG_LIST_MAX][2 * RANDOM_MAX];
    struct map_similarity s;

    for (int r = 0; r < e->n_random; r++) {
        struct explainer_task other = *t;

        explained_network_gradients(&e->random[r], &other);
        for (int m = 0; m < e->n_shown; m++) {
            if (spare_map(e, &other, m, 0, err) < 0)
                return -1;
            stretch_map(e->spare, (size_t)t->h * (size_t)t->w);
            if (map_similarity(e->map[explained->at][m].heat, e->spare, t->h,
                               t->w, &s, err) < 0)
                return -1;
            value[m][2 * r] = s.spearman;
            value[m][2 * r + 1] = s.ssim;
        }
    }
    for (int m = 0; e->n_random > 0 && m < e->n_shown; m++)
        if (keep_scores(e, FIGURES_SANITY, explained, m, value[m], err) < 0)
            return -1;
    return 0;
}

/* Means over all pairs of 'n' spare maps. */
static int mean_pairs(const struct explanation *e,
                      const struct explainer_task *t, int n, double mean[2],
                      struct err *err)
{
    const size_t size = (size_t)t->h * (size_t)t->w;
    const double pairs = n * (n - 1) / 2.0;
    struct map_similarity s;

    mean[0] = mean[1] = 0.0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            if (map_similarity(e->spare + (size_t)i * size,
                               e->spare + (size_t)j * size, t->h, t->w, &s,
                               err) < 0)
                return -1;
            mean[0] += s.spearman / pairs;
            mean[1] += s.ssim / pairs;
        }
    return 0;
}

static int check_stability(struct explanation *e,
                           const struct explainer_task *t,
                           const struct explained_target *explained, int method,
                           struct err *err)
{
    const int seeds = (int)e->args->settings->stability;
    double mean[2];

    memcpy(e->spare, e->map[explained->at][method].heat,
           (size_t)t->h * (size_t)t->w * sizeof(*e->spare));
    for (int k = 1; k <= seeds; k++) {
        struct explainer_task other = *t;

        other.seed = rng_mix(t->seed, &k, sizeof(k));
        if (spare_map(e, &other, method, k, err) < 0)
            return -1;
    }
    if (mean_pairs(e, t, seeds + 1, mean, err) < 0)
        return -1;
    return keep_scores(e, FIGURES_STABILITY, explained, method, mean, err);
}

int explain_compare(struct explanation *e, const struct explainer_task *t,
                    const struct explained_target *explained, struct err *err)
{
    struct explainer_task one = *t;

    one.n_target = 1;
    if (!explained->cell->measured)
        return 0;
    for (int m = 0; e->args->settings->stability > 0 && m < e->n_shown; m++)
        if (e->method[m]->draws &&
            check_stability(e, &one, explained, m, err) < 0)
            return -1;
    return check_sanity(e, &one, explained, err);
}
