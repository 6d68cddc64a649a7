/* test_depthwise_rows.c - rows of a depthwise convolution against plain sums,
 * with every width of vectors and every kind of end */
#include "nn/depthwise_rows.h"

#include "base/rng.h"
#include "tap.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { SIDE = DEPTHWISE_SIDE, C = 27 /* 16 + 8 + 3 */, MOST = 20 };

struct shape {
    int w, stride, left, n;
};

/* As images are padded: alike at both ends, at one end or not at all. */
static const struct shape shapes[] = {
    {1, 1, 1, 1}, {2, 1, 1, 2},   {3, 1, 0, 1}, {4, 1, 1, 4}, {9, 1, 1, 9},
    {9, 1, 2, 9}, {12, 1, 0, 10}, {1, 2, 1, 1}, {2, 2, 0, 1}, {3, 2, 1, 2},
    {7, 2, 1, 4}, {8, 2, 0, 4},   {9, 2, 0, 4}, {17, 2, 1, 9}};

static float row[SIDE][MOST * C], kernel[SIDE * SIDE * C], base[C];
static float dy[2][MOST * C];

static void fill(struct rng *rng, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = rng_uniform_in(rng, -1.0f, 1.0f);
}

/* Does column 'x' of output i exist, and which is it? */
static bool column(const struct shape *s, int i, int x, size_t *at)
{
    const int k = i * s->stride - s->left + x;

    *at = (size_t)(k < 0 ? 0 : k);
    return k >= 0 && k < s->w;
}

static double worst(const float *got, const double *want, size_t n)
{
    double most = 0.0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)got[i] - want[i]));
    return most;
}

static struct depthwise_rows rows_of(const struct shape *s)
{
    return (struct depthwise_rows){s->n, s->stride, s->left,
                                   s->w, C,         {row[0], row[1], row[2]}};
}

static void check_sum(const struct shape *s)
{
    const struct depthwise_rows d = rows_of(s);
    float y[MOST * C], more[MOST * C];
    double want[MOST * C];
    size_t at;

    for (int i = 0; i < s->n; i++)
        for (size_t c = 0; c < C; c++) {
            double t = 0.0;

            for (int k = 0; k < SIDE * SIDE; k++)
                if (column(s, i, k % SIDE, &at))
                    t += (double)row[k / SIDE][at * C + c] *
                         (double)kernel[(size_t)k * C + c];
            want[(size_t)i * C + c] = t + (double)base[c];
        }
    depthwise_rows_sum(&d, kernel, base, y);
    for (size_t i = 0; i < (size_t)s->n * C; i++)
        more[i] = base[i % C];
    depthwise_rows_sum(&d, kernel, NULL, more);
    ok(worst(y, want, (size_t)s->n * C) < 1e-5 &&
           memcmp(y, more, (size_t)s->n * C * sizeof(*y)) == 0,
       "sums, added to a base or to what is there");
}

static void check_gradient(const struct shape *s)
{
    const struct depthwise_rows d = rows_of(s);
    float dk[SIDE * SIDE * C];
    double want[SIDE * SIDE * C];
    size_t at;

    for (size_t k = 0; k < SIDE * SIDE; k++)
        for (size_t c = 0; c < C; c++) {
            double t = (double)kernel[k * C + c];

            for (int i = 0; i < s->n; i++)
                if (column(s, i, (int)k % SIDE, &at))
                    t += (double)row[k / SIDE][at * C + c] *
                         (double)dy[0][(size_t)i * C + c];
            want[k * C + c] = t;
        }
    memcpy(dk, kernel, sizeof(dk));
    depthwise_rows_gradient(&d, dy[0], dk);
    ok(worst(dk, want, SIDE * SIDE * C) < 1e-4, "the kernel's gradient");
}

/* Of stride 2: what outputs with these gradients have read. */
static void check_spread(const struct shape *s)
{
    const struct depthwise_spread d = {
        s->w, s->left,        s->n,
        C,    {dy[0], dy[1]}, {kernel, kernel + 2 * SIDE * C}};
    float dx[MOST * C], more[MOST * C];
    double want[MOST * C];
    size_t at;

    for (size_t i = 0; i < (size_t)s->w * C; i++)
        want[i] = (double)base[i % C];
    for (int i = 0; i < s->n; i++)
        for (int x = 0; x < SIDE; x++)
            for (size_t c = 0; c < C && column(s, i, x, &at); c++)
                for (size_t r = 0; r < 2; r++)
                    want[at * C + c] +=
                        (double)dy[r][(size_t)i * C + c] *
                        (double)kernel[(2 * r * SIDE + (size_t)x) * C + c];
    depthwise_rows_spread(&d, base, dx);
    for (size_t i = 0; i < (size_t)s->w * C; i++)
        more[i] = base[i % C];
    depthwise_rows_spread(&d, NULL, more);
    ok(worst(dx, want, (size_t)s->w * C) < 1e-5 &&
           memcmp(dx, more, (size_t)s->w * C * sizeof(*dx)) == 0,
       "the gradient of what was read");
}

int main(void)
{
    struct rng rng;

    rng_init(&rng, 1, RNG_TEST, 1, 0);
    for (int k = 0; k < SIDE; k++)
        fill(&rng, row[k], MOST * C);
    fill(&rng, kernel, SIDE * SIDE * C);
    fill(&rng, base, C);
    fill(&rng, dy[0], MOST * C);
    fill(&rng, dy[1], MOST * C);
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        check_sum(&shapes[i]);
        check_gradient(&shapes[i]);
        if (shapes[i].stride == 2)
            check_spread(&shapes[i]);
    }
    return tap_done();
}
