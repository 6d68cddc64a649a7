/*
 * score.h - figures worked out again from stored predictions of folds
 *
 * From the predictions alone, without the run that made them: the metrics of
 * all test cells together (stages/evaluate/metrics_json.h, with intervals over
 * families), and what was missed and raised, also at the threshold that each
 * fold's validation chose (evaluation/screening.h).  Where nothing tests, all of
 * it is of validation cells, and no threshold is chosen.
 */
#ifndef ORCHESTRATION_TOOLS_SCORE_H
#define ORCHESTRATION_TOOLS_SCORE_H

#include "evaluation/predictions.h"
#include "evaluation/screening.h"
#include "stages/evaluate/metrics_json.h"

/* The tables of an experiment's folds. */
struct score_source {
    char name[FILE_PATH_MAX]; /* without '/' at its end */
    int n;                    /* folds that are there */
    int fold[CONFIG_FOLDS_MAX];
    char path[CONFIG_FOLDS_MAX][FILE_PATH_MAX];
};

/*
 * Find NAME/f0.csv, f1.csv, ... or, if there is none, NAME-f0/predictions.csv
 * and so on, NAME being RUN/evaluate/EXPERIMENT.  Some folds may be missing.
 * Errors: ERR_USAGE there are no such files, or NAME is one itself; ERR_INPUT
 * the name is too long.
 */
MUST_USE int score_find(struct score_source *s, const char *name,
                        struct err *err);

/* The same without the folds that 'left' marks (CONFIG_FOLDS_MAX).
 * Errors: ERR_USAGE one is not there, or no other is. */
MUST_USE int score_without(struct score_source *s, const bool *left,
                           struct err *err);

/* Log a warning of each fold that is not what its run plans now
 * (stale_results.h); returns how many.  Not of folds without their run. */
int score_warn_stale(const struct score_source *s);

struct score {
    struct predictions cells; /* owned: of all folds, one behind the other */
    enum split split;         /* of all of them: test, or validation */
    struct screening screening;
    struct metrics_json metrics; /* owned: the test split is 'cells' */
    double least, most;          /* accuracy of single folds */
};

/*
 *   c [in] evaluate.* and run.seed, as when the run was evaluated
 * Deterministic.
 * Errors: as predictions_read(), predictions_folds_add(), screening_read() and
 * metrics_json_run(); ERR_USAGE a cell is in two folds, or folds are of different
 * splits, or one lacks the column group or family that another has; ERR_INPUT
 * there are no cells in one.  *s is to be released anyway.
 */
MUST_USE int score_read(struct score *s, const struct score_source *from,
                        const struct config *c, struct err *err);
void score_release(struct score *s);

/*
 * Write DIR/f0.csv and so on: the rows of test and validation as in
 * predictions.csv, probabilities with six digits, the family as the group.  Of
 * several sources it is their soft vote (stats/ensemble.h).
 * Errors: as predictions_read() and ensemble_vote_split(); ERR_USAGE they have
 * not the same folds or are too many to vote, or DIR has a table of a fold that
 * they have not; then nothing is written; ERR_SYSTEM.
 */
MUST_USE int score_write(const struct score_source *from, int n,
                         const char *dir, struct err *err);

#endif
