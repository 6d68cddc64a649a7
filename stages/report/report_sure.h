/*
 * report_sure.h - how sure the figures are: reliability, ROC and
 * precision-recall curves
 */
#ifndef STAGES_REPORT_REPORT_SURE_H
#define STAGES_REPORT_REPORT_SURE_H

#include "stages/report/report_data.h"

#include "base/buf.h"

/* Append the charts of the cells of 't', those of several folds together, with
 * 'classes' each class with a curve of its own; nothing of decisions without
 * probabilities. */
void report_sure_charts(const struct report_data *d,
                        const struct report_told_of *t, bool classes,
                        struct buf *b);

#endif
