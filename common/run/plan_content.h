/* plan_content.h - of the plan: what files hold that the configuration names */
#ifndef RUN_PLAN_CONTENT_H
#define RUN_PLAN_CONTENT_H

#include "run/plan.h"

/* Does an experiment of 'c' begin with pretrained weights? */
bool plan_pretrains(const struct config *c);

/* Hash the files that 'c' names, into 'p'.  Errors: ERR_USAGE missing or
 * unreadable; ERR_SYSTEM. */
MUST_USE int plan_read_content(struct plan *p, const struct config *c,
                               const char *run_dir, struct err *err);

/* Take the hashes that plan_pin() wrote, if they are of these very files. */
bool plan_recall_content(struct plan *p, const struct config *c,
                         const char *run_dir);

#endif
