/*
 * history.h - how a training went
 *
 *     history.csv  epoch,loss,accuracy,val_loss,val_accuracy,learning_rate
 *     steps.csv    step,epoch,loss           mean over the global batch
 *     timing.csv   epoch,seconds,images_per_second
 *
 * The first two are the same for every run of the same training with as many
 * ranks, interrupted or not; the third is not.
 */
#ifndef TRAIN_HISTORY_H
#define TRAIN_HISTORY_H

#include "base/err.h"

#include <stddef.h>

enum history_column {
    HISTORY_LOSS,
    HISTORY_ACCURACY,
    HISTORY_VAL_LOSS,
    HISTORY_VAL_ACCURACY,
    HISTORY_RATE,
    HISTORY_SECONDS,
    HISTORY_IMAGES, /* a second, of training alone */
    HISTORY_COLUMNS
};

struct history {
    double *epoch; /* owned: (n_epoch, HISTORY_COLUMNS) */
    size_t n_epoch, epoch_room;
    double *step; /* owned: (n_step) losses */
    size_t n_step, step_room;
};

/* Append an epoch.  Errors: ERR_SYSTEM no memory. */
MUST_USE int history_epoch(struct history *h, const double row[HISTORY_COLUMNS],
                           struct err *err);

/* Make room for 'n' steps more.  Errors: ERR_SYSTEM no memory. */
MUST_USE int history_reserve(struct history *h, size_t n, struct err *err);

/* Append a step, for which there is room: within an epoch one rank alone cannot
 * fail. */
void history_step(struct history *h, double loss);

/* Write the three files into 'dir'.  Errors: ERR_SYSTEM. */
MUST_USE int history_write(const struct history *h, size_t steps_per_epoch,
                           const char *dir, struct err *err);

void history_release(struct history *h);

#endif
