/*
 * schedule.h - when the learning rate falls and when training ends
 *
 * ReduceLROnPlateau and EarlyStopping of Keras 2.12, on a value that should
 * fall, as state machines: one call after each epoch.  The states are plain
 * numbers, to be saved in checkpoints.  A value that is not finite is never an
 * improvement.
 *
 * Keras' CosineDecay with warm-up, a function of the number of the step: what
 * a checkpoint needs of it is that number.
 */
#ifndef NN_SCHEDULE_H
#define NN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct plateau_args {
    int64_t patience; /* epochs without improvement; 0: never reduce */
    double factor;    /* of the learning rate, 0 < factor < 1 */
    double min_rate;  /* no lower than this */
};

struct plateau {
    double best;
    int64_t wait;
};

/*
 * Better is less than best - 1e-4; there is no cooldown.  After 'patience'
 * epochs in a row that are not better the rate is multiplied by 'factor', and
 * the count begins again.
 * Returns the learning rate of the next epoch.
 */
void plateau_init(struct plateau *p);
float plateau_step(struct plateau *p, const struct plateau_args *a,
                   double value, float rate);

struct stopper {
    double best;
    int64_t wait;
};

/*
 * Better is less than best.  True when training should end: 'patience' epochs
 * in a row were not better and 'epoch', counted from 0, is not the first.
 * Patience 0: never.
 */
void stopper_init(struct stopper *s);
bool stopper_step(struct stopper *s, int64_t patience, int64_t epoch,
                  double value);

/* Was the last answer true, which came after 'epochs' epochs? */
bool stopper_has_stopped(const struct stopper *s, int64_t patience,
                         int64_t epochs);

struct cosine_args {
    double rate;    /* the largest, > 0: the first one after the warm-up */
    double start;   /* of step 0, if there is a warm-up; Keras' examples: 0 */
    double least;   /* the last one, as a share of 'rate', 0 .. 1 */
    int64_t warmup; /* steps, >= 0 */
    int64_t decay;  /* steps after them, >= 0 */
};

/*
 * The learning rate of optimiser step 'step', counted from 0, not of an epoch:
 *     step < warmup:  start + (rate - start) step / warmup
 *     else:           rate (least + (1 - least) (1 + cos(pi f)) / 2),
 *                     f = (step - warmup) / decay, at most 1
 * Computed in double.  With start 0 the very first step goes nowhere, in Keras
 * too.  Source: Loshchilov and Hutter 2017 (arXiv:1608.03983), eq. 5;
 * keras.optimizers.schedules.CosineDecay, with initial_learning_rate 'start',
 * warmup_target 'rate', alpha 'least'.
 */
float schedule_cosine_rate(const struct cosine_args *a, int64_t step);

#endif
