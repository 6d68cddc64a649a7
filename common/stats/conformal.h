/*
 * conformal.h - sets of classes that hold the true one as often as promised
 *
 * From validation cells of class y, n of them, scores s = 1 - p[y]; q[y] is
 * the ceil((n + 1) coverage)-th smallest.  A new cell's set has every y with
 * 1 - p[y] <= q[y]; if validation and new cells are alike it holds the true
 * class with at least that probability, in each class.  A class with fewer
 * cells than coverage / (1 - coverage) is in every set (19 are needed for
 * 95 %).  A cell whose set is not one class is one for a human to look at.
 * Source: Sadinle et al. 2019 (LAC), class-conditional; as in MAPIE.
 */
#ifndef STATS_CONFORMAL_H
#define STATS_CONFORMAL_H

#include "base/err.h"
#include "stats/outcomes.h"

#include <stdbool.h>

struct conformal {
    int k;
    double coverage;             /* promised, 0 < . < 1 */
    size_t n[STATS_CLASSES_MAX]; /* validation cells of the class */
    double q[STATS_CLASSES_MAX]; /* INFINITY: too few, always in the set */
};

/* Errors: ERR_SYSTEM no memory.  Weights of 'o' are not looked at. */
MUST_USE int conformal_fit(struct conformal *c, const struct outcomes *o,
                           double coverage, struct err *err);

/* set [out] (k); returns how many are in it. */
int conformal_set(const struct conformal *c, const double *p, bool *set);

struct conformal_result {
    size_t n, covered;       /* cells, those whose set holds the true class */
    size_t empty, one, more; /* sets by size */
    size_t one_right;        /* sets of the true class alone */
    size_t classes;          /* in all sets together */
    size_t of[STATS_CLASSES_MAX], covered_of[STATS_CLASSES_MAX];
};

/* The sets of the cells of 'o', its weights not looked at. */
void conformal_try(const struct conformal *c, const struct outcomes *o,
                   struct conformal_result *r);

#endif
