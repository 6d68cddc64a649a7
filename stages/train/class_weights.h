/*
 * class_weights.h - the loss of a training, and what a mistake counts in it
 */
#ifndef TRAIN_CLASS_WEIGHTS_H
#define TRAIN_CLASS_WEIGHTS_H

#include "nn/loss.h"
#include "stages/train/trainset.h"
#include "stats/costs.h"

struct class_weights {
    loss_f loss;
    const double *weight; /* (k) into 'room'; NULL: all classes count alike */
    const double *cost;   /* (k, k) likewise; NULL: the loss has none */
    double room[STATS_CLASSES_MAX * STATS_CLASSES_MAX];
};

/*
 * Plain cross-entropy.
 */
void class_weights_init(struct class_weights *w);

/*
 * As train.costs says (expected cost), or if that is empty as
 * train.class_weights does (cross-entropy): balanced counts the training
 * samples, balanced_test the cells that test, whose labels leak thereby.
 * Pointers into *w: it must stay where it is.
 * Errors: ERR_USAGE not as many numbers as classes, one out of range, or all 0;
 * ERR_INPUT balanced, and a class without training samples, or
 * balanced_test and one without test cells.
 */
MUST_USE int class_weights_read(struct class_weights *w, const struct config *c,
                                const struct trainset *set, struct err *err);

#endif
