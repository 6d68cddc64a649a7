/*
 * dose_response.h - how the probabilities move when one thing in a cell changes
 *
 * Of every cell that tables count and whose regions are known:
 *     dose_response.csv        a line a picture: row,file,label,predicted,edit,
 *                              control,dose,change and p_CLASS of each class,
 *                              edit and dose those of cell_edit.h; control
 *                              "none" of the edited picture, "round_trip" or
 *                              "ground" of its controls; change as
 *                              cell_edit_change(). The first line of a cell is
 *                              of the stored picture: edit "none", dose 0.
 *     dose_response_means.csv  label,edit,control,dose,class,cells,groups,mean,
 *                              low,high: how the probability of a class differs
 *                              from that of the stored picture, over the cells
 *                              of a true class, or "all"; class "predicted" is
 *                              the one that is predicted for the stored
 *                              picture, each cell its own
 * A picture that cannot be made (cell_edit_apply()) has no line: cells counts
 * those that have one.  The round trip of edits of density is one line, dose 0.
 */
#ifndef EXPLAIN_DOSE_RESPONSE_H
#define EXPLAIN_DOSE_RESPONSE_H

#include "base/buf.h"
#include "nn/preprocess.h"
#include "stages/explain/cell_edit.h"
#include "stages/explain/choose_cells.h"
#include "stages/explain/scorer.h"
#include "store/store.h"

/* Titles of dose_response.csv, with the line end. */
void dose_response_header(const struct store *data, struct buf *out);

struct dose_response_args {
    const struct store *data;
    const struct prediction *cell;
    const struct scorer *scorer; /* its network holds the cell's size */
    enum preprocess input;       /* of the network */
};

/*
 * Change a cell in every way, ask the network, append the lines.
 *   e [in] an opened edit of the cell's picture
 * Deterministic.  Errors: ERR_SYSTEM no memory.
 */
MUST_USE int dose_response_measure(const struct dose_response_args *a,
                                   const struct cell_edit *e, struct buf *out,
                                   struct err *err);

/*
 * DIR/dose_response_means.csv from DIR/dose_response.csv.
 *   resamples [in] 0: no intervals
 * Deterministic.
 * Errors: ERR_INPUT damaged; ERR_SYSTEM.
 */
MUST_USE int dose_response_means(const struct store *data, const char *dir,
                                 int resamples, uint64_t seed, struct err *err);

#endif
