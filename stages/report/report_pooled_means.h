/*
 * report_pooled_means.h - tables of means over cells, of folds, as one table
 *
 * A table has the columns cells, groups, mean, low, high, and others which say
 * what a row is of.  Rows that are of the same are taken together: n_i cells,
 * mean m_i and limits l_i and u_i in fold i, N = sum n_i;
 *     mean = sum n_i m_i / N
 *     low  = mean - sqrt(sum (n_i (m_i - l_i) / N)^2)
 *     high = mean + sqrt(sum (n_i (u_i - m_i) / N)^2)
 * for folds test other cells, of other groups, and count as independent.  Where
 * a group has cells in several folds, the parts are added as they are, and the
 * interval is at least as wide.  Without limits in some fold there are none.
 * The mean is that of all cells; one table alone keeps its interval.
 * Source: Zou and Donner 2008, Stat. Med. 27:1693, as report_explainers.h.
 */
#ifndef STAGES_REPORT_REPORT_POOLED_MEANS_H
#define STAGES_REPORT_REPORT_POOLED_MEANS_H

#include "stages/report/report_data.h"

enum { REPORT_POOLED_NAME = PLAN_NAME_MAX + 48 };

/*
 * Read the file 'name' of the explanations of experiments and take them
 * together; what is missing or has other columns is left out.
 *   c [out] is to be released by csv_release(&c->csv); without a row of any
 *           c->there is false
 * Returns how many experiments are in it; 0 as well without memory.
 */
int report_pooled_means(struct report_csv *c, const struct report_data *d,
                        const struct report_told_of *of, const char *name);

/* What such a table is of: experiment i or, of 'folds' of its folds, "NAME, 2 of
 * 5 folds", "NAME, all folds". */
void report_pooled_name(const struct report_data *d, int i, int folds,
                        char name[REPORT_POOLED_NAME]);

#endif
