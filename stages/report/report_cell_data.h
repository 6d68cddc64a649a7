/*
 * report_cell_data.h - what the cell view reads: JSON in the page
 */
#ifndef STAGES_REPORT_REPORT_CELL_DATA_H
#define STAGES_REPORT_REPORT_CELL_DATA_H

#include "stages/report/report_data.h"

#include "base/buf.h"

/* Append it as an element that is no script and runs nothing. */
void report_cell_data(const struct report_data *d, struct buf *b);

#endif
