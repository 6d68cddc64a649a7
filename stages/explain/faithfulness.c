#include "stages/explain/faithfulness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLUR = 11, BLUR_HALF = BLUR / 2 };
enum { ROW_CELL, ROW_MASKED, ROW_FIRST }; /* then deletion, insertion, ROAD */

static const char *const names[FAITHFULNESS_FIGURES] = {
    "insertion", "deletion",  "drop", "increase",
    "road_morf", "road_lerf", "road"};

const char *faithfulness_name(enum faithfulness_figure f)
{
    return names[f];
}

const char *faithfulness_curve_name(int point)
{
    static const char *const name[CURVE_FIGURES] = {
        "insertion_0",  "insertion_10", "insertion_20",  "insertion_30",
        "insertion_40", "insertion_50", "insertion_60",  "insertion_70",
        "insertion_80", "insertion_90", "insertion_100", "deletion_0",
        "deletion_10",  "deletion_20",  "deletion_30",   "deletion_40",
        "deletion_50",  "deletion_60",  "deletion_70",   "deletion_80",
        "deletion_90",  "deletion_100"};

    BUG_ON(point < 0 || point >= CURVE_FIGURES);
    return name[point];
}

/* --- order -------------------------------------------------------- */

struct ranked_pixel {
    float value;
    uint32_t at;
};

static int by_relevance(const void *a, const void *b)
{
    const struct ranked_pixel *p = a, *q = b;

    if (p->value > q->value || p->value < q->value)
        return p->value > q->value ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

int faithfulness_order(const float *heat, size_t n, uint32_t *order,
                       struct err *err)
{
    struct ranked_pixel *r = malloc(n * sizeof(*r));

    if (!r)
        return err_set(err, ERR_SYSTEM, "no memory to sort %zu pixels", n);
    for (size_t i = 0; i < n; i++)
        r[i] = (struct ranked_pixel){heat[i], (uint32_t)i};
    qsort(r, n, sizeof(*r), by_relevance);
    for (size_t i = 0; i < n; i++)
        order[i] = r[i].at;
    free(r);
    return 0;
}

/* --- blur ----------------------------------------------------------------- */

/*
 * RISE blurs with what scipy.ndimage.gaussian_filter makes of a single 1 in 11
 * x 11: nearly flat, since the filter (sigma 5, cut at 4 sigma) is reflected
 * at the borders again and again.  It is separable.
 */
static void blur_kernel(double k[BLUR])
{
    double all = 0.0;

    for (int j = -20; j <= 20; j++)
        all += exp(-j * j / 50.0);
    for (int i = 0; i < BLUR; i++) {
        k[i] = 0.0;
        for (int j = -20; j <= 20; j++) {
            int at = (i + j + 4 * BLUR) % (2 * BLUR);

            at = at < BLUR ? at : 2 * BLUR - 1 - at;
            k[i] += at == BLUR_HALF ? exp(-j * j / 50.0) / all : 0.0;
        }
    }
}

/* One direction: 'step' from pixel to pixel along lines of 'n'. */
static void blur_line(const double k[BLUR], const float *x, size_t step, int n,
                      float *y)
{
    for (int i = 0; i < n; i++) {
        double sum = 0.0;

        for (int j = 0; j < BLUR; j++) {
            const int at = i + j - BLUR_HALF;

            if (at >= 0 && at < n)
                sum += k[j] * (double)x[(size_t)at * step];
        }
        y[(size_t)i * step] = (float)sum;
    }
}

/*
 * The blurred input: RISE's 11 x 11 kernel, zeros around.
 *   x [in] (h, w, 3)      y [out] (h, w, 3), not x
 * Errors: ERR_SYSTEM no memory.
 */
static int faithfulness_blur(const float *x, int h, int w, float *y,
                             struct err *err)
{
    const size_t row = 3 * (size_t)w, n = (size_t)h * row;
    float *half = malloc(n * sizeof(*half));
    double k[BLUR];

    if (!half)
        return err_set(err, ERR_SYSTEM, "no memory to blur %zu values", n);
    blur_kernel(k);
    for (size_t i = 0; i < (size_t)h; i++)
        for (size_t c = 0; c < 3; c++)
            blur_line(k, x + i * row + c, 3, w, half + i * row + c);
    for (size_t i = 0; i < row; i++)
        blur_line(k, half + i, row, h, y + i);
    free(half);
    return 0;
}

/* --- one map -------------------------------------------------------------- */

struct trial {
    const struct explainer_task *t;
    const float *heat;
    size_t n, steps;
    uint32_t *rank; /* owned: (h, w) place of a pixel in the order */
    float *blurred; /* owned: (h, w, 3) */
    float *road;    /* owned: (ROAD_ROWS, h, w, 3) */
    float *p;       /* owned: (rows, classes) */
};

static size_t trial_rows(const struct trial *r)
{
    return ROW_FIRST + 2 * r->steps + ROAD_ROWS;
}

static void reveal_pixels(const struct trial *r, const float *base,
                          size_t before, bool then_base, float *y)
{
    for (size_t i = 0; i < r->n; i++) {
        const bool early = r->rank[i] < before;

        for (size_t c = 3 * i; c < 3 * i + 3; c++)
            y[c] = early != then_base ? r->t->x[c] : base ? base[c] : 0.0f;
    }
}

static void fill_trial(const void *self, size_t row, float *y)
{
    const struct trial *r = self;
    const float *x = r->t->x;
    size_t k = row - ROW_FIRST;

    if (row == ROW_CELL) {
        memcpy(y, x, 3 * r->n * sizeof(*y));
    } else if (row == ROW_MASKED) {
        for (size_t i = 0; i < 3 * r->n; i++)
            y[i] = x[i] * r->heat[i / 3];
    } else if (k < r->steps) { /* deletion: steps 1, 2, ... */
        reveal_pixels(r, NULL, (k + 1) * r->n / r->steps, true, y);
    } else if (k < 2 * r->steps) { /* insertion: steps 0, 1, ... */
        k -= r->steps;
        reveal_pixels(r, r->blurred, k * r->n / r->steps, false, y);
    } else {
        k -= 2 * r->steps;
        memcpy(y, r->road + 3 * r->n * k, 3 * r->n * sizeof(*y));
    }
}

/* Of row i the probability of 'target'. */
static double target_probability(const struct trial *r, int target, size_t row)
{
    const size_t k = (size_t)scorer_classes(r->t->scorer);

    return (double)r->p[row * k + (size_t)target];
}

/* The area under 'steps' rows and the cell itself at one end. */
static double area_of(const struct trial *r, int target, size_t first,
                      bool cell_first)
{
    double end = target_probability(r, target,
                                    cell_first ? first + r->steps - 1 : first);
    double sum = (target_probability(r, target, ROW_CELL) - end) / 2.0;

    for (size_t i = 0; i < r->steps; i++)
        sum += target_probability(r, target, first + i);
    return sum / (double)r->steps;
}

static double road_of(const struct trial *r, int target, size_t first)
{
    double sum = 0.0;

    for (size_t i = 0; i < ROAD_SHARES; i++)
        sum += target_probability(r, target, first + i) -
               target_probability(r, target, ROW_CELL);
    return sum / ROAD_SHARES;
}

/* Rows of insertion are steps 0, 1 .. and the cell itself is the last; those of
 * deletion are steps 1, 2 .. and the cell the first. */
static void take_curves(const struct trial *r, int target, double *curve)
{
    const size_t insertion = ROW_FIRST + r->steps;

    for (size_t i = 0; i < CURVE_POINTS; i++) {
        const size_t step =
            (2 * i * r->steps + CURVE_POINTS - 1) / (2 * (CURVE_POINTS - 1));

        curve[i] = target_probability(
            r, target, step < r->steps ? insertion + step : ROW_CELL);
        curve[CURVE_POINTS + i] = target_probability(
            r, target, step > 0 ? ROW_FIRST + step - 1 : ROW_CELL);
    }
}

static void score_trial(const struct trial *r, int target,
                        struct faithfulness *f)
{
    const size_t insertion = ROW_FIRST + r->steps, road = insertion + r->steps;
    const double p = target_probability(r, target, ROW_CELL);
    const double masked = target_probability(r, target, ROW_MASKED);
    double *v = f->figure;

    v[FAITHFULNESS_DELETION] = area_of(r, target, ROW_FIRST, true);
    v[FAITHFULNESS_INSERTION] = area_of(r, target, insertion, false);
    v[FAITHFULNESS_DROP] = fmax(0.0, p - masked);
    v[FAITHFULNESS_INCREASE] = masked > p ? 1.0 : 0.0;
    v[FAITHFULNESS_ROAD_MORF] = road_of(r, target, road);
    v[FAITHFULNESS_ROAD_LERF] = road_of(r, target, road + ROAD_SHARES);
    v[FAITHFULNESS_ROAD] =
        (v[FAITHFULNESS_ROAD_LERF] - v[FAITHFULNESS_ROAD_MORF]) / 2.0;
    take_curves(r, target, f->curve);
}

static int prepare_trial(struct trial *r, struct err *err)
{
    uint32_t *order = malloc(r->n * sizeof(*order));
    int rc = -1;

    if (!order)
        return err_set(err, ERR_SYSTEM, "no memory for %zu pixels", r->n);
    if (faithfulness_order(r->heat, r->n, order, err) == 0 &&
        faithfulness_road_inputs(r->t, order, r->road, err) == 0 &&
        faithfulness_blur(r->t->x, r->t->h, r->t->w, r->blurred, err) == 0) {
        for (size_t i = 0; i < r->n; i++)
            r->rank[order[i]] = (uint32_t)i;
        rc = 0;
    }
    free(order);
    return rc;
}

int faithfulness_measure(const struct explainer_task *t, const float *heat,
                         int target, struct faithfulness *f, struct err *err)
{
    struct trial r = {.t = t,
                      .heat = heat,
                      .n = (size_t)t->h * (size_t)t->w,
                      .steps = (size_t)t->settings->faith_steps};
    const size_t k = (size_t)scorer_classes(t->scorer);
    int rc = -1;

    BUG_ON(r.steps < 1);
    r.rank = malloc(r.n * sizeof(*r.rank));
    r.blurred = malloc(3 * r.n * sizeof(*r.blurred));
    r.road = malloc(3 * r.n * ROAD_ROWS * sizeof(*r.road));
    r.p = malloc(trial_rows(&r) * k * sizeof(*r.p));
    if (!r.rank || !r.blurred || !r.road || !r.p)
        err_set(err, ERR_SYSTEM, "no memory to judge a map of %zu pixels", r.n);
    else
        rc = prepare_trial(&r, err);
    if (rc == 0) {
        scorer_probabilities(t->scorer, trial_rows(&r), fill_trial, &r, r.p);
        score_trial(&r, target, f);
    }
    free(r.rank);
    free(r.blurred);
    free(r.road);
    free(r.p);
    return rc;
}
