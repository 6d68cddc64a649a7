/*
 * stale_results.h - evaluations that are not what a run's configuration plans
 */
#ifndef ORCHESTRATION_TOOLS_STALE_RESULTS_H
#define ORCHESTRATION_TOOLS_STALE_RESULTS_H

#include "base/err.h"

/*
 * Log a warning of each evaluation of some experiments of a run, with all their
 * folds, that is of another configuration than run.yaml has now, damaged, or no
 * longer planned; nothing where there is no run.yaml that can be planned.
 *   experiment [in] (n)
 * Returns how many.
 */
int stale_results_warn(const char *run_dir, const char *const *experiment,
                       int n);

#endif
