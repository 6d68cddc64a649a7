/*
 * metrics.h - what a confusion matrix says about a classifier
 *
 * For class c with TP hits, P = row sum (cells that are c), Q = column sum
 * (cells called c):
 *     recall    = TP / P
 *     precision = TP / Q
 *     F1        = 2 TP / (P + Q)
 * A quotient 0/0 counts as 0, as in scikit-learn, and is noted in 'undefined'.
 * Weighted means weigh each class by P, macro means equally; both leave out
 * nothing, as scikit-learn given the full list of labels.
 */
#ifndef EVALUATE_METRICS_H
#define EVALUATE_METRICS_H

#include "base/buf.h"
#include "base/err.h"
#include "run/config.h"

#include <stddef.h>
#include <stdint.h>

enum {
    UNDEFINED_PRECISION = 1, /* no cell was called so */
    UNDEFINED_RECALL = 2,    /* no cell is so */
};

/* Shares in 0 .. 1. */
struct scores {
    double precision, recall, f1;
    size_t support; /* cells of the class; of all in a mean */
    unsigned undefined;
};

struct metrics {
    int k;             /* classes, 1 .. CONFIG_CLASSES_MAX */
    size_t n, correct; /* cells */
    double accuracy;   /* 0 without cells */
    double low, high;  /* Wilson 95 % interval of the accuracy */
    struct scores of[CONFIG_CLASSES_MAX];
    struct scores weighted, macro;
    size_t confusion[CONFIG_CLASSES_MAX][CONFIG_CLASSES_MAX]; /* [true][said] */
};

/*
 * Wilson score interval at 95 % for 'k' of 'n'; [0, 1] if n is 0.
 * Source: Wilson 1927, "Probable inference"; z = 1.959964.
 */
void wilson(size_t k, size_t n, double *low, double *high);

/* Start with 'k' classes and no cell. */
void metrics_init(struct metrics *m, int k);

/* Count one cell; both in 0 .. k-1. */
void metrics_add(struct metrics *m, int truth, int predicted);

/* Work out everything from 'confusion'.  May be called again. */
void metrics_finish(struct metrics *m);

/* What belongs together in metrics.json. */
struct metrics_text {
    const char *experiment, *network, *model; /* "best" or "last" */
    const char (*class_name)[CONFIG_NAME_MAX];
    const struct metrics *test, *validation; /* finished, of one k */
};

/* metrics.json.  Errors: ERR_SYSTEM no memory. */
MUST_USE int metrics_json(const struct metrics_text *t, struct buf *out,
                          struct err *err);

/* confusion.csv of 'm': rows are the true classes. */
void metrics_csv(const struct metrics *m,
                 const char (*class_name)[CONFIG_NAME_MAX], struct buf *out);

#endif
