/*
 * compare_command.h - papline compare: experiments against each other
 */
#ifndef ORCHESTRATION_TOOLS_COMPARE_COMMAND_H
#define ORCHESTRATION_TOOLS_COMPARE_COMMAND_H

#include "base/err.h"
#include "orchestration/tools/compare.h"

#include <stdio.h>

struct compare_args {
    const char *run_dir;
    const char *other;       /* a run of another split; NULL: none */
    const char *const *name; /* (n_name) experiments; none: all evaluated, where
                                there are folds those with all of them */
    int n_name;
    const char *on;      /* "test", NULL: the same; "validation": ranked */
    const char *against; /* then an experiment; NULL: the best */
    const char *out;     /* then a .csv or .md for the table; NULL: none */
};

/* Print of which cells the tables are, of split 'split'; and the table of pairs,
 * names in 'wide' characters. */
void compare_print_head(FILE *out, const struct compare *c, const char *split);
void compare_print_pairs(FILE *out, const struct compare *c, int wide);

/*
 * Without 'other': compare the experiments (compare.h), print two tables and
 * write RUN/compare/experiments.csv and pairs.csv.  With it: compare each with
 * itself in the other run (compare_splits.h), print a table and write
 * RUN/compare/splits.csv.  On validation: rank the experiments by it, each
 * against one (compare_ranking.h), print that table and write it to
 * RUN/compare/validation.csv and 'out'.  Resamples and seed are the run's own.  In a run with
 * folds NAME is all folds of an experiment, pooled, NAME-f0 the first
 * alone; either run may have folds.
 * Errors: ERR_USAGE options that do not go together, no such run or experiment, one that lacks a fold, fewer
 * than two to compare or none in common, test cells of one run that are not
 * the same; ERR_INPUT damaged files; ERR_SYSTEM.
 */
MUST_USE int compare_command_run(FILE *out, const struct compare_args *a,
                                 struct err *err);

#endif
