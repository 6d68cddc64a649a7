#include "stages/explain/f_fidelity.h"

#include <stdlib.h>
#include <string.h>

enum { GRID = F_FIDELITY_GRID, PATCHES = F_FIDELITY_PATCHES };

const char *f_fidelity_name(int figure)
{
    static const char *const name[F_FIDELITY_FIGURES] = {
        "f_fidelity_plus", "f_fidelity_minus", "f_fidelity"};

    return name[figure];
}

/* --- patches -------------------------------------------------------------- */

int f_fidelity_limit(double share)
{
    /* a share of .29 is not to lose a patch to rounding */
    const int limit = (int)(share * PATCHES + 1e-9);

    return limit > 1 ? limit : 1;
}

/* First pixel of patch 'i' along a side of n; of the next is its end. */
static int patch_begin(int i, int n)
{
    return i * n / GRID;
}

void f_fidelity_patches(const float *heat, int h, int w, double patch[PATCHES])
{
    BUG_ON(h < GRID || w < GRID);
    for (int i = 0; i < PATCHES; i++) {
        const int top = patch_begin(i / GRID, h);
        const int bottom = patch_begin(i / GRID + 1, h);
        const int left = patch_begin(i % GRID, w);
        const int right = patch_begin(i % GRID + 1, w);
        double sum = 0.0;

        for (int y = top; y < bottom; y++)
            for (int x = left; x < right; x++)
                sum += (double)heat[y * w + x];
        patch[i] = sum / ((bottom - top) * (right - left));
    }
}

void f_fidelity_mask(const uint8_t gone[PATCHES], int h, int w, float *x)
{
    for (int i = 0; i < PATCHES; i++) {
        const int left = patch_begin(i % GRID, w);
        const int right = patch_begin(i % GRID + 1, w);

        for (int y = patch_begin(i / GRID, h);
             gone[i] && y < patch_begin(i / GRID + 1, h); y++)
            memset(x + 3 * (y * w + left), 0,
                   3 * (size_t)(right - left) * sizeof(*x));
    }
}

/* --- which are hidden ----------------------------------------------------- */

struct ranked_patch {
    double value;
    uint32_t key;
    int at;
};

/* The largest value first, of equal ones the smallest key. */
static int by_rank(const void *a, const void *b)
{
    const struct ranked_patch *p = a, *q = b;

    if (p->value > q->value || p->value < q->value)
        return p->value > q->value ? -1 : 1;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

/* Hide the m of n patches whose key is smallest. */
static void hide_smallest(const struct ranked_patch *from, int n, int m,
                          const uint32_t *key, uint8_t gone[PATCHES])
{
    struct ranked_patch p[PATCHES] = {{.at = 0}};

    for (int i = 0; i < n; i++)
        p[i] = (struct ranked_patch){0.0, key[from[i].at], from[i].at};
    qsort(p, (size_t)n, sizeof(*p), by_rank);
    memset(gone, 0, PATCHES);
    for (int i = 0; i < m; i++)
        gone[p[i].at] = 1;
}

/* Half of n patches, but no more than the limit. */
static int hidden_of(int n, int limit)
{
    return (n + 1) / 2 < limit ? (n + 1) / 2 : limit;
}

void f_fidelity_hide(const double patch[PATCHES], int limit, uint64_t seed,
                     int i, int draw, uint8_t gone[2][PATCHES])
{
    const int k = ((i + 1) * PATCHES + 5) / 10;
    struct ranked_patch p[PATCHES];
    uint32_t key[2 * PATCHES];
    struct rng rng;

    BUG_ON(i < 0 || i >= F_FIDELITY_SHARES);
    rng_init(&rng, seed, RNG_F_FIDELITY, (uint32_t)i, (uint32_t)draw);
    for (int j = 0; j < 2 * PATCHES; j++)
        key[j] = rng_u32(&rng);
    for (int j = 0; j < PATCHES; j++)
        p[j] = (struct ranked_patch){patch[j], key[j], j};
    qsort(p, PATCHES, sizeof(*p), by_rank);
    hide_smallest(p, k, hidden_of(k, limit), key + PATCHES, gone[0]);
    hide_smallest(p + k, PATCHES - k, hidden_of(PATCHES - k, limit),
                  key + PATCHES, gone[1]);
}

void f_fidelity_hide_any(struct rng *rng, int limit, uint8_t gone[PATCHES])
{
    struct ranked_patch p[PATCHES];
    uint32_t key[PATCHES];
    const int m = (int)rng_below(rng, (uint32_t)limit + 1);

    for (int i = 0; i < PATCHES; i++) {
        p[i].at = i;
        key[i] = rng_u32(rng);
    }
    hide_smallest(p, PATCHES, m, key, gone);
}

/* --- one map -------------------------------------------------------------- */

struct hiding {
    const struct explainer_task *t;
    uint8_t (*gone)[PATCHES]; /* owned: of each row */
    float *p;                 /* owned: (rows, classes) */
    size_t rows;              /* the cell, then x+ and x- of each draw */
};

static void fill_row(const void *self, size_t row, float *x)
{
    const struct hiding *h = self;
    const struct explainer_task *t = h->t;

    memcpy(x, t->x, 3 * (size_t)t->h * (size_t)t->w * sizeof(*x));
    f_fidelity_mask(h->gone[row], t->h, t->w, x);
}

static void hide_rows(struct hiding *h, const float *heat)
{
    const struct explain_settings *s = h->t->settings;
    const int limit = f_fidelity_limit(s->f_fidelity_share);
    const int draws = (int)s->f_fidelity_draws;
    double patch[PATCHES];

    f_fidelity_patches(heat, h->t->h, h->t->w, patch);
    memset(h->gone[0], 0, PATCHES);
    for (int i = 0; i < F_FIDELITY_SHARES; i++)
        for (int j = 0; j < draws; j++)
            f_fidelity_hide(patch, limit, h->t->seed, i, j,
                            h->gone + 1 + 2 * (i * draws + j));
}

static void take_means(const struct hiding *h, size_t classes, int target,
                       double *figure)
{
    const float *p = h->p + target;
    double fall[2] = {0.0, 0.0};

    for (size_t i = 1; i < h->rows; i++)
        fall[(i - 1) % 2] += (double)p[0] - (double)p[i * classes];
    figure[F_FIDELITY_PLUS] = fall[0] / (double)(h->rows / 2);
    figure[F_FIDELITY_MINUS] = fall[1] / (double)(h->rows / 2);
    figure[F_FIDELITY_LEAD] =
        figure[F_FIDELITY_PLUS] - figure[F_FIDELITY_MINUS];
}

int f_fidelity_measure(const struct explainer_task *t,
                       const struct scorer *tuned, const float *heat,
                       int target, double *figure, struct err *err)
{
    const size_t draws = (size_t)t->settings->f_fidelity_draws;
    const size_t classes = (size_t)scorer_classes(tuned);
    struct hiding h = {.t = t, .rows = 1 + 2 * F_FIDELITY_SHARES * draws};
    int rc = 0;

    BUG_ON(draws < 1);
    h.gone = malloc(h.rows * sizeof(*h.gone));
    h.p = malloc(h.rows * classes * sizeof(*h.p));
    if (!h.gone || !h.p) {
        rc = err_set(err, ERR_SYSTEM, "no memory to hide patches %zu times",
                     h.rows);
    } else {
        hide_rows(&h, heat);
        scorer_probabilities(tuned, h.rows, fill_row, &h, h.p);
        take_means(&h, classes, target, figure);
    }
    free(h.gone);
    free(h.p);
    return rc;
}
