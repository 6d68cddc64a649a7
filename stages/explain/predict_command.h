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

enum { PREDICT_METHODS_MAX = 16 };

struct predict_command_args {
    const char *model;           /* file of model.h, or a bundle's directory */
    const struct pictures *list; /* borrowed */
    const char *method[PREDICT_METHODS_MAX]; /* explainers */
    int n_method;                            /* 0: no pictures */
    const char *class_name; /* that they explain; NULL: the predicted one */
    const char *dir;        /* for files, exists; NULL: none */
    const char *csv;        /* for the table alone; NULL: none */
    const char *page; /* for one page of all (predict_page.h); NULL: none */
    const char *precision; /* as given; NULL: float32 */
    bool bf16;             /* of passes without gradients (graph.h) */
    bool json;             /* lines of JSON, not a table */
    bool progress;         /* say how far it is */

    /* by what a bundle has stored (predict_decisions.h) */
    bool calibrated;       /* probabilities at its temperature */
    const char *threshold; /* "stored", or a number; NULL: not asked for */
    bool sets;             /* of classes, with the coverage that it promises */
    bool unlike;           /* how far from the training cells */
};

/*
 * Write to 'out' a line for each picture: what it is called, the class
 * that is predicted, the probability of each class; of one that cannot be read,
 * the reason.  JSON:
 *     {"file": F, "predicted": C, "probability": {C: p, ...},
 *      "abnormal": p, "raised": bool,             with a threshold
 *      "set": [C, ...], "refer": bool,            with sets
 *      "distance": D, "beyond": share, "unlike": bool,   with unlike
 *      "picture": P or, of several methods, {METHOD: P, ...}}
 *     {"file": F, "set_aside": REASON}
 * With 'page' also that file, with maps of the methods.  With 'dir' also dir/predictions.csv, with 'csv' the same as that file
 * (file,predicted,p_<class>...,p_abnormal,raised,set,refer,distance,beyond,
 * unlike,picture,status; of several methods picture_<method>...), and with methods
 * dir/NNNNNN_NAME.png, of several NNNNNN_NAME_METHOD.png: the picture as the
 * network sees it, the map of the class over it, the map.
 *   n_aside [out] pictures that could not be read
 * Threshold and sets are of probabilities without temperature, as they were
 * chosen.
 * Deterministic.
 * Errors: ERR_USAGE no such method or class, no class in the file (an encoder),
 * nothing stored of what is asked; ERR_INPUT it is no model, or damaged; the
 * text says what to give instead.  ERR_SYSTEM.
 */
MUST_USE int predict_command_run(const struct predict_command_args *a,
                                 FILE *out, size_t *n_aside, struct err *err);

/*
 * papline-explain --predict MODEL IMAGE... and the options of the verb; an IMAGE
 * may be a directory, for all pictures in it, a list FILE.txt of such words, one
 * a line, or '-' for such a list from standard input.
 * Errors: as predict_command_run(); ERR_USAGE options; ERR_INPUT some could not
 * be read.
 */
MUST_USE int predict_command_main(int argc, char **argv, struct err *err);

#endif
