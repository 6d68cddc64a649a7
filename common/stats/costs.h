/*
 * costs.h - what mistakes cost, and the decision that costs least
 *
 * cost[i][j] is what it costs to call a cell of class i a j.  The expected
 * cost of calling a cell with probabilities p a j is sum over i of
 * p[i] cost[i][j]; the decision rule takes the j of the least.
 * Source: Elkan 2001, "The foundations of cost-sensitive learning", eq. 1.
 */
#ifndef STATS_COSTS_H
#define STATS_COSTS_H

#include "base/err.h"
#include "stats/outcomes.h"

#include <stdbool.h>

#define COSTS_MAX 1e9 /* of one mistake */

struct costs {
    int k;
    double cost[STATS_CLASSES_MAX][STATS_CLASSES_MAX]; /* [true][said] */
};

/*
 * 0 for what is right, 1 for a mistake, but 'miss' for an abnormal class that
 * is called another that is not.
 *   abnormal [in] (k); NULL: each mistake costs 1
 */
void costs_init(struct costs *c, int k, const bool *abnormal, double miss);

/*
 * Read k rows of k numbers: rows end in ';', numbers in spaces or commas.
 * Errors: ERR_USAGE not k by k, no number, negative, over COSTS_MAX, or all 0;
 * *c is as before.
 */
MUST_USE int costs_parse(struct costs *c, int k, const char *text,
                         struct err *err);

/*
 * Read any number of weights of classes, separated by spaces or commas.
 *   weight [out] the first of them, at most STATS_CLASSES_MAX
 *   n      [out] how many there are
 * Errors: ERR_USAGE no number, negative, over COSTS_MAX, too many, or all 0.
 */
MUST_USE int costs_weights(double weight[STATS_CLASSES_MAX], int *n,
                           const char *text, struct err *err);

/* How many numbers are in the first row of a matrix; as many as it has rows,
 * if costs_parse() shall read it. */
int costs_width(const char *text);

/* Mean cost of what was said, of cost's unit; NaN without cells. */
double costs_mean(const struct costs *c, const struct outcomes *o);

/* The class to call a cell; the first of equals. */
int costs_decide(const struct costs *c, const double *p);

#endif
