/*
 * predict_command.h - papline predict: what a trained model says of pictures
 *
 * Pictures are brought to size and prepared as the model's file says that its
 * own were, 32 at a time, as the evaluation does: the cells of a split, in the
 * order of predictions.csv, get its probabilities bit for bit if evaluate.views
 * is one.  In another order or number they agree up to rounding.
 */
#ifndef EXPLAIN_PREDICT_COMMAND_H
#define EXPLAIN_PREDICT_COMMAND_H

#include "base/err.h"
#include "img/pictures.h"

#include <stdio.h>

struct predict_command_args {
    const char *model;           /* file of model.h */
    const struct pictures *list; /* borrowed */
    const char *method;          /* explainer; NULL: no pictures */
    const char *dir;             /* for files, exists; NULL: none */
    const char *csv;             /* for the table alone; NULL: none */
    bool json;                   /* lines of JSON, not a table */
};

/*
 * Write to 'out' a line for each picture: what it is called, the class
 * that is predicted, the probability of each class; of one that cannot be read,
 * the reason.  JSON:
 *     {"file": F, "predicted": C, "probability": {C: p, ...}, "picture": P}
 *     {"file": F, "set_aside": REASON}
 * With 'dir' also dir/predictions.csv, with 'csv' the same as that file
 * (file,predicted,p_<class>...,picture,status), and with 'method' dir/NNNNNN_NAME.png: the picture as the network
 * sees it, the map of the class it says over it, the map.
 *   n_aside [out] pictures that could not be read
 * Deterministic.
 * Errors: ERR_USAGE no such method, no class in the file (an encoder);
 * ERR_INPUT it is no model, or damaged; the text says what to give instead.
 * ERR_SYSTEM.
 */
MUST_USE int predict_command_run(const struct predict_command_args *a,
                                 FILE *out, size_t *n_aside, struct err *err);

/*
 * papline-explain --predict MODEL IMAGE... [--explain METHOD] [--json]
 * [-o DIR|FILE.csv]; an IMAGE may be a directory, for all pictures in it.
 * Errors: as predict_command_run(); ERR_USAGE options; ERR_INPUT some could not
 * be read.
 */
MUST_USE int predict_command_main(int argc, char **argv, struct err *err);

#endif
