/*
 * report_screening.h - what was missed and raised, by each experiment
 */
#ifndef STAGES_REPORT_REPORT_SCREENING_H
#define STAGES_REPORT_REPORT_SCREENING_H

#include "stages/report/report_data.h"

#include "base/buf.h"

/* Read the predictions of every experiment that is evaluated, and with folds
 * those of all that are together.  What cannot be read says why. */
void report_screening_read(struct report_data *d);

/* Of d->experiment[i], with folds of all of them if it is the first one; NULL:
 * there is none. */
const struct screening *report_screening_of(const struct report_data *d, int i);

/* The same of the accuracy on test; of no cell if there is none. */
struct grouped_share report_screening_accuracy(const struct report_data *d,
                                               int i);

/* Above all sections: what the cells are, what was missed and raised. */
void report_screening_lead(const struct report_data *d, struct buf *b);

/* Of an experiment alone: its sentences. */
void report_screening_own(const struct report_experiment *e, struct buf *b);

/* Of the headline's experiment: does what validation promised hold? */
void report_screening_promises(const struct report_data *d, struct buf *b);

/* A row for each experiment. */
void report_screening_table(const struct report_data *d, struct buf *b);

#endif
