/* test_metrics.c - our figures are scikit-learn's, and say what is undefined */
#include "stats/metrics_table.h"
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
            m.confusion[i][j] = (size_t)g->confusion[i][j];
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

    proportion_wilson(790, 812, &low, &high);
    near(low, 0.959, 5e-4, "Wilson of 790 of 812 begins at 95.9 %");
    near(high, 0.982, 5e-4, "Wilson of 790 of 812 ends at 98.2 %");
    proportion_wilson(0, 0, &low, &high);
    ok(low <= 0.0 && high >= 1.0, "Wilson of no cells is from 0 to 1");
    proportion_wilson(0, 10, &low, &high);
    ok(low <= 0.0 && high < 0.5, "Wilson of none of ten begins at 0");
    proportion_wilson(10, 10, &low, &high);
    ok(low > 0.5 && high >= 1.0, "Wilson of ten of ten ends at 1");
    for (size_t n = 1; n <= 1000; n++) {
        proportion_wilson(0, n, &low, &high);
        most = fmax(most, low);
        proportion_wilson(n, n, &low, &high);
        most = fmax(most, 1.0 - high);
    }
    ok(!(most > 0), "Wilson of none begins at 0 and of all ends at 1, exactly");
}

static void fill_metrics(struct metrics *m)
{
    metrics_init(m, 3);
    m->confusion[0][0] = m->confusion[0][1] = m->confusion[1][1] = 1;
    metrics_finish(m);
}

static void check_undefined(void)
{
    struct metrics m;

    fill_metrics(&m);
    ok(m.of[0].undefined == 0, "a class with cells is defined");
    ok(m.of[2].undefined == (UNDEFINED_PRECISION | UNDEFINED_RECALL),
       "a class without cells or predictions is not");
    metrics_init(&m, 2);
    metrics_finish(&m);
    ok(m.n == 0 && fabs(m.accuracy) < 1e-15, "no cell at all gives 0");
}

/* Metrics of the table that fit, -1 if one has a value and does not, or has none
 * and does. */
static int count_values(const struct metric_input *in)
{
    int n = 0;

    for (const struct metric *m = metrics_table; m->name; m++) {
        const bool fits = metrics_table_fits(m, in);

        if (m->value && isfinite(metrics_table_value(m, in)) != fits)
            return -1;
        n += fits;
    }
    return n;
}

static void check_table(void)
{
    static const int label[] = {0, 0, 1}, predicted[] = {0, 1, 1};
    static const double p[] = {.9, .1, .4, .6, .2, .8};
    static const bool abnormal[] = {false, true};
    const struct outcomes o = {3, 2, label, predicted, p, NULL};
    struct metric_input in;
    struct costs costs;
    struct curves curves;
    struct err err;
    int few;

    BUG_ON(curves_init(&curves, &o, &err) < 0);
    costs_init(&costs, 2, abnormal, 10);
    metrics_table_input(&in, &o, NULL, &costs, NULL);
    few = count_values(&in);
    metrics_table_input(&in, &o, abnormal, &costs, &curves);
    ok(few > 0 && count_values(&in) > few,
       "a metric is a number where it fits");
    near(metrics_table[METRIC_ACCURACY].value(&in), 2. / 3, 1e-12, "accuracy");
    curves_release(&curves);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++)
        check_golden(&golden[i]);
    check_paper();
    check_undefined();
    check_table();
    return tap_done();
}
