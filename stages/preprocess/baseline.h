/*
 * baseline.h - how far colour and size alone tell the classes apart
 *
 * Multinomial logistic regression on width, height, mean and standard deviation
 * of red, green and blue of the picture before it is resized, standardised by
 * the training rows.  A network must clearly beat it to be worth its time.
 *
 * Minimised: sum_i -log softmax(W x_i + b)[y_i] + |W|^2 / 2, as scikit-learn's
 * LogisticRegression() does, by Newton steps that are halved until they go
 * down.
 * Source: Hastie, Tibshirani and Friedman 2009, "The elements of statistical
 * learning", section 4.4.1.
 */
#ifndef PREPROCESS_BASELINE_H
#define PREPROCESS_BASELINE_H

#include "store/store.h"

/* Order of the features of one picture. */
enum {
    BASELINE_SIZE = 0,   /* width, height */
    BASELINE_COLOUR = 2, /* means, then deviations, of red, green, blue */
    BASELINE_FEATURES = 8,
};

/* Their names, as in index.csv. */
extern const char *const baseline_feature[BASELINE_FEATURES];

struct baseline_rows {
    size_t n;
    int n_class;
    const int *label;        /* borrowed: (n) -1: not used */
    const enum split *split; /* borrowed: (n) */
    const float *feature;    /* borrowed: (n, BASELINE_FEATURES) */
};

/* Share of rows told rightly, 0 .. 1; NaN where there are no rows. */
struct baseline_scores {
    double validation, test; /* by all features */
    double colour_test;      /* by colour alone */
    double size_test;        /* by width and height alone */
    size_t n_train, n_validation, n_test;
};

/*
 * Fit on the training rows, three times, and score.  Deterministic.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int baseline_run(const struct baseline_rows *rows,
                          struct baseline_scores *scores, struct err *err);

/*
 * Of several folds together: shares of all their rows, and sums of counts.
 *   of [in] (folds)
 */
void baseline_pool(const struct baseline_scores *of, int folds,
                   struct baseline_scores *all);

#endif
