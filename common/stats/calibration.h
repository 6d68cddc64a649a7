/*
 * calibration.h - can the probabilities be believed?
 *
 * With p the probabilities of a cell, y what it is:
 *     negative log-likelihood  mean of -ln p[y], p[y] at least 2.2e-16, nats
 *     Brier score              mean of sum over c of (p[c] - [c = y])^2, 0 .. 2
 * Confidence is the probability of the class that was said.  Cells fall into
 * bins of confidence ((i) / 15, (i+1) / 15]; over the bins
 *     ECE = sum of (cells of the bin / cells) |accuracy - mean confidence|
 *     MCE = the largest of |accuracy - mean confidence|
 * Sources: Brier 1950; Guo et al. 2017 (arXiv:1706.04599), eq. 3, 5 and 9.
 */
#ifndef STATS_CALIBRATION_H
#define STATS_CALIBRATION_H

#include "stats/outcomes.h"

#include <stdbool.h>

enum { RELIABILITY_BINS = 15 };

struct reliability {
    size_t count[RELIABILITY_BINS];
    double accuracy[RELIABILITY_BINS];   /* 0 in an empty bin */
    double confidence[RELIABILITY_BINS]; /* mean; 0 in an empty bin */
    double ece, mce;                     /* NaN without cells */
};

/* NaN without cells. */
double calibration_log_loss(const struct outcomes *o);
double calibration_brier(const struct outcomes *o);

void reliability_of(struct reliability *r, const struct outcomes *o);

/*
 * A temperature: p becomes softmax(ln(p) / T), which is the softmax of the
 * logits over T and never changes what is said.
 */
#define TEMPERATURE_MIN 0.05
#define TEMPERATURE_MAX 20.0

struct temperature {
    double t;
    bool fitted;          /* false: no cells, t is 1 */
    bool flat;            /* each T is as good (equal probabilities): t is 1 */
    bool limited;         /* the best is at or beyond one of the limits above */
    double before, after; /* negative log-likelihood of the cells fitted on */
};

/*
 * The T of least negative log-likelihood, to be fitted on validation cells.
 * That is convex in 1/T; its slope is bisected to full precision.
 * Deterministic.
 */
void temperature_fit(struct temperature *t, const struct outcomes *o);

/* n rows of k; 'out' may be p. */
void temperature_apply(double t, const double *p, size_t n, int k, double *out);

#endif
