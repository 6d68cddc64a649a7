/*
 * report_cells.h - the cells that figures are of, one by one
 *
 * Of each experiment the rows of predictions.csv that are told (test, or
 * validation where nothing tests), with what follows from the same file and is
 * shown beside: probabilities at the temperature of metrics.json, and the
 * prediction set that validation fitted for evaluate.coverage (as in
 * evaluation/screening.h).  Each cell is also found in data/index.csv and
 * scores.csv, by its file.
 */
#ifndef STAGES_REPORT_REPORT_CELLS_H
#define STAGES_REPORT_REPORT_CELLS_H

#include "config/config.h"
#include "evaluation/predictions.h"

#include <stdbool.h>
#include <stdint.h>

#define REPORT_NO_ROW SIZE_MAX

struct plan_step;
struct report_data;
struct report_experiment;

struct report_cells {
    bool there;
    char why[256];           /* not there */
    struct predictions told; /* owned */
    size_t *row;             /* owned: (n) of data/, or REPORT_NO_ROW */
    size_t *score;           /* owned: (n) the first in scores.csv, likewise */
    size_t *near;            /* owned: (n) in neighbours.csv, likewise */
    size_t *concept;         /* owned: (n) in concepts.csv, likewise */
    double *calibrated;      /* owned: (n, k); NULL: there are none */
    bool (*set)[STATS_CLASSES_MAX]; /* owned: (n); NULL: there are none */
};

/* What a cell is to a laboratory that screens; in the order in which cells are
 * shown. */
enum cell_verdict {
    CELL_MISSED, /* abnormal, called another */
    CELL_RAISED, /* another, called abnormal */
    CELL_OTHER_WRONG,
    CELL_RIGHT
};

/* Experiments whose cells are told together: the folds of one, or it alone. */
struct report_told_of {
    int n, list[CONFIG_FOLDS_MAX];
};

/*
 * Read the predictions that figures are of in what 'evaluate' made: with folds
 * those of the same split in all of them, so that a fold in which no cell is
 * tested has none.
 *   split [out] which
 * Errors: as predictions_read().
 */
MUST_USE int report_cells_predictions(struct predictions *p, enum split *split,
                                      const struct report_data *d,
                                      const struct plan_step *evaluate,
                                      struct err *err);

/* Read those of all experiments, whose other files are read; what cannot be
 * read says why.  Errors: ERR_SYSTEM no memory. */
MUST_USE int report_cells_read(struct report_data *d, struct err *err);
void report_cells_release(struct report_cells *c);

/* Cells that experiment i is told by; of folds, those of all of them if it is
 * the first one. */
void report_cells_told_of(struct report_told_of *t, const struct report_data *d,
                          int i);

/* The same of the experiment of the headline; of none without. */
void report_cells_headline(struct report_told_of *t,
                           const struct report_data *d);

/* Of cell i; without abnormal classes nothing is missed or raised. */
enum cell_verdict report_cells_verdict(const struct report_experiment *e,
                                       size_t i);

/* "missed", "raised", "wrong", "right". */
const char *report_cells_word(enum cell_verdict v);

/* Probability of class c of cell i, NaN without. */
double report_cells_p(const struct report_cells *c, size_t i, int k);

/* A cell of some experiment. */
struct report_cell_at {
    int experiment;
    size_t i;
    enum cell_verdict verdict;
    double p; /* of the class that it is called */
};

/* For qsort() of these, or of structs that begin with one: missed, raised, other
 * wrong, right ones; among them the surest first. */
int report_cells_order(const void *a, const void *b);

/*
 * List all cells of 't', in that order.  The caller free()s *list.
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int report_cells_list(struct report_cell_at **list, size_t *n,
                               const struct report_data *d,
                               const struct report_told_of *t, struct err *err);

#endif
