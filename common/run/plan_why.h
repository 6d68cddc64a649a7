/*
 * plan_why.h - why a step runs, line by line
 */
#ifndef RUN_PLAN_WHY_H
#define RUN_PLAN_WHY_H

#include "base/buf.h"
#include "run/plan.h"

/*
 * Append what 'step' does and every difference between it and its output: of
 * parameters what they were and are; of an input its hashes and, indented, why
 * that one runs.  A step that was told already is not told again.
 *   told [in out] (p->n_step) steps that were; false at first
 */
void plan_why(const struct plan *p, const struct plan_step *step,
              const char *run_dir, bool *told, struct buf *out);

#endif
