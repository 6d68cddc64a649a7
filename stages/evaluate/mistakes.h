/*
 * mistakes.h - where a classifier is wrong, and how sure it was
 *
 *     errors.csv    by,part,from,to,cells,correct,accuracy,low,high
 *         size        quarters of the test cells by the side of their crop
 *                     (square root of width x height), pixels
 *         brightness  quarters by their mean over pixels and channels, 0 .. 255
 *         picture     'trained': cells of a group that has training cells;
 *                     'new': the others (evaluation/leakage.h)
 *         groups      mean, deviation and quartiles of the groups' accuracies;
 *                     'cells' is how many groups there are
 *       low and high: Wilson, 95 %; what is undefined is empty
 *     groups.csv    label,group,cells,correct,accuracy, the worst first
 *     mistakes.csv  file,label,predicted,p_predicted,p_label,group, the most
 *                   confident first (without probabilities in order)
 *     mistakes.png  the first of them, as the network saw them; none: no file
 */
#ifndef EVALUATE_MISTAKES_H
#define EVALUATE_MISTAKES_H

#include "evaluation/predictions.h"

enum { MISTAKES_SHOWN = 24 };

/*
 * Write them into 'dir'.
 *   p   [in] of the test split
 *   row [in] (p->o.n) of each cell in 'data'
 * Deterministic.  Errors: ERR_INPUT data/index.csv lacks a column; ERR_SYSTEM.
 */
MUST_USE int mistakes_write(const struct store *data,
                            const struct predictions *p, const size_t *row,
                            const char *dir, struct err *err);

#endif
