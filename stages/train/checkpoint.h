/*
 * checkpoint.h - all that training needs to go on as if it had not stopped
 *
 * Two generations, checkpoint/0.safetensors and 1.safetensors, are overwritten
 * in turn, each by one rename, so a damaged one is never the only one.  A
 * SHA-256 over every tensor tells damage.  Blocks that are equal, such as the
 * weights and the best of them after the best epoch, are stored once.  Random draws are functions of epoch
 * and step (base/rng.h), so there is no generator to save.
 */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "nn/schedule.h"
#include "stages/train/history.h"

#include <stdbool.h>
#include <stdint.h>

/* Numbers; the same on every rank but for 'seconds'. */
struct train_state {
    int64_t generation; /* of checkpoints, from 1 */
    int64_t ranks;      /* that made it */
    int64_t arithmetic; /* by which it was made: hash of graph_describe() */
    int64_t epoch;      /* in hand, from 0 */
    int64_t step;       /* done in it */
    int64_t t;          /* optimiser steps done in all */
    int64_t finished;   /* 1: no epoch is left */
    int64_t correct;    /* in this epoch so far */
    double loss_sum;    /* likewise, nats */
    double seconds;     /* likewise, training alone */
    double rate;        /* learning rate: a float's value */
    struct plateau plateau;
    struct stopper stopper;
    int64_t best_epoch; /* of best accuracy, counted from 1; 0: none yet */
    double best_loss, best_accuracy;
    int64_t lowest_epoch; /* likewise, of lowest loss */
    double lowest_loss, lowest_accuracy;
};

/* A block of floats that belongs to the checkpoint. */
struct checkpoint_block {
    const char *name;
    float *data; /* borrowed */
    size_t n;
};

enum { CHECKPOINT_MAX_BLOCKS = 16 };

struct checkpoint {
    const char *dir;  /* of the files; exists */
    const char *hash; /* of the step */
    int64_t length; /* of one that is kept: epochs that training may have; it is
                       loaded only if that was to have fewer; 0: it is not
                       kept */
    struct train_state *state; /* borrowed */
    struct history *history;   /* borrowed */
    struct checkpoint_block block[CHECKPOINT_MAX_BLOCKS];
    size_t n_block;
};

/*
 * Write the next generation: state->generation goes up by one.
 * Errors: ERR_SYSTEM; the older generations stay.
 */
MUST_USE int checkpoint_save(const struct checkpoint *c, struct err *err);

/*
 * Restore the newest generation that is whole and of this hash.  *found tells
 * whether there is one; if not, nothing is changed.
 *   bad [out] text is empty, or says which file was passed over and why; its
 *             code is ERR_USAGE if only the length was wrong
 * Errors: ERR_SYSTEM no memory.
 */
MUST_USE int checkpoint_load(const struct checkpoint *c, bool *found,
                             struct err *bad, struct err *err);

#endif
