/*
 * bundle.h - a model to hand on: weights, how to use them, what they are worth
 *
 *     DIR/configs/metadata.json    task, classes, figures, shape of the data
 *     DIR/configs/inference.json   how a picture becomes probabilities
 *     DIR/models/model.safetensors a hard link to the training's, else a copy
 *     DIR/models/training_cells.npy likewise of the evaluation's, if there
 *     DIR/docs/README.md           the model card
 *
 * Laid out and named as a MONAI bundle, with its fields as far as they mean
 * something here: the weights are run by papline predict, not by PyTorch, so
 * no version of that or of MONAI is claimed.
 * Source: MONAI Bundle Specification 1.3; Mitchell et al. 2019
 * (arXiv:1810.03993) for the card's headings.
 */
#ifndef STAGES_REPORT_BUNDLE_H
#define STAGES_REPORT_BUNDLE_H

#include "stages/report/report_data.h"

#include "base/buf.h"
#include "nn/safetensors.h"

/*
 * Write the bundle of an experiment to 'dir', which is made.
 * Returns 1 if the experiment has no evaluation or no model yet: nothing is
 * written then.  Deterministic.
 * Errors: ERR_SYSTEM.
 */
MUST_USE int bundle_write(const struct report_data *d,
                          const struct report_experiment *e, const char *dir,
                          struct err *err);

/*
 * Append the model card.
 *   model [in] the model's file, for its metadata
 */
void bundle_card(const struct report_data *d, const struct report_experiment *e,
                 const struct safetensors *model, struct buf *b);

/*
 * What of metrics.json decides about a cell whose probabilities are known, all
 * fitted on validation cells; a new reference, NULL without memory.
 *     {"fitted_on": "validation", "views": as evaluate.views,
 *      "temperature": T,
 *      "abnormal": {"classes": [C...], "sensitivity": S, "threshold": P|null},
 *      "sets": {"coverage": S, "quantiles": [Q|null...] in order of classes},
 *      "neighbours": {"k": K, "validation": [D...] rising distances of these
 *                     cells from the training cells, stages/evaluate/
 *                     neighbours.h}}
 * Members of what could not be fitted are left out.
 */
struct json_t *bundle_decisions(const struct report_data *d,
                                const struct report_experiment *e);

/* What the model tells, and what it is for, in a few words. */
const char *bundle_cell(const struct config *c);
const char *bundle_use(const struct config *c);

/* A value of the model's metadata, "" if it says nothing. */
const char *bundle_meta(const struct safetensors *model, const char *key);

#endif
