/*
 * curves.h - how well scores rank: area under the ROC and the PR curve
 *
 * Cells are sorted once by score, equal scores being one step of the curve;
 * after that an area takes one pass, so that thousands of resamples are cheap.
 *     ROC-AUC = P(score of a positive > of a negative) + 1/2 P(equal)
 *     PR-AUC  = sum over steps of (recall - recall before) * precision
 *               (average precision: no interpolation, which would flatter)
 * as in scikit-learn (roc_auc_score, average_precision_score).
 */
#ifndef STATS_CURVES_H
#define STATS_CURVES_H

#include "base/err.h"
#include "stats/outcomes.h"

struct ranking {
    size_t n;
    uint32_t *order; /* owned: (n) cells by falling score */
    uint8_t *last;   /* owned: (n) is the next score lower? */
};

/*
 * Sort n scores, 'stride' apart.  Errors: ERR_SYSTEM no memory; ERR_INPUT more
 * than 2^30 cells or a score that is no number.  *r is empty then.
 */
MUST_USE int ranking_init(struct ranking *r, const double *score, size_t stride,
                          size_t n, struct err *err);
void ranking_release(struct ranking *r);

/*
 * Areas for the cells with positive[i] != 0 against the others.
 *   positive [in] (n)
 *   w        [in] (n) how often each counts; NULL: once
 *   pr       [out] PR-AUC; NaN without a positive
 * Returns the ROC-AUC; NaN without a positive or without a negative.
 */
double ranking_areas(const struct ranking *r, const uint8_t *positive,
                     const uint32_t *w, double *pr);

/* A point of both curves: of the cells at or above a score. */
struct ranking_point {
    size_t hits, alarms; /* positives, negatives */
};

/*
 * The points by falling score, one for each score that occurs.  With P
 * positives and N negatives, which the last point has,
 *     true positive rate, recall  hits / P
 *     false positive rate         alarms / N
 *     precision                   hits / (hits + alarms)
 * as scikit-learn's roc_curve (which begins with a point of none, and drops
 * none with drop_intermediate=False) and precision_recall_curve (in reverse).
 *   point [out] (r->n)
 * Returns how many there are.
 */
size_t ranking_points(const struct ranking *r, const uint8_t *positive,
                      struct ranking_point *point);

/* Each class against the rest. */
struct curves {
    int k;
    size_t n;
    struct ranking *of; /* owned: (k) */
    uint8_t *positive;  /* owned: (k, n) */
};

struct areas {
    double roc[STATS_CLASSES_MAX], pr[STATS_CLASSES_MAX];
    double macro_roc, macro_pr; /* mean of those that are numbers, or NaN */
    int n_roc, n_pr;            /* how many are */
};

/* Sort the probabilities of 'o'.  Errors: as ranking_init(). */
MUST_USE int curves_init(struct curves *c, const struct outcomes *o,
                         struct err *err);
void curves_release(struct curves *c);

/* All areas with weights 'w' (NULL: once each). */
void curves_areas(const struct curves *c, const uint32_t *w, struct areas *a);

#endif
