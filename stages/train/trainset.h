/*
 * trainset.h - what a network learns from: rows of the image stores
 *
 * Training samples are the rows of split "train" of data/, in their order,
 * then those of augment/; validation samples come from data/ alone.  Rows that
 * were set aside are left out.  With folds, splits are those of one fold, and a
 * row of augment/ trains if its source does.
 */
#ifndef TRAIN_TRAINSET_H
#define TRAIN_TRAINSET_H

#include "store/store.h"

#include <stdint.h>

struct sample {
    const uint8_t *pixels; /* h * w * 3 bytes; borrowed from the store */
    int label;
    uint32_t kept;    /* its place in trainset.kept */
    uint32_t source;  /* row in data/ that it is, or is made from */
    uint32_t variant; /* of fresh ones: which is to be made of it, when the
                         sample comes for the first time in an epoch */
};

struct trainset {
    struct store data, augment; /* owned */
    struct sample *train, *validation;
    size_t n_train, n_validation;
    size_t n_test[CONFIG_CLASSES_MAX]; /* cells of data/ of each class; for
                                          class weights that leak, alone */
    const uint8_t **kept; /* owned: pixels of all that are worth keeping in a
                             cache: the samples above; of folds, all rows, so
                             that the folds share it */
    size_t n_kept;
    struct size_scale scale;  /* of cells, fitted to those that train */
    float (*size)[CELL_SIZE]; /* owned: standardised, of each row of data/;
                                 NULL: not asked for */
    size_t h, w;
    int bits;  /* of 16-bit samples that the pictures use; 0: all */
    int fresh; /* variants that each image stands for; 0: they are stored */
    int n_class;
    char (*class_name)[CONFIG_NAME_MAX]; /* borrowed from data */
};

struct trainset_args {
    const char *data;    /* directory */
    const char *augment; /* the same; NULL: there is none */
    int fold, folds;     /* as store_use_fold(); folds 0 is 1 */
    bool size;           /* inputs.size is on */
    int fresh;           /* above 0: each training sample stands for so many
                            fresh variants of it, which have numbers */
};

/*
 * Open the stores.
 * Errors: ERR_USAGE no training or validation sample, training samples of
 * fewer than two classes, or stores of different classes or sizes; ERR_INPUT
 * a store is damaged, not of such folds, or has no sizes; ERR_SYSTEM.  *t is
 * empty then.
 */
MUST_USE int trainset_open(struct trainset *t, const struct trainset_args *a,
                           struct err *err);

void trainset_close(struct trainset *t);

#endif
