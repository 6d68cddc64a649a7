/*
 * report_headline.h - the figure that a run is known by
 *
 * Of the experiment that validation prefers: its test cells, with folds those
 * of all folds that are evaluated, pooled, and the range of the single folds.
 * Beside it what size and colour alone tell, likewise.
 */
#ifndef STAGES_REPORT_REPORT_HEADLINE_H
#define STAGES_REPORT_REPORT_HEADLINE_H

#include "stages/report/report_data.h"

#include "base/buf.h"
#include "stats/grouped_share.h"
#include "stats/metrics_table.h"

/* A metric of the test split, or of validation where nothing tests; NaN where
 * missing. */
double report_metric(const json_t *metrics, const struct metric *m);

/* Shares in single folds; NaN of none. */
struct report_range {
    double least, most;
};

struct headline {
    char name[PLAN_NAME_MAX]; /* of the experiment, over all folds */
    bool chosen;              /* from several */
    int folds, evaluated;     /* 1 and 1 without folds */
    const char *told; /* static: "test", or "validation" if nothing tests */
    struct grouped_share test; /* accuracy, of those cells */
    struct report_range folds_test;
    const json_t *base;   /* of the same test cells, in baseline.json; borrowed;
                              NULL: there is none */
    const char *base_why; /* then; borrowed */
    struct report_range folds_base;
};

/*
 * The experiment that validation prefers, with folds that of all of them
 * together: its first evaluated fold.  Choosing by the test split would flatter
 * it.  Of equals the first; -1 if none is evaluated.
 */
int headline_choose(const struct report_data *d);

/* That of d->experiment[d->best], which there is. */
void headline_of(struct headline *h, const struct report_data *d);

/* Accuracy on validation of d->experiment[i], with folds of all of them
 * together; 0 without. */
double headline_validation(const struct report_data *d, int i);

/* Append it, or why there is none. */
void report_headline(const struct report_data *d, struct buf *b);

#endif
