/* faithfulness_road.c - noisy linear imputation, and the pictures of ROAD */
#include "stages/explain/faithfulness.h"

#include "stats/lapack.h"

#include <stdlib.h>
#include <string.h>

/* Neighbours that come later in reading order; the others mirror them. */
static const struct {
    int row, column;
    double weight;
} later[] = {{0, 1, 1.0 / 6.0},
             {1, -1, 1.0 / 12.0},
             {1, 0, 1.0 / 6.0},
             {1, 1, 1.0 / 12.0}};

enum { N_LATER = sizeof(later) / sizeof(later[0]) };

/*
 * The equations, times -1, are symmetric and positive definite as long as one
 * pixel is known: sum_j w_ij (x_i - x_j) = 0.  In reading order they make a
 * band no wider than the removed pixels of a row and one.
 */
struct equations {
    int n, width;
    int32_t *number; /* owned: (h, w) of the unknown, -1: known */
    double *a;       /* owned: (n, width + 1) */
    double *b;       /* owned: (3, n) */
};

/* The pixel there, or -1. */
static int neighbour_of(const struct faithfulness_road_args *a, int i, int k)
{
    const int r = i / a->w + later[k].row, c = i % a->w + later[k].column;

    return r < a->h && c >= 0 && c < a->w ? r * a->w + c : -1;
}

static void number_unknowns(struct equations *q,
                            const struct faithfulness_road_args *a)
{
    for (int i = 0; i < a->h * a->w; i++)
        q->number[i] = a->gone[i] ? q->n++ : -1;
    for (int i = 0; i < a->h * a->w; i++)
        for (int k = 0; k < N_LATER; k++) {
            const int j = neighbour_of(a, i, k);

            if (j >= 0 && a->gone[i] && a->gone[j] &&
                q->number[j] - q->number[i] > q->width)
                q->width = q->number[j] - q->number[i];
        }
}

/* What two neighbours contribute: to the diagonal if they are unknown, and to
 * the other side what is known of the other. */
static void add_pair(struct equations *q,
                     const struct faithfulness_road_args *a, int i, int j,
                     double weight)
{
    const size_t rows = (size_t)q->width + 1;
    const int pair[2][2] = {{i, j}, {j, i}};

    for (int k = 0; k < 2; k++) {
        const int32_t at = q->number[pair[k][0]], known = pair[k][1];

        if (at < 0)
            continue;
        q->a[(size_t)at * rows] += weight;
        for (int c = 0; q->number[known] < 0 && c < 3; c++)
            q->b[c * q->n + at] += weight * (double)a->x[3 * known + c];
    }
    if (q->number[i] >= 0 && q->number[j] >= 0)
        q->a[(size_t)q->number[i] * rows +
             (size_t)(q->number[j] - q->number[i])] = -weight;
}

static void fill_equations(struct equations *q,
                           const struct faithfulness_road_args *a)
{
    for (int i = 0; i < a->h * a->w; i++)
        for (int k = 0; k < N_LATER; k++) {
            const int j = neighbour_of(a, i, k);

            if (j >= 0)
                add_pair(q, a, i, j, later[k].weight);
        }
}

int faithfulness_road_impute(const struct faithfulness_road_args *a,
                             struct rng *rng, float *y, struct err *err)
{
    const size_t pixels = (size_t)a->h * (size_t)a->w;
    struct equations q = {0};
    int rc = -1;

    q.number = malloc(pixels * sizeof(*q.number));
    if (!q.number)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pixels", pixels);
    number_unknowns(&q, a);
    q.a = calloc((size_t)q.n * (size_t)(q.width + 1) + 1, sizeof(*q.a));
    q.b = calloc((size_t)q.n * 3 + 1, sizeof(*q.b));
    if (!q.a || !q.b) {
        err_set(err, ERR_SYSTEM, "no memory for %d equations", q.n);
        goto out;
    }
    fill_equations(&q, a);
    BUG_ON(q.n > 0 && lapack_solve_band(q.n, q.width, q.a, 3, q.b) < 0);
    memcpy(y, a->x, 3 * pixels * sizeof(*y));
    for (size_t i = 0; i < pixels; i++)
        for (int c = 0; a->gone[i] && c < 3; c++)
            y[3 * i + (size_t)c] = (float)q.b[c * q.n + q.number[i]] +
                                   a->noise[c] * rng_normal(rng);
    rc = 0;
out:
    free(q.number);
    free(q.a);
    free(q.b);
    return rc;
}

/* Pixels that are left at percentile 10, 20, ... 90, as numpy.percentile and a
 * strict comparison leave them. */
static size_t pixels_left(size_t n, int i)
{
    const size_t k = ((size_t)(i + 1) * 10 * (n - 1) + 99) / 100;

    return k ? k : 1;
}

/* A hundredth of what lies between a black and a white pixel. */
static void find_noise(const struct explainer_task *t, float noise[3])
{
    static const uint8_t ends[6] = {0, 0, 0, 255, 255, 255};
    float x[6];

    preprocess(t->input, ends, 2, x);
    for (int c = 0; c < 3; c++)
        noise[c] = 0.01f * (x[3 + c] - x[c]);
}

static int impute_row(const struct explainer_task *t, const uint32_t *order,
                      int row, uint8_t *gone, float *y, struct err *err)
{
    const size_t n = (size_t)t->h * (size_t)t->w;
    const size_t keep = pixels_left(n, row % ROAD_SHARES);
    const bool least = row >= ROAD_SHARES;
    struct faithfulness_road_args a = {
        .x = t->x, .gone = gone, .h = t->h, .w = t->w};
    struct rng rng;

    for (size_t i = 0; i < n; i++)
        gone[order[i]] = least ? i >= keep : i < n - keep;
    find_noise(t, a.noise);
    rng_init(&rng, t->seed, RNG_ROAD, (uint32_t)row, 0);
    return faithfulness_road_impute(&a, &rng, y, err);
}

int faithfulness_road_inputs(const struct explainer_task *t,
                             const uint32_t *order, float *y, struct err *err)
{
    const size_t n = (size_t)t->h * (size_t)t->w;
    uint8_t *gone = malloc(ROAD_ROWS * n);
    struct err why[ROAD_ROWS] = {0};
    int rc = 0;

    if (!gone)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pixels", n);
#pragma omp parallel for num_threads(t->scorer->threads) schedule(dynamic)
    for (int i = 0; i < ROAD_ROWS; i++)
        if (impute_row(t, order, i, gone + (size_t)i * n, y + 3 * n * (size_t)i,
                       &why[i]) < 0)
            why[i].code = ERR_SYSTEM;
    for (int i = ROAD_ROWS - 1; i >= 0; i--)
        if (why[i].code) {
            *err = why[i];
            rc = -1;
        }
    free(gone);
    return rc;
}
