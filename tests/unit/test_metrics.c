/* test_metrics.c - our figures are scikit-learn's, and say what is undefined */
#include "stats/metrics.h"
#include "stats/proportion.h"
#include "tap.h"

#include "golden/metrics_golden.inc"

static void near_scores(const struct scores *got, const struct scores *want,
                        const char *what)
{
    near(got->precision, want->precision, 1e-12, what);
    near(got->recall, want->recall, 1e-12, "  recall");
    near(got->f1, want->f1, 1e-12, "  F1");
    ok(got->support == want->support, "  support");
}

static void check_golden(const struct golden *g)
{
    struct metrics m;

    metrics_init(&m, g->k);
    for (int i = 0; i < g->k; i++)
        for (int j = 0; j < g->k; j++)
            for (size_t n = 0; n < g->confusion[i][j]; n++)
                metrics_add(&m, i, j);
    metrics_finish(&m);
    metrics_finish(&m); /* a second time changes nothing */
    ok(m.n == g->n && m.correct == g->correct, g->name);
    near(m.accuracy, g->accuracy, 1e-12, "  accuracy");
    near(m.low, g->low, 1e-9, "  Wilson, lower end");
    near(m.high, g->high, 1e-9, "  Wilson, upper end");
    near_scores(&m.weighted, &g->weighted, "  weighted precision");
    near_scores(&m.macro, &g->macro, "  macro precision");
    for (int c = 0; c < g->k; c++)
        near_scores(&m.of[c], &g->of[c], "  precision of a class");
}

static void check_paper(void)
{
    double low, high, most = 0;

    wilson(790, 812, &low, &high);
    near(low, 0.959, 5e-4, "Wilson of 790 of 812 begins at 95.9 %");
    near(high, 0.982, 5e-4, "Wilson of 790 of 812 ends at 98.2 %");
    wilson(0, 0, &low, &high);
    ok(low <= 0.0 && high >= 1.0, "Wilson of no cells is from 0 to 1");
    wilson(0, 10, &low, &high);
    ok(low <= 0.0 && high < 0.5, "Wilson of none of ten begins at 0");
    wilson(10, 10, &low, &high);
    ok(low > 0.5 && high >= 1.0, "Wilson of ten of ten ends at 1");
    for (size_t n = 1; n <= 1000; n++) {
        wilson(0, n, &low, &high);
        most = fmax(most, low);
        wilson(n, n, &low, &high);
        most = fmax(most, 1.0 - high);
    }
    ok(!(most > 0), "Wilson of none begins at 0 and of all ends at 1, exactly");
}

static void fill(struct metrics *m)
{
    metrics_init(m, 3);
    metrics_add(m, 0, 0);
    metrics_add(m, 0, 1);
    metrics_add(m, 1, 1);
    metrics_finish(m);
}

static void check_undefined(void)
{
    struct metrics m;

    fill(&m);
    ok(m.of[0].undefined == 0, "a class with cells is defined");
    ok(m.of[2].undefined == (UNDEFINED_PRECISION | UNDEFINED_RECALL),
       "a class without cells or predictions is not");
    metrics_init(&m, 2);
    metrics_finish(&m);
    ok(m.n == 0 && fabs(m.accuracy) < 1e-15, "no cell at all gives 0");
}

int main(void)
{
    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
        check_golden(&golden[i]);
    check_paper();
    check_undefined();
    return tap_done();
}
