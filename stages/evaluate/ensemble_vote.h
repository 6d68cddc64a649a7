/*
 * ensemble_vote.h - what several evaluated experiments say together
 *
 * From their predictions.csv alone; the ways are those of stats/ensemble.h.
 * Votes give probabilities, the fuzzy ways decisions alone.
 */
#ifndef EVALUATE_ENSEMBLE_VOTE_H
#define EVALUATE_ENSEMBLE_VOTE_H

#include "evaluation/predictions.h"

struct ensemble_vote_args {
    const char *method; /* of config/ensembles.def; borrowed, as all here */
    int n_member;       /* 2 .. CONFIG_LIST_MAX */
    const char *member[CONFIG_LIST_MAX]; /* their names, for messages */
    const char *path[CONFIG_LIST_MAX];   /* of their predictions.csv */
    const char *weights; /* of weighted_vote: numbers, or "auto": accuracy on
                          * the validation split */
};

/* Weights as they are used; equal where all would be 0. */
struct ensemble_vote_weights {
    double weight[CONFIG_LIST_MAX];
};

/*
 * Errors: ERR_USAGE not as many numbers as members; ERR_INPUT a table is
 * missing or damaged; ERR_SYSTEM.
 */
MUST_USE int ensemble_vote_weigh(const struct ensemble_vote_args *a,
                                 struct ensemble_vote_weights *w,
                                 struct err *err);

/*
 * Decide on the cells of a split.
 *   t [in, out] what the cells are; filled in: t->predicted, and t->p where the
 *               method gives probabilities, else t->o.p becomes NULL
 * Deterministic.  Errors: ERR_INPUT a member's table is missing, damaged,
 * without probabilities, or of other classes; ERR_USAGE of other cells;
 * ERR_SYSTEM.
 */
MUST_USE int ensemble_vote_split(const struct ensemble_vote_args *a,
                                 const struct ensemble_vote_weights *w,
                                 enum split split, struct predictions *t,
                                 struct err *err);

#endif
