#include "stages/explain/localisation.h"

#include "stages/explain/faithfulness.h"

#include <stdlib.h>

const char *localisation_name(int figure)
{
    static const char *const name[LOCALISATION_FIGURES] = {
        "nucleus_pointing", "nucleus_chance",     "nucleus_beyond",
        "nucleus_touched",  "nucleus_mass",       "nucleus_rank",
        "nucleus_area",     "cytoplasm_pointing", "cytoplasm_chance",
        "cytoplasm_beyond", "cytoplasm_touched",  "cytoplasm_mass",
        "cytoplasm_rank",   "cytoplasm_area"};

    BUG_ON(figure < 0 || figure >= LOCALISATION_FIGURES);
    return name[figure];
}

/* Both contours, or none. */
static int read_both(const struct contours *c, size_t row,
                     struct contour *shape, struct err *err)
{
    for (int i = 0; i < CONTOUR_PARTS; i++)
        shape[i] = (struct contour){0};
    for (int i = 0; i < CONTOUR_PARTS; i++)
        if (contours_of(c, row, (enum contour_part)i, &shape[i], err) < 0)
            return -1;
    return shape[CONTOUR_CYTOPLASM].n > 0 && shape[CONTOUR_NUCLEUS].n > 0;
}

int localisation_regions(const struct contours *c, size_t row, int h, int w,
                         uint8_t *region, struct contour *shape,
                         struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    size_t count[3] = {0};
    uint8_t *nucleus = malloc(n);
    int rc = -1;

    if (!nucleus)
        return err_set(err, ERR_SYSTEM, "no memory for a mask");
    rc = read_both(c, row, shape, err);
    if (rc > 0) {
        contour_fill(&shape[CONTOUR_CYTOPLASM], h, w, region);
        contour_fill(&shape[CONTOUR_NUCLEUS], h, w, nucleus);
        for (size_t i = 0; i < n; i++) {
            region[i] = nucleus[i]  ? LOCALISATION_NUCLEUS
                        : region[i] ? LOCALISATION_CYTOPLASM
                                    : 0;
            count[region[i]]++;
        }
        rc = count[LOCALISATION_NUCLEUS] > 0 &&
             count[LOCALISATION_CYTOPLASM] > 0;
    }
    for (int i = 0; rc <= 0 && i < CONTOUR_PARTS; i++)
        contour_release(&shape[i]);
    free(nucleus);
    return rc;
}

/* A map and the region in hand. */
struct located_map {
    const struct explainer_map *map;
    const uint8_t *region;
    int h, w;
    const uint32_t *order; /* pixels, the most relevant first */
};

/* Share of the grid's values that lie in region 'which'. */
static double share_of_grid(const struct located_map *m, int which)
{
    const struct map_grid *g = &m->map->grid;
    int met = 0;

    for (int i = 0; i < g->y.n; i++)
        for (int j = 0; j < g->x.n; j++)
            met += m->region[map_grid_pixel(&g->y, i, m->h) * m->w +
                             map_grid_pixel(&g->x, j, m->w)] == which;
    return (double)met / (g->y.n * g->x.n);
}

static bool points_at(const struct located_map *m, int which)
{
    int x, y;

    explainer_peak(m->map, m->h, m->w, &x, &y);
    return m->map->heat[y * m->w + x] > 0.0f &&
           m->region[y * m->w + x] == which;
}

static void measure_one(const struct located_map *m, int which, double *out)
{
    const size_t n = (size_t)m->h * (size_t)m->w;
    const float *heat = m->map->heat;
    const float half = heat[m->order[0]] / 2.0f;
    double in = 0.0, all = 0.0;
    size_t size = 0, met = 0;
    bool touched = false;

    for (size_t i = 0; i < n; i++) {
        const bool inside = m->region[i] == which;

        all += (double)heat[i];
        in += inside ? (double)heat[i] : 0.0;
        size += inside;
        touched = touched || (inside && half > 0.0f && heat[i] >= half);
    }
    for (size_t k = 0; k < size; k++)
        met += m->region[m->order[k]] == which;
    out[LOCALISATION_POINTING] = points_at(m, which);
    out[LOCALISATION_TOUCHED] = touched;
    out[LOCALISATION_MASS] = all > 0.0 ? in / all : 0.0;
    out[LOCALISATION_RANK] = (double)met / (double)size;
    out[LOCALISATION_AREA] = (double)size / (double)n;
    out[LOCALISATION_CHANCE] =
        m->map->grid.x.n > 0 ? share_of_grid(m, which) : out[LOCALISATION_AREA];
    out[LOCALISATION_BEYOND] =
        out[LOCALISATION_POINTING] - out[LOCALISATION_CHANCE];
}

int localisation_measure(const struct explainer_map *map, const uint8_t *region,
                         int h, int w, double *out, struct err *err)
{
    const size_t n = (size_t)h * (size_t)w;
    uint32_t *order = malloc(n * sizeof(*order));
    const struct located_map m = {map, region, h, w, order};
    int rc = -1;

    if (!order)
        return err_set(err, ERR_SYSTEM, "no memory for an order of pixels");
    rc = faithfulness_order(map->heat, n, order, err);
    if (rc == 0) {
        measure_one(&m, LOCALISATION_NUCLEUS, out);
        measure_one(&m, LOCALISATION_CYTOPLASM, out + LOCALISATION_EACH);
    }
    free(order);
    return rc;
}
