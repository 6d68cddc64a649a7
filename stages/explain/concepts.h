/*
 * concepts.h - what a cytologist names of the cells of a split, class by class
 *
 * Of every usable cell of the split that is told of, whether it is explained or
 * not, for classes of a few surest cells would mislead:
 *     concepts.csv       a line a cell: row,file,group,label,predicted,p,
 *                        source,status and the concepts of img/cell_concepts.h;
 *                        group is that of intervals, source "contours" or
 *                        "segmentation", status "ok" or why it has no concepts
 *     concept_means.csv  label,predicted,concept,cells,groups,mean,low,high,
 *                        over the cells of a true and a predicted class, or
 *                        "all"; the concept "measured" is the share that has
 *                        any
 *
 * nucleus_ratio is the area of the largest nucleus by the median of those of
 * normal intermediate cells in the same split: the class whose name has
 * "intermediate" in it, in any case; empty without such a class, and where
 * fewer than five of its cells are measured.
 */
#ifndef EXPLAIN_CONCEPTS_H
#define EXPLAIN_CONCEPTS_H

#include "stages/explain/concept_regions.h"

struct concepts_args {
    struct concept_source source;
    const char *predictions; /* CSV file, as below; need not be there */
    const char *out;         /* directory */
    int resamples;           /* of intervals; 0: none */
    uint64_t seed;
};

/* What the network says of the cells: row, number of the class, its
 * probability. */
#define CONCEPTS_PREDICTIONS_HEADER "row,predicted,p\n"

/*
 * Measure the cells and write both files; cells without a prediction have empty
 * ones.  Uses the OpenMP threads there are.  Deterministic.
 * Errors: ERR_INPUT the predictions are damaged; ERR_SYSTEM.
 */
MUST_USE int concepts_write(const struct concepts_args *a, struct err *err);

#endif
