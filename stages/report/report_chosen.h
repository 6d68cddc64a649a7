/*
 * report_chosen.h - how cells were split, and what was chosen on which of them
 */
#ifndef STAGES_REPORT_REPORT_CHOSEN_H
#define STAGES_REPORT_REPORT_CHOSEN_H

#include "stages/report/report_data.h"

#include "base/buf.h"

/* Append how the data were split, and what of the test cells was trained on, as
 * a paragraph. */
void report_chosen_split(const struct report_data *d, struct buf *b);

/* Append which weights, threshold and others were chosen on what, of the
 * headline's experiment, under a heading; nothing where nothing tests. */
void report_chosen(const struct report_data *d, struct buf *b);

/* Append which of the weights that training keeps are evaluated, "the mean of
 * those after the last 3 epochs". */
void report_chosen_weights(const struct report_data *d,
                           const struct report_experiment *e, struct buf *b);

#endif
