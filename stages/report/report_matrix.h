/*
 * report_matrix.h - which class is taken for which: a table whose numbers open
 * the cells behind them
 */
#ifndef STAGES_REPORT_REPORT_MATRIX_H
#define STAGES_REPORT_REPORT_MATRIX_H

#include "stages/report/report_data.h"

#include "base/buf.h"

/* Append the matrix of the cells of 't', abnormal classes before the others;
 * 'label' names it. */
void report_matrix_put(const struct report_data *d,
                       const struct report_told_of *t, const char *label,
                       struct buf *b);

/* Append pictures of cells: at most 'most' of those of a verdict, under a
 * heading that says how many there are; of none nothing. */
struct report_strip {
    enum cell_verdict verdict;
    const char *title; /* its number goes behind */
    size_t most;
};
void report_matrix_put_strip(const struct report_data *d,
                             const struct report_told_of *t,
                             const struct report_strip *strip, struct buf *b);

/* Append the attribute by which the cell view finds a cell; of REPORT_NO_ROW
 * none. */
void report_matrix_put_address(int experiment, size_t row, struct buf *b);

#endif
