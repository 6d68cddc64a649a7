#include "stages/explain/explainer.h"

#include "base/hot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct explainer *const table[] = {
#define EXPLAINER(name, title) &explainer_##name,
#include "config/explainers.def"
#undef EXPLAINER
};

static const char *const titles[] = {
#define EXPLAINER(name, title) title,
#include "config/explainers.def"
#undef EXPLAINER
};

enum { N_EXPLAINER = sizeof(table) / sizeof(table[0]) };
_Static_assert((int)N_EXPLAINER <= (int)CONFIG_LIST_MAX,
               "explain.methods may list all");

const char *explainer_title(const struct explainer *e)
{
    size_t i = 0;

    while (table[i] != e)
        i++;
    return titles[i];
}

const struct explainer *explainer_find(const char *name, struct err *err)
{
    char list[256] = "";

    for (size_t i = 0; i < N_EXPLAINER; i++) {
        const size_t len = strlen(list);

        if (strcmp(table[i]->name, name) == 0)
            return table[i];
        snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
                 table[i]->name);
    }
    err_set(err, ERR_USAGE, "explain.methods: '%s' is unknown; there is: %s",
            name, list);
    return NULL;
}

static bool is_listed(const struct word_list *names, const char *name)
{
    for (int i = 0; i < names->n; i++)
        if (strcmp(names->word[i], name) == 0)
            return true;
    return false;
}

void explainer_add_baselines(struct word_list *names)
{
    for (size_t i = 0; i < N_EXPLAINER; i++) {
        if (!table[i]->baseline || is_listed(names, table[i]->name))
            continue;
        BUG_ON(names->n == CONFIG_LIST_MAX);
        snprintf(names->word[names->n++], CONFIG_NAME_MAX, "%s",
                 table[i]->name);
    }
}

enum { COLUMNS = 256 }; /* resized at once */

/* A place among pixels: two neighbours and the share of the second. */
struct neighbour_pair {
    int lo, hi;
    float share;
};

static struct neighbour_pair place_at(double at, int m)
{
    struct neighbour_pair p;

    at = fmin(fmax(at, 0.0), (double)(m - 1));
    p.lo = (int)at;
    p.hi = p.lo < m - 1 ? p.lo + 1 : p.lo;
    p.share = (float)(at - p.lo);
    return p;
}

/* Position 'i' of 'n' among 'm'. */
static struct neighbour_pair pair_of(int i, int n, int m, bool areas)
{
    if (areas)
        return place_at((i + 0.5) * m / n - 0.5, m);
    return place_at(n > 1 ? (double)i * (m - 1) / (n - 1) : 0.0, m);
}

/* A row of x at 'n' places. */
HOT static void resize_row(const float *x, const struct neighbour_pair *at,
                           int n, float *restrict y)
{
    for (int j = 0; j < n; j++)
        y[j] = x[at[j].lo] * (1 - at[j].share) + x[at[j].hi] * at[j].share;
}

HOT static void mix_rows(const float *a, const float *b, float share, int n,
                         float *restrict y)
{
    for (int j = 0; j < n; j++)
        y[j] = a[j] * (1 - share) + b[j] * share;
}

/* Columns 'first' .. first + n - 1 of y; rows of x are resized as they come
 * to be needed. */
static void resize_columns(const float *x, int h, int w, float *y, int out_h,
                           int out_w, bool areas, int first)
{
    const int n = out_w - first < COLUMNS ? out_w - first : COLUMNS;
    struct neighbour_pair column[COLUMNS];
    float row[2][COLUMNS];
    int has[2] = {-1, -1};

    for (int j = 0; j < n; j++)
        column[j] = pair_of(first + j, out_w, w, areas);
    for (int i = 0; i < out_h; i++) {
        const struct neighbour_pair r = pair_of(i, out_h, h, areas);
        const int want[2] = {r.lo, r.hi};

        for (int k = 0; k < 2; k++)
            if (has[want[k] % 2] != want[k]) {
                has[want[k] % 2] = want[k];
                resize_row(x + want[k] * w, column, n, row[want[k] % 2]);
            }
        mix_rows(row[r.lo % 2], row[r.hi % 2], r.share, n,
                 y + i * out_w + first);
    }
}

void explainer_resize(const float *x, int h, int w, bool areas, float *y,
                      int out_h, int out_w)
{
    for (int j = 0; j < out_w; j += COLUMNS)
        resize_columns(x, h, w, y, out_h, out_w, areas, j);
}

void explainer_normalise(float *x, size_t n)
{
    float low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < n; i++) {
        low = fminf(low, x[i]);
        high = fmaxf(high, x[i]);
    }
    for (size_t i = 0; i < n; i++)
        x[i] = (x[i] - low) / (high - low + 1e-7f);
}

/* pytorch-grad-cam's scale_cam_image(). */
static void scale_map(float *x, size_t n)
{
    float low = INFINITY, high = -INFINITY;

    for (size_t i = 0; i < n; i++)
        low = fminf(low, x[i]);
    for (size_t i = 0; i < n; i++)
        high = fmaxf(high, x[i] - low);
    for (size_t i = 0; i < n; i++)
        x[i] = (x[i] - low) / (1e-7f + high);
}

static void keep_range(struct explainer_map *map, const float *x, size_t n)
{
    map->low = INFINITY;
    map->high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        map->low = fminf(map->low, x[i]);
        map->high = fmaxf(map->high, x[i]);
    }
}

void explainer_normalise_map(struct explainer_map *map, size_t n)
{
    keep_range(map, map->heat, n);
    explainer_normalise(map->heat, n);
}

/* --- from a layer to the picture ------------------------------------------ */

static bool is_stretched(const struct explainer_task *t)
{
    return t->settings->placement == PLACEMENT_STRETCHED;
}

static struct map_grid grid_of(const struct explainer_task *t,
                               const struct gradients_layer *l)
{
    return is_stretched(t) ? map_grid_stretched(l->h, l->w, t->h, t->w)
                           : map_grid_centres(&l->field, l->h, l->w);
}

void explainer_enlarge(const struct explainer_task *t,
                       const struct gradients_layer *l, const float *x,
                       bool areas, float *y)
{
    const struct map_grid g = grid_of(t, l);

    if (is_stretched(t))
        explainer_resize(x, l->h, l->w, areas, y, t->h, t->w);
    else
        map_grid_enlarge(&g, x, y, t->h, t->w);
}

void explainer_keep_layer(const struct explainer_task *t,
                          const struct gradients_layer *l, const float *cam,
                          struct explainer_map *map)
{
    keep_range(map, cam, (size_t)l->h * (size_t)l->w);
    map->grid = grid_of(t, l);
}

void explainer_finish(const struct explainer_task *t,
                      const struct gradients_layer *l, float *cam, bool areas,
                      struct explainer_map *map)
{
    const size_t n = (size_t)t->h * (size_t)t->w;

    explainer_keep_layer(t, l, cam, map);
    if (areas)
        scale_map(cam, (size_t)l->h * (size_t)l->w);
    explainer_enlarge(t, l, cam, areas, map->heat);
    if (areas)
        scale_map(map->heat, n);
    else
        explainer_normalise(map->heat, n);
}

int explainer_of_layer(const struct explainer_task *t, explainer_layer_f of,
                       struct explainer_map *map, struct err *err)
{
    const struct gradients_layer *l = t->layer;
    float *cam = malloc((size_t)l->h * (size_t)l->w * sizeof(*cam));

    if (!cam)
        return err_set(err, ERR_SYSTEM, "no memory for a map of %d x %d", l->h,
                       l->w);
    for (int i = 0; i < t->n_target; i++) {
        of(l->a, l->da[i], l->h, l->w, l->c, cam);
        explainer_finish(t, l, cam, false, &map[i]);
    }
    free(cam);
    return 0;
}

/* --- the peak ------------------------------------------------------------- */

/* The middle of the pixels that are as large as 'top'. */
static void middle_of(const float *heat, int h, int w, float top, double *x,
                      double *y)
{
    double n = 0.0;

    *x = *y = 0.0;
    for (int i = 0; i < h * w; i++)
        if (heat[i] >= top) {
            *x += i % w;
            *y += i / w;
            n++;
        }
    *x /= n;
    *y /= n;
}

void explainer_peak(const struct explainer_map *map, int h, int w, int *x,
                    int *y)
{
    const float *heat = map->heat;
    double to_x = (w - 1) / 2.0, to_y = (h - 1) / 2.0, nearest = INFINITY;
    float top = heat[0];

    *x = *y = 0;
    for (int i = 1; i < h * w; i++)
        top = fmaxf(top, heat[i]);
    if (!(top > 0.0f))
        return;
    if (map->grid.x.n == 0)
        middle_of(heat, h, w, top, &to_x, &to_y);
    for (int i = 0; i < h * w; i++) {
        const double dx = i % w - to_x, dy = i / w - to_y;

        if (heat[i] >= top && dx * dx + dy * dy < nearest) {
            nearest = dx * dx + dy * dy;
            *x = i % w;
            *y = i / w;
        }
    }
}
