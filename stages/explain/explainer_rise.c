/*
 * explainer_rise.c - RISE: what of the class is left behind random masks?
 *
 *     map = 1 / (N p) sum_i P(class | x m_i) m_i
 *
 * over N = 'rise_masks' masks m_i.  A mask is 'rise_cells' x 'rise_cells' cells
 * that are 1 with probability p = 'rise_share', else 0, enlarged bilinearly to
 * (cells + 1) times ceil(side / cells) pixels, of which a random window of the
 * picture's size is taken.  Mask i draws from stream (seed of the cell,
 * RNG_RISE, i): its cells in reading order, then the window's row and column.
 * Source: Petsiuk et al. 2018 (arXiv:1806.07421), eq. 6 and section 3.2;
 * enlarged as the authors' code does, by scikit-image: pixels are areas, values
 * mirrored at the border.
 */
#include "base/hot.h"
#include "base/rng.h"
#include "stages/explain/explainer.h"

#include <math.h>
#include <stdlib.h>

enum { CELLS = RISE_CELLS_MAX };

struct rise {
    const struct explainer_task *t;
    int cells;
    float *p; /* owned: (masks, classes) */
};

/* A mask: its cells and the window. */
struct rise_mask {
    float cell[CELLS * CELLS];
    int top, left;
};

/* Pixels of a cell along a side of n pixels. */
static int cell_pixels(const struct rise *r, int n)
{
    return (n + r->cells - 1) / r->cells;
}

static void draw_mask(const struct rise *r, size_t i, struct rise_mask *m)
{
    const struct explainer_task *t = r->t;
    struct rng rng;

    rng_init(&rng, t->seed, RNG_RISE, (uint32_t)i, 0);
    for (int k = 0; k < r->cells * r->cells; k++)
        m->cell[k] = (double)rng_uniform(&rng) < t->settings->rise_share;
    m->top = (int)(rng_uniform(&rng) * (float)cell_pixels(r, t->h));
    m->left = (int)(rng_uniform(&rng) * (float)cell_pixels(r, t->w));
}

/* Where pixel 'i' of the enlarged mask lies among the cells. */
static void find_cells(const struct rise *r, int i, int pixels, int *lo,
                       int *hi, float *share)
{
    const double last = r->cells - 1.0;
    double at = fabs((i + 0.5) * r->cells / ((r->cells + 1.0) * pixels) - 0.5);

    at = at > last ? 2.0 * last - at : at;
    *lo = (int)at;
    *hi = *lo + 1 < r->cells ? *lo + 1 : *lo;
    *share = (float)(at - *lo);
}

/*
 * Row 'y' of the picture behind the mask.
 *   row [scratch] (CELLS) the mask's cells at that row
 *   out [out]     (w)
 */
static void mask_row(const struct rise *r, const struct rise_mask *m, int y,
                     float *row, float *out)
{
    const int pixels = cell_pixels(r, r->t->w);
    int lo, hi;
    float share;

    find_cells(r, m->top + y, cell_pixels(r, r->t->h), &lo, &hi, &share);
    for (int k = 0; k < r->cells; k++)
        row[k] = m->cell[lo * r->cells + k] * (1 - share) +
                 m->cell[hi * r->cells + k] * share;
    for (int x = 0; x < r->t->w; x++) {
        find_cells(r, m->left + x, pixels, &lo, &hi, &share);
        out[x] = row[lo] * (1 - share) + row[hi] * share;
    }
}

static void fill_masked(const void *self, size_t i, float *y)
{
    const struct rise *r = self;
    const int h = r->t->h, w = r->t->w;
    struct rise_mask m;
    float row[CELLS], *mask = y + 2 * (ptrdiff_t)h * w;

    /* the mask lies in the last third of y, which is written from the front */
    draw_mask(r, i, &m);
    for (int j = 0; j < h; j++)
        mask_row(r, &m, j, row, mask + (ptrdiff_t)j * w);
    for (int j = 0; j < h * w; j++) {
        const float v = mask[j];

        for (int c = 0; c < 3; c++)
            y[3 * j + c] = r->t->x[3 * j + c] * v;
    }
}

HOT static void add_row(const float *mask, float p, int n, float *sum)
{
    for (int j = 0; j < n; j++)
        sum[j] += p * mask[j];
}

/*
 * The map of a target.
 *   line [scratch] (w)
 */
static void sum_masks(const struct rise *r, int target, float *line,
                      float *heat)
{
    const struct explainer_task *t = r->t;
    const size_t n = (size_t)t->settings->rise_masks;
    const size_t k = (size_t)scorer_classes(t->scorer);
    const float scale = (float)(1.0 / ((double)n * t->settings->rise_share));
    struct rise_mask m;
    float row[CELLS];

    for (int i = 0; i < t->h * t->w; i++)
        heat[i] = 0.0f;
    for (size_t i = 0; i < n; i++) {
        draw_mask(r, i, &m);
        for (int y = 0; y < t->h; y++) {
            mask_row(r, &m, y, row, line);
            add_row(line, scale * r->p[i * k + (size_t)target], t->w,
                    heat + (ptrdiff_t)y * t->w);
        }
    }
}

static int explain(const struct explainer_task *t, struct explainer_map *map,
                   struct err *err)
{
    const size_t n = (size_t)t->settings->rise_masks;
    struct rise r = {.t = t, .cells = (int)t->settings->rise_cells};
    float *line = malloc((size_t)t->w * sizeof(*line));
    int rc = 0;

    r.p = malloc(n * (size_t)scorer_classes(t->scorer) * sizeof(*r.p));
    if (line && r.p) {
        scorer_probabilities(t->scorer, n, fill_masked, &r, r.p);
        for (int i = 0; i < t->n_target; i++) {
            sum_masks(&r, t->target[i], line, map[i].heat);
            explainer_normalise_map(&map[i], (size_t)t->h * (size_t)t->w);
        }
    } else {
        rc = err_set(err, ERR_SYSTEM, "no memory for %zu masks", n);
    }
    free(line);
    free(r.p);
    return rc;
}

const struct explainer explainer_rise = {
    .name = "rise", .draws = true, .explain = explain};
