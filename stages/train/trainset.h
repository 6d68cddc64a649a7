/*
 * trainset.h - what a network learns from: rows of the image stores
 *
 * Training samples are the rows of split "train" of data/, in their order,
 * then those of augment/; validation samples come from data/ alone.  Rows that
 * were set aside are left out.
 */
#ifndef TRAIN_TRAINSET_H
#define TRAIN_TRAINSET_H

#include "run/store.h"

#include <stdint.h>

struct sample {
    const uint8_t *pixels; /* h * w * 3 bytes; borrowed from the store */
    int label;
};

struct trainset {
    struct store data, augment; /* owned */
    struct sample *train, *validation;
    size_t n_train, n_validation;
    size_t h, w;
    int n_class;
    char (*class_name)[CONFIG_NAME_MAX]; /* borrowed from data */
};

/*
 * Open the stores.
 *   augment_dir [in]  NULL: there is none
 * Errors: ERR_USAGE no training or validation sample, training samples of
 * fewer than two classes, or stores of different classes or sizes; ERR_INPUT
 * a store is damaged; ERR_SYSTEM.  *t is empty then.
 */
MUST_USE int trainset_open(struct trainset *t, const char *data_dir,
                           const char *augment_dir, struct err *err);

void trainset_close(struct trainset *t);

#endif
