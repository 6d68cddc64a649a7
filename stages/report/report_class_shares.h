/*
 * report_class_shares.h - precision and recall of each class of an experiment,
 * each with its interval by stats/grouped_share.h
 */
#ifndef STAGES_REPORT_REPORT_CLASS_SHARES_H
#define STAGES_REPORT_REPORT_CLASS_SHARES_H

#include "stages/report/report_data.h"
#include "stats/grouped_share.h"

struct report_class_share {
    struct grouped_share precision, recall;
};

/*
 * Of the cells that experiment 'e' is told by; the resamples are those of
 * evaluate.bootstrap and run.seed.
 *   of [out] (e->cells.told.o.k)
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int report_class_shares(const struct report_data *d,
                                 const struct report_experiment *e,
                                 struct report_class_share *of,
                                 struct err *err);

#endif
