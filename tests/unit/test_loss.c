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
    ok(worst < 2e-8, "  gradient as PyTorch's");
    ok(loss_correct(&b) == (size_t)g->correct, "  hits, ties to the first");
    b.dz = NULL;
    near(loss_cross_entropy(&b), g->sum, 1e-12,
         "cross-entropy without gradient");
}

/* Options of every kind, as far as the loss heeds them; rows of two labels. */
static void check_options_golden(const struct options_golden *g)
{
    const loss_f loss = g->costly ? loss_expected_cost : loss_cross_entropy;
    float dz[35];
    struct loss_batch b = {.n = g->n,
                           .k = g->k,
                           .n_global = g->n_global,
                           .z = g->z,
                           .label = g->label,
                           .other = g->mixed ? g->other : NULL,
                           .share = g->share,
                           .weight = g->weighted ? g->weight : NULL,
                           .cost = g->costly ? g->cost : NULL,
                           .smoothing = g->smoothing,
                           .dz = dz};
    double worst = 0, largest = 0;

    near(loss(&b) / g->sum, 1.0, 1e-12, g->name);
    for (int i = 0; i < g->n * g->k; i++) {
        worst = fmax(worst, fabs((double)dz[i] - g->dz[i]));
        largest = fmax(largest, fabs(g->dz[i]));
    }
    ok(worst < 1e-7 * largest, "  gradient as PyTorch's");
}

/* Along a random direction v, the change of the mean is <dz, v>. */
static void check_slope(loss_f loss)
{
    static const double weight[COLUMNS] = {1.5, 0.0, 0.25, 1.0, 2.0};
    const int label[ROWS] = {0, 4, 2, 2}, other[ROWS] = {1, 4, 0, 3};
    const float share[ROWS] = {0.25f, 0.5f, 1.0f, 0.0f};
    double cost[COLUMNS * COLUMNS];
    float z[LEN], up[LEN], down[LEN], v[LEN], dz[LEN];
    struct loss_batch b = {.n = ROWS,
                           .k = COLUMNS,
                           .n_global = 2 * ROWS,
                           .label = label,
                           .other = other,
                           .share = share,
                           .weight = weight,
                           .cost = cost,
                           .smoothing = 0.1,
                           .z = z,
                           .dz = dz};
    struct rng rng;
    double want = 0, got;

    for (int i = 0; i < COLUMNS * COLUMNS; i++)
        cost[i] = i % 7;
    rng_init(&rng, 5, RNG_TEST, 0, 0);
    for (int i = 0; i < LEN; i++) {
        z[i] = rng_normal(&rng);
        v[i] = rng_normal(&rng);
        up[i] = z[i] + 1e-2f * v[i];
        down[i] = z[i] - 1e-2f * v[i];
    }
    loss(&b);
    for (int i = 0; i < LEN; i++)
        want += (double)dz[i] * (double)v[i];
    b.dz = NULL;
    b.z = up;
    got = loss(&b);
    b.z = down;
    got -= loss(&b);
    near(got / (2e-2 * 2 * ROWS), want, 1e-4,
         loss == loss_cross_entropy ? "cross_entropy" : "expected_cost");
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
    near(sum, loss_cross_entropy(&b), 1e-12,
         "cross-entropy: the parts' sums add up");
    ok(memcmp(whole, parts, sizeof(whole)) == 0,
       "cross-entropy: in place, the same gradient");
    b.n = 0;
    ok(loss_cross_entropy(&b) == 0.0 && loss_correct(&b) == 0,
       "cross-entropy of no rows is 0");
    z[3] = INFINITY;
    b = (struct loss_batch){
        .n = 1, .k = COLUMNS, .n_global = 1, .label = label, .z = z};
    ok(!isfinite(loss_cross_entropy(&b)),
       "cross-entropy of an infinite logit is not finite");
}

/* The sum of the rows, shared out by halves among the ranks. */
static double by_ranks(struct loss_batch b, loss_f loss, int ranks)
{
    const int half = (b.n + 1) / 2, rest = b.n - half;
    double first;

    if (ranks == 1)
        return loss(&b);
    b.n = half;
    first = by_ranks(b, loss, ranks / 2);
    b.n = rest;
    b.z += (size_t)half * (size_t)b.k;
    b.label += half;
    return first + by_ranks(b, loss, ranks / 2);
}

static void check_halves(loss_f loss)
{
    enum { MANY = 101 };
    double cost[COLUMNS * COLUMNS];
    float z[MANY * COLUMNS];
    int label[MANY];
    bool same = true;
    struct rng rng;

    rng_init(&rng, 7, RNG_TEST, 0, 0);
    for (int i = 0; i < MANY * COLUMNS; i++)
        z[i] = rng_normal(&rng);
    for (int i = 0; i < MANY; i++)
        label[i] = i % COLUMNS;
    for (int i = 0; i < COLUMNS * COLUMNS; i++)
        cost[i] = i % 6 ? i : 0;
    for (int n = 0; n <= MANY; n++) {
        const struct loss_batch b = {.n = n,
                                     .k = COLUMNS,
                                     .n_global = MANY,
                                     .z = z,
                                     .label = label,
                                     .cost = cost};
        const double whole = loss(&b);

        for (int ranks = 2; ranks <= 8; ranks *= 2) {
            const double parts = by_ranks(b, loss, ranks);

            same = same && memcmp(&whole, &parts, sizeof(whole)) == 0;
        }
    }
    ok(same, "2, 4 and 8 ranks have the sum of one, to the bit");
}

static void check_balanced(void)
{
    double weight[5], worst = 0;

    loss_balanced(balanced_count, 5, weight);
    for (int i = 0; i < 5; i++)
        worst = fmax(worst, fabs(weight[i] - balanced_weight[i]));
    ok(worst < 1e-15, "balanced class weights are as scikit-learn's");
    near(weight[0], 0.996319, 5e-7, "  as published");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
        check_golden(&golden[i]);
    for (size_t i = 0; i < sizeof(options_golden) / sizeof(options_golden[0]);
         i++)
        check_options_golden(&options_golden[i]);
    check_slope(loss_cross_entropy);
    check_halves(loss_cross_entropy);
    check_slope(loss_expected_cost);
    check_halves(loss_expected_cost);
    check_parts();
    check_balanced();
    return tap_done();
}
