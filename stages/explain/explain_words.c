/* explain_words.c - what stands beside a map, so that it is not taken for more
 * than it is */
#include "stages/explain/explain_private.h"

#include <math.h>

/*
 * A map tells a nucleus from its border if two of its values lie in the nucleus
 * along each side.  Where there are no contours a nucleus is taken for as wide as
 * a disc of 7.9 % of the picture, the mean of SIPaKMeD's.
 */
static const double USUAL_NUCLEUS = 0.32; /* of the picture's side */

/* Above it a probability is not told to the last digit. */
static const double ALMOST_SURE = 0.99;

static double nucleus_width(const struct explanation *e)
{
    const struct contour *c = &e->shape[CONTOUR_NUCLEUS];
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};

    if (c->n == 0)
        return USUAL_NUCLEUS * fmin((double)e->data.h, (double)e->data.w);
    for (size_t i = 0; i < c->n; i++) {
        const double at[2] = {c->point[i].x, c->point[i].y};

        for (int k = 0; k < 2; k++) {
            low[k] = fmin(low[k], at[k]);
            high[k] = fmax(high[k], at[k]);
        }
    }
    return 1.0 + fmin(high[0] - low[0], high[1] - low[1]);
}

double explain_words_top(const struct explanation *e,
                         const struct explained_target *explained, int method)
{
    double top = 0.0;

    for (int i = 0; i < explained->n_target; i++)
        top = fmax(top, (double)e->map[i][method].high);
    return top;
}

void explain_words_note(const struct explainer_map *map, struct buf *b)
{
    if (map->used < map->of)
        buf_printf(b, "%d of %d channels", map->used, map->of);
}

/* --- above ---------------------------------------------------------------- */

/* How many methods behind it say the same. */
static int count_same(const struct explanation *e, int target, int method)
{
    int n = 0;

    for (int m = method + 1; m < e->n_shown; m++)
        n += e->same[target][m] == method;
    return n;
}

void explain_words_head(const struct explanation *e,
                        const struct explained_target *explained, int method,
                        struct buf *b)
{
    const struct explainer_map *map = &e->map[explained->at][method];
    const int n = count_same(e, explained->at, method);
    int met = 0;

    buf_puts(b, explainer_title(e->method[method]));
    for (int m = method + 1; m < e->n_shown; m++)
        if (e->same[explained->at][m] == method)
            buf_printf(b, "%s%s", ++met < n ? ", " : " and ",
                       explainer_title(e->method[m]));
    if (n > 0)
        buf_puts(b, ": the same here");
    if (map->used < map->of) {
        buf_puts(b, ", ");
        explain_words_note(map, b);
    }
}

/* --- below ---------------------------------------------------------------- */

static void put_grid(const struct explanation *e, const struct map_grid *g,
                     struct buf *b)
{
    const bool coarse = 2.0 * fmax(g->y.step, g->x.step) > nucleus_width(e);

    if (g->x.n > 0)
        buf_printf(b, "; %dx%d%s%s", g->y.n, g->x.n,
                   e->args->settings->placement == PLACEMENT_STRETCHED
                       ? " stretched"
                       : "",
                   coarse ? ": cannot tell a nucleus from its border" : "");
}

static bool touches_nucleus(const struct map_measures *m)
{
    return m->localisation[LOCALISATION_TOUCHED] > 0.0;
}

void explain_words_foot(const struct explanation *e,
                        const struct explained_target *explained, int method,
                        struct buf *b)
{
    const struct explainer_map *map = &e->map[explained->at][method];
    const struct map_measures *m = &explained->measured[method];

    if (!(map->high > 0.0f)) {
        buf_puts(b, "0 everywhere: nothing speaks for it");
        return;
    }
    if (e->method[method]->has_views)
        buf_printf(b, "orange + for it, blue - against it; up to %.3g",
                   (double)map->high);
    else
        buf_printf(b, "%.3g to %.3g", (double)map->low, (double)map->high);
    put_grid(e, &map->grid, b);
    if (m->has_localisation && !touches_nucleus(m))
        buf_puts(b, "; does not touch the nucleus");
}

/* --- the cell ------------------------------------------------------------- */

static bool none_touches(const struct explanation *e,
                         const struct explained_target *explained)
{
    for (int m = 0; m < e->n_shown; m++)
        if (!explained->measured[m].has_localisation ||
            touches_nucleus(&explained->measured[m]))
            return false;
    return true;
}

void explain_words_cell(const struct explanation *e,
                        const struct explained_target *explained,
                        struct buf *head, struct buf *foot)
{
    const struct prediction *c = explained->cell;

    buf_printf(head, "What speaks for %s, whose probability is ",
               e->data.class_name[explained->target]);
    if (explained->p > ALMOST_SURE)
        buf_printf(head, "over %.2f", ALMOST_SURE);
    else
        buf_printf(head, "%.2g", explained->p);
    buf_printf(foot, "labelled %s, called %s", e->data.class_name[c->truth],
               e->data.class_name[c->predicted]);
    if (none_touches(e, explained))
        buf_puts(foot, "; no map touches the nucleus");
}
