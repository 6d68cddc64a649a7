/* test_preprocess_baseline.c - the baseline scores as scikit-learn's does */
#include "stages/preprocess/baseline.h"

#include "tap.h"

enum { N = 600, D = BASELINE_FEATURES, K = 3 };

static const struct baseline_scores golden = {
#include "golden/baseline_golden.inc"
};

struct data {
    float x[N * D];
    int label[N];
    enum split split[N];
};

static float draw_number(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 24) / 256.0f;
}

/* The rows of baseline.py. */
static void fill_rows(struct data *d)
{
    uint32_t state = 1;

    for (int i = 0; i < N; i++) {
        const int part = i / K % 5;

        d->label[i] = i % K;
        d->split[i] = part <= 2   ? SPLIT_TRAIN
                      : part == 3 ? SPLIT_VALIDATION
                                  : SPLIT_TEST;
        for (int j = 0; j < D; j++) {
            float v = 10.0f * (float)j;

            v += 0.5f * (float)(d->label[i] * (j + 1) % K);
            for (int k = 0; k < 3; k++)
                v += draw_number(&state);
            d->x[i * D + j] = v;
        }
    }
}

static struct baseline_rows rows_of(const struct data *d)
{
    return (struct baseline_rows){.n = N,
                                  .n_class = K,
                                  .label = d->label,
                                  .split = d->split,
                                  .feature = d->x};
}

static void check_golden(struct data *d)
{
    struct baseline_rows rows = rows_of(d);
    struct baseline_scores s;
    struct err err = {0};

    ok(baseline_run(&rows, &s, &err) == 0, "the baseline is fitted");
    near(s.validation, golden.validation, 1e-12,
         "the baseline's accuracy on validation is scikit-learn's");
    near(s.test, golden.test, 1e-12,
         "the baseline's accuracy on test is scikit-learn's");
    near(s.colour_test, golden.colour_test, 1e-12,
         "the accuracy of colour alone is scikit-learn's");
    near(s.size_test, golden.size_test, 1e-12,
         "the accuracy of size alone is scikit-learn's");
    ok(s.n_train == 360 && s.n_validation == 120 && s.n_test == 120,
       "the baseline counts rows of each split");
}

/* Rows that were set aside must not count, whatever they hold. */
static void check_aside(struct data *d)
{
    struct baseline_rows rows = rows_of(d);
    struct baseline_scores s, less;
    struct err err = {0};

    rows.n = N - 60;
    ok(baseline_run(&rows, &s, &err) == 0,
       "the baseline is fitted on 540 rows");
    for (int i = N - 60; i < N; i++) {
        d->label[i] = -1;
        d->x[i * D] = 1e9f;
    }
    rows.n = N;
    ok(baseline_run(&rows, &less, &err) == 0 && s.test == less.test &&
           s.validation == less.validation && less.n_train == s.n_train,
       "rows set aside change nothing");
}

static void check_degenerate(struct data *d)
{
    struct baseline_rows rows = rows_of(d);
    struct baseline_scores s;
    struct err err = {0};

    for (int i = 0; i < N * D; i++)
        d->x[i] = 3.0f;
    ok(baseline_run(&rows, &s, &err) == 0 && s.test >= 0.2 && s.test <= 0.5,
       "a baseline of features that never vary guesses");
    for (int i = 0; i < N; i++)
        if (d->split[i] == SPLIT_TEST)
            d->split[i] = SPLIT_TRAIN;
    ok(baseline_run(&rows, &s, &err) == 0 && isnan(s.test) &&
           !isnan(s.validation),
       "no test rows, no test score");
    rows.n = 0;
    ok(baseline_run(&rows, &s, &err) == 0 && isnan(s.validation),
       "a baseline of no rows has no score");
}

/* Shares of all rows, not means of shares; a fold without rows adds none. */
static void check_pool(void)
{
    const struct baseline_scores of[3] = {{.validation = 0.5,
                                           .test = 1.0,
                                           .colour_test = 0.5,
                                           .size_test = 0.25,
                                           .n_train = 7,
                                           .n_validation = 2,
                                           .n_test = 4},
                                          {.validation = 1.0,
                                           .test = 0.25,
                                           .colour_test = 0.75,
                                           .size_test = 0.5,
                                           .n_train = 6,
                                           .n_validation = 6,
                                           .n_test = 8},
                                          {.validation = (double)NAN,
                                           .test = (double)NAN,
                                           .colour_test = (double)NAN,
                                           .size_test = (double)NAN,
                                           .n_train = 5}};
    struct baseline_scores all;

    baseline_pool(of, 3, &all);
    ok(all.n_train == 18 && all.n_validation == 8 && all.n_test == 12,
       "folds pooled: rows of all");
    near(all.test, 0.5, 1e-12, "folds pooled: 6 of 12 right");
    near(all.validation, 0.875, 1e-12, "folds pooled: 7 of 8 on validation");
    near(all.colour_test, 2.0 / 3, 1e-12, "folds pooled: 8 of 12 by colour");
    near(all.size_test, 5.0 / 12, 1e-12, "folds pooled: 5 of 12 by size");
    baseline_pool(of + 2, 1, &all);
    ok(isnan(all.test), "folds pooled: no test rows, no score");
}

int main(void)
{
    static struct data d;

    fill_rows(&d);
    check_golden(&d);
    check_aside(&d);
    fill_rows(&d);
    check_degenerate(&d);
    check_pool();
    return tap_done();
}
