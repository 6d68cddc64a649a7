/*
 * print_results.h - the last lines of a run
 */
#ifndef ORCHESTRATION_PRINT_RESULTS_H
#define ORCHESTRATION_PRINT_RESULTS_H

#include "run/plan.h"

/*
 * What the cells are; of each experiment its accuracy on test with the interval
 * that the page shows, and what it missed and raised, with folds of each and of
 * all together; the baseline; where the page is.  What is not there is left
 * out.
 */
void print_results(const struct config *c, const struct plan *p,
                   const char *run_dir);

#endif
