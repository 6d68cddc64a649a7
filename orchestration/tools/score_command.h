/*
 * score_command.h - papline score: figures of stored predictions
 */
#ifndef ORCHESTRATION_TOOLS_SCORE_COMMAND_H
#define ORCHESTRATION_TOOLS_SCORE_COMMAND_H

#include "config/config.h"

#include <stdio.h>

struct score_args {
    const char *const *name; /* (n_name) as score_find() takes */
    int n_name;
    const char *without; /* "0, 3": folds that took part in choosing; or NULL */
    const char *out;     /* write them there, of several their vote; or NULL */
    const struct config_set *set; /* (n_set) evaluate.*, run.seed */
    size_t n_set;
};

/*
 * Print the figures of each, over all folds, then without some; of several also
 * paired tests (compare.h).  Folds that are not what their run plans now are
 * warned of.  With 'out' figures are of what is written there, too.
 * Errors: as score_find(), score_without(), score_read(), compare_check(),
 * compare_tables() and score_write(); ERR_USAGE 'without' is no list of folds,
 * or one is of test cells and one of validation.
 */
MUST_USE int score_command_run(FILE *out, const struct score_args *a,
                               struct err *err);

#endif
