/*
 * evaluate.h - one experiment, or an ensemble of some, against the validation
 * and the test split
 *
 * Files:
 *     predictions.csv  see evaluation/predictions.h; with evaluate.training on,
 *                      of the training cells as well
 *     metrics.json     see stages/evaluate/metrics_json.h
 *     confusion.csv    of the test split, rows are the true classes
 *     confusion.svg    the same as a picture
 *     reliability.csv, reliability.svg: accuracy over confidence
 *     errors.csv, groups.csv, mistakes.csv, mistakes.png: see mistakes.h
 * Where no cell tests, these are of the validation split, without reliability.
 *     neighbours.csv, training_cells.npy  with evaluate.neighbours: see
 *                      neighbours.h
 *     curves.svg       loss and accuracy of the training's history.csv
 * Of an ensemble there are no curves, but:
 *     members.csv      member,weight (as used), in order
 */
#ifndef EVALUATE_EVALUATE_H
#define EVALUATE_EVALUATE_H

#include "evaluation/inference.h"
#include "stages/evaluate/ensemble_vote.h"

struct evaluate_args {
    const char *data; /* directory of the image store */
    int fold, folds;  /* whose splits; see store_use_fold() */
    const struct ensemble_vote_args *vote; /* NULL: a network, of these two: */
    const char *model;                     /* the model's file */
    const char *history; /* history.csv; missing or damaged: no curves */
    const char *out;     /* directory, exists */
    const char *experiment, *network;
    const char *choice; /* "best" or "last": which weights 'model' is; of an
                         * ensemble its members */

    const struct evaluate_settings *settings;
    uint64_t seed; /* of the bootstrap */

    /* Called now and then; false stops.  May be NULL. */
    bool (*each)(void *self, size_t done, size_t total);
    void *self;
};

/*
 * Predict, count and write.  Deterministic.
 * Errors: as store_open(), inference_open(), ensemble_vote_split() and
 * metrics_json_run(); ERR_INPUT the network gives no numbers; ERR_AGAIN each()
 * said stop; ERR_SYSTEM.
 */
MUST_USE int evaluate_run(const struct evaluate_args *a, struct err *err);

#endif
