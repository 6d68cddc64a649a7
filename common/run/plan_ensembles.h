/*
 * plan_ensembles.h - which ensembles a configuration asks for
 *
 * An ensemble is evaluated like an experiment, from its members' stored
 * probabilities; nothing is trained.  For each word of evaluate.ensembles:
 * with evaluate.ensemble_members "auto" one of the networks of each regime,
 * variant and seed, called METHOD-REGIME[-VARIANT]-sSEED; else one of the
 * experiments listed there, called METHOD-members-s<run.seed>.  In a listed name
 * * stands for any letters and ? for one: all experiments that match are
 * members, each once, those of one pattern in the order of the plan.  With
 * split.folds one ensemble in each fold, of members in that fold, called so with
 * -fFOLD behind; members are listed without it.
 */
#ifndef RUN_PLAN_ENSEMBLES_H
#define RUN_PLAN_ENSEMBLES_H

#include "config/regime.h"
#include "run/plan.h"

struct plan_ensemble {
    const char *method;          /* of config/ensembles.def */
    const struct regime *regime; /* of all members; "members" if listed */
    const char *variant;         /* of all members; "": none, or listed */
    int64_t seed;
    int fold, folds; /* of all members; folds is 1 without */
    char member[CONFIG_LIST_MAX][PLAN_NAME_MAX]; /* experiments, in order */
    int n_member;
};

/* How many; 0 if evaluate.ensembles is [none]. */
int plan_ensembles_count(const struct config *c);

/* Number i of them; 'c' has passed plan_ensembles_check(). */
void plan_ensembles_at(const struct config *c, int i, struct plan_ensemble *e);

/* Members, separated by " + ", into out[room]; cut if they are longer. */
void plan_ensembles_list(const struct plan_ensemble *e, char *out, size_t room);

/*
 * Errors: ERR_USAGE an unknown method (as "none" beside others is); fewer than
 * two members, or more than CONFIG_LIST_MAX; a name or pattern that is no
 * experiment's; weights that are no numbers, or not as many as there are members.
 */
MUST_USE int plan_ensembles_check(const struct config *c, struct err *err);

#endif
