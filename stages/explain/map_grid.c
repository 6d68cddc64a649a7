#include "stages/explain/map_grid.h"

#include "base/hot.h"

#include <math.h>

enum { COLUMNS = 256, FOUR = 4 }; /* columns at once; values of a piece */

struct map_grid map_grid_centres(const struct receptive_field *f, int h, int w)
{
    return (struct map_grid){
        .y = {h, receptive_field_centre(&f->y), f->y.step},
        .x = {w, receptive_field_centre(&f->x), f->x.step}};
}

static struct map_axis stretch_axis(int n, int out)
{
    return (struct map_axis){n, 0.0, n > 1 ? (out - 1.0) / (n - 1) : 1.0};
}

struct map_grid map_grid_stretched(int h, int w, int out_h, int out_w)
{
    return (struct map_grid){.y = stretch_axis(h, out_h),
                             .x = stretch_axis(w, out_w)};
}

int map_grid_pixel(const struct map_axis *a, int i, int n)
{
    const double at = floor(a->first + i * a->step + 0.5);

    return (int)fmin(fmax(at, 0.0), n - 1.0);
}

/* A pixel between values 'lo' and lo + 1, and its share of the way. */
struct piece {
    int lo;
    float share;
};

static struct piece piece_at(const struct map_axis *a, int pixel)
{
    const double at = fmin(fmax((pixel - a->first) / a->step, 0.0), a->n - 1.0);
    const int lo = (int)at;

    return (struct piece){lo, (float)(at - lo)};
}

static int value_index(const struct map_axis *a, int i)
{
    return i < 0 ? 0 : i < a->n ? i : a->n - 1;
}

/* Harmonic mean of two slopes; 0 where one is 0 or they differ in sign. */
static inline float join_slopes(float a, float b)
{
    const float sum = a + b, product = a * b;

    return product > 0.0f ? 2.0f * product / sum : 0.0f;
}

/* The curve at t of the way from b to c, between a and d. */
static inline float curve_at(float a, float b, float c, float d, float t)
{
    const float slope = c - b;
    const float p = join_slopes(b - a, slope), q = join_slopes(slope, d - c);

    return b + t * (p + t * (3.0f * slope - 2.0f * p - q +
                             t * (p + q - 2.0f * slope)));
}

/* A row of x at 'n' columns. */
static void enlarge_row(const struct map_axis *a, const float *x,
                        const struct piece *at, int n, float *restrict y)
{
    for (int j = 0; j < n; j++) {
        const int i = at[j].lo;

        y[j] =
            curve_at(x[value_index(a, i - 1)], x[i], x[value_index(a, i + 1)],
                     x[value_index(a, i + 2)], at[j].share);
    }
}

HOT static void join_rows(const float *const row[FOUR], float share, int n,
                          float *restrict y)
{
    for (int j = 0; j < n; j++)
        y[j] = curve_at(row[0][j], row[1][j], row[2][j], row[3][j], share);
}

/* Columns 'first' .. first + n - 1 of y; rows of x are enlarged as they come to
 * be needed. */
static void enlarge_columns(const struct map_grid *g, const float *x, float *y,
                            int h, int w, int first)
{
    const int n = w - first < COLUMNS ? w - first : COLUMNS;
    struct piece column[COLUMNS];
    float row[FOUR][COLUMNS];
    int has[FOUR] = {-1, -1, -1, -1};

    for (int j = 0; j < n; j++)
        column[j] = piece_at(&g->x, first + j);
    for (int i = 0; i < h; i++) {
        const struct piece r = piece_at(&g->y, i);
        const float *want[FOUR];

        for (int k = 0; k < FOUR; k++) {
            const int v = value_index(&g->y, r.lo + k - 1), slot = v % FOUR;

            if (has[slot] != v)
                enlarge_row(&g->x, x + v * g->x.n, column, n, row[slot]);
            has[slot] = v;
            want[k] = row[slot];
        }
        join_rows(want, r.share, n, y + i * w + first);
    }
}

void map_grid_enlarge(const struct map_grid *g, const float *x, float *y, int h,
                      int w)
{
    for (int j = 0; j < w; j += COLUMNS)
        enlarge_columns(g, x, y, h, w, j);
}
