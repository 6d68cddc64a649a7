/*
 * report_folds.h - an experiment over all folds of a cross-validation
 *
 * Each cell is tested once, by the model that saw neither it nor, with
 * split.method group, its cluster.  Mean and deviation are over folds, which
 * overlap in what they train on: the deviation is no standard error.  Pooled
 * figures are of all test predictions together.
 */
#ifndef STAGES_REPORT_REPORT_FOLDS_H
#define STAGES_REPORT_REPORT_FOLDS_H

#include "stages/report/report_data.h"

#include "base/buf.h"
#include "stats/grouped_share.h"
#include "stats/metrics_table.h"

/* A figure over folds. */
struct fold_figure {
    double mean, sd; /* sd: of a sample (n - 1); NaN of one fold */
    double least, most;
};

struct fold_summary {
    char name[PLAN_NAME_MAX]; /* "mobilenetv2-scratch-s1" */
    int folds, evaluated;     /* as planned; as far as there are results */
    struct fold_figure metric[METRICS_MAX]; /* as metrics_table */
    struct metrics pooled;         /* of the folds that are evaluated */
    struct grouped_share accuracy; /* the same, with its interval */
    char class_name[STATS_CLASSES_MAX][CONFIG_NAME_MAX]; /* (pooled.k) */
};

/*
 * The experiment of which d->experiment[i] is the first fold.  Folds without
 * metrics.json and predictions.csv, or with damaged ones, are left out.
 */
void report_folds_summary(struct fold_summary *s, const struct report_data *d,
                          int i);

/* Is d->experiment[i] the first of several folds? */
bool report_folds_first(const struct report_data *d, int i);

/* The first fold of the experiment of which d->experiment[i] is any; -1 if it
 * has no folds, or that one is not planned. */
int report_folds_head(const struct report_data *d, int i);

/* A table of all that have folds; nothing without. */
void report_folds(const struct report_data *d, struct buf *b);

/*
 * The same as OUT/folds.csv, a line an experiment: experiment,folds,evaluated,
 * then mean and sd of each metric that is SHOWN_OVER_FOLDS, then
 * pooled_cells,pooled_correct,pooled_accuracy,pooled_low,pooled_high,
 * pooled_macro_f1.  Without folds nothing is written.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int report_folds_write(const struct report_data *d, const char *out,
                                struct err *err);

/* What figures that are pooled over the folds of an experiment are of, "NAME,
 * all folds"; without folds its name. */
void report_folds_name(const struct report_data *d, int i,
                       char name[PLAN_NAME_MAX + 16]);

#endif
