/*
 * metrics.h - what a confusion matrix says about a classifier
 *
 * For class c with TP hits, P = row sum (cells that are c), Q = column sum
 * (cells called c), n cells in all:
 *     recall    = TP / P
 *     precision = TP / Q
 *     F1        = 2 TP / (P + Q)
 *     balanced accuracy = mean recall of the classes that have cells
 *     kappa     = (po - pe) / (1 - pe), po the accuracy, pe = sum P Q / n^2
 *     MCC       = (n sum TP - sum P Q) /
 *                 sqrt((n^2 - sum P^2) (n^2 - sum Q^2))
 * A quotient 0/0 counts as 0, as in scikit-learn (but kappa, which is not a
 * number there), and is noted in 'undefined'.  Weighted means weigh each class
 * by P, macro means equally; both leave out nothing, as scikit-learn given the
 * full list of labels.
 * Sources: Cohen 1960 (kappa); Gorodkin 2004 (MCC of k classes).
 */
#ifndef STATS_METRICS_H
#define STATS_METRICS_H

#include "stats/outcomes.h"

enum {
    UNDEFINED_PRECISION = 1, /* no cell was called so */
    UNDEFINED_RECALL = 2,    /* no cell is so */
    UNDEFINED_KAPPA = 4,     /* one class alone, in truth and prediction */
    UNDEFINED_MCC = 8,       /* one class alone, in truth or prediction */
};

/* Shares in 0 .. 1. */
struct scores {
    double precision, recall, f1;
    size_t support; /* cells of the class; of all in a mean */
    unsigned undefined;
};

struct metrics {
    int k;             /* classes, 1 .. STATS_CLASSES_MAX */
    size_t n, correct; /* cells */
    double accuracy;   /* 0 without cells */
    double low, high;  /* Wilson 95 % interval of the accuracy */
    double balanced_accuracy, kappa, mcc;
    unsigned undefined; /* of the whole */
    struct scores of[STATS_CLASSES_MAX];
    struct scores weighted, macro;
    size_t confusion[STATS_CLASSES_MAX][STATS_CLASSES_MAX]; /* [true][said] */
};

/* Start with 'k' classes and no cell; those are counted in 'confusion'. */
void metrics_init(struct metrics *m, int k);

/* Work out everything from 'confusion'.  May be called again. */
void metrics_finish(struct metrics *m);

/* Both for all of 'o'. */
void metrics_of(struct metrics *m, const struct outcomes *o);

#endif
