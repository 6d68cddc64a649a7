/* test_loss.c - losses against PyTorch, and against their own slope */
#include "base/rng.h"
#include "nn/loss.h"
#include "tap.h"

#include "../golden/loss_golden.inc"

enum { ROWS = 4, COLUMNS = 5, LEN = ROWS * COLUMNS };

static void check_golden(const struct golden *g)
{
    float dz[30];
    struct loss_batch b = {.n = g->n,
                           .k = g->k,
                           .n_global = g->n_global,
                           .z = g->z,
                           .label = g->label,
                           .dz = dz};
    double worst = 0;

    near(loss_cross_entropy(&b), g->sum, 1e-12, g->name);
    for (int i = 0; i < g->n * g->k; i++)
        worst = fmax(worst, fabs((double)dz[i] - (double)g->dz[i]));
    ok(worst < 2e-8, "gradient as PyTorch's");
    ok(loss_correct(&b) == (size_t)g->correct, "hits, ties to the first");
    b.dz = NULL;
    near(loss_cross_entropy(&b), g->sum, 1e-12, "without gradient");
}

/* Along a random direction v, the change of the mean is <dz, v>. */
static void check_slope(const struct loss *loss)
{
    const int label[ROWS] = {0, 4, 2, 2};
    float z[LEN], up[LEN], down[LEN], v[LEN], dz[LEN];
    struct loss_batch b = {.n = ROWS,
                           .k = COLUMNS,
                           .n_global = 2 * ROWS,
                           .label = label,
                           .z = z,
                           .dz = dz};
    struct rng rng;
    double want = 0, got;

    rng_init(&rng, 5, RNG_TEST, 0, 0);
    for (int i = 0; i < LEN; i++) {
        z[i] = rng_normal(&rng);
        v[i] = rng_normal(&rng);
        up[i] = z[i] + 1e-2f * v[i];
        down[i] = z[i] - 1e-2f * v[i];
    }
    loss->sum(&b);
    for (int i = 0; i < LEN; i++)
        want += (double)dz[i] * (double)v[i];
    b.dz = NULL;
    b.z = up;
    got = loss->sum(&b);
    b.z = down;
    got -= loss->sum(&b);
    near(got / (2e-2 * 2 * ROWS), want, 1e-4, loss->name);
}

/* Two ranks' sums and gradients are one rank's. */
static void check_parts(void)
{
    const int label[ROWS] = {1, 3, 0, 4};
    float z[LEN], whole[LEN] = {0}, parts[LEN];
    struct loss_batch b = {.n = ROWS,
                           .k = COLUMNS,
                           .n_global = ROWS,
                           .label = label,
                           .z = z,
                           .dz = whole};
    struct rng rng;
    double sum;

    rng_init(&rng, 6, RNG_TEST, 0, 0);
    for (int i = 0; i < LEN; i++)
        z[i] = parts[i] = rng_normal(&rng);
    sum = loss_cross_entropy(&b);
    b.n = 3;
    b.z = b.dz = parts; /* in place */
    sum -= loss_cross_entropy(&b);
    b.n = 1;
    b.label += 3;
    b.z = b.dz = parts + (size_t)3 * COLUMNS;
    near(sum, loss_cross_entropy(&b), 1e-12, "the parts' sums add up");
    ok(memcmp(whole, parts, sizeof(whole)) == 0, "in place, the same gradient");
    b.n = 0;
    ok(loss_cross_entropy(&b) == 0.0 && loss_correct(&b) == 0, "no rows");
    z[3] = INFINITY;
    b = (struct loss_batch){
        .n = 1, .k = COLUMNS, .n_global = 1, .label = label, .z = z};
    ok(!isfinite(loss_cross_entropy(&b)), "an infinite logit shows");
}

int main(void)
{
    const struct loss *loss;
    struct err err = {0};

    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
        check_golden(&golden[i]);
    loss = loss_find("cross_entropy", &err);
    if (ok(loss && loss->sum == loss_cross_entropy, "found by name"))
        check_slope(loss);
    check_parts();
    ok(!loss_find("cross", &err) && err.code == ERR_USAGE &&
           strstr(err.text, "unknown loss 'cross'; there are: cross_entropy"),
       "an unknown name lists the known");
    return tap_done();
}
