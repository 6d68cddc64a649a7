/*
 * predict_decisions.h - what a bundle decides about a cell by its probabilities
 *
 * Fitted on validation cells; stages/report/bundle.h says how they are stored.
 */
#ifndef EXPLAIN_PREDICT_DECISIONS_H
#define EXPLAIN_PREDICT_DECISIONS_H

#include "nn/model.h"
#include "stats/conformal.h"

struct predict_decisions {
    double temperature;               /* 0: not known */
    bool two;                         /* are there abnormal classes? */
    bool abnormal[STATS_CLASSES_MAX]; /* these, if 'two' */
    double threshold;                 /* of binary_scores(); NaN: not known */
    struct conformal sets;            /* k is 0: not known */
    bool one_view;   /* predictions of validation were of one view each */
    int k;           /* of the distance from training cells (nearest_cells.h):
                        that from the k-th nearest; 0: not known */
    double *checked; /* owned: (n_checked) validation cells', rising */
    size_t n_checked;
};

/*
 * Read those of a bundle.
 *   dir [in] of the bundle, whose model is 'm'
 * Errors: ERR_USAGE 'dir' is a model's file, no bundle, or one without
 * decisions; ERR_INPUT they are damaged, or of other classes; ERR_SYSTEM.  Is to
 * be released anyway.
 */
MUST_USE int predict_decisions_read(struct predict_decisions *d,
                                    const char *dir, const struct model_info *m,
                                    struct err *err);
void predict_decisions_release(struct predict_decisions *d);

#endif
