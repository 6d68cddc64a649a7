/*
 * stale_results.h - evaluations that are not what a run's configuration plans
 */
#ifndef ORCHESTRATION_TOOLS_STALE_RESULTS_H
#define ORCHESTRATION_TOOLS_STALE_RESULTS_H

#include "base/err.h"

/*
 * Log a warning of each evaluation of a run that is of another configuration
 * than run.yaml has now, or damaged; nothing where there is no run.yaml that can
 * be planned.
 *   experiment [in] of this one, all its folds, alone, and also of those that
 *                   are no longer planned; NULL: of all that are
 * Returns how many.
 */
int stale_results_warn(const char *run_dir, const char *experiment);

#endif
