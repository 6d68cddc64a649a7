/*
 * choose_steps.h - steps of a plan that a command line names
 *
 * A STEP is a step's name, a stage's word (all steps of it), an experiment's
 * name (all steps of it), or a pattern of steps' names with * ? [ ].  What runs
 * is decided here before the scheduler sees the plan.
 */
#ifndef ORCHESTRATION_CHOOSE_STEPS_H
#define ORCHESTRATION_CHOOSE_STEPS_H

#include "run/plan.h"

/* STEPs as they were given, by an option of that name. */
struct step_words {
    const char *option;            /* "--force", for messages */
    const struct config_set *word; /* (n) borrowed */
    size_t n;
};

/*
 * Which steps are named?  *chosen (p->n_step) is owned by the caller.
 * Errors: ERR_USAGE a word names none, with the nearest; ERR_SYSTEM.
 */
MUST_USE int choose_steps(const struct plan *p, const struct step_words *w,
                          bool **chosen, struct err *err);

/*
 * Have the steps run that 'force' names, and all that read them; put off all
 * but those that 'only' names, if it names any.
 * Errors: as above; ERR_USAGE one is forced and left out, or one that is left
 * reads what would have to run first.
 */
MUST_USE int choose_steps_run(struct plan *p, const struct step_words *force,
                              const struct step_words *only, struct err *err);

/* Put off the steps of all stages behind stage 'until', in the order of 'enum
 * stage_id', of every experiment.  Errors: ERR_USAGE the plan has no step of
 * it. */
MUST_USE int choose_steps_until(struct plan *p, const char *until,
                                struct err *err);

#endif
