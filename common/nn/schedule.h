/*
 * schedule.h - when the learning rate falls and when training ends
 *
 * ReduceLROnPlateau and EarlyStopping of Keras 2.12, on a value that should
 * fall, as state machines: one call after each epoch.  The states are plain
 * numbers, to be saved in checkpoints.  A value that is not finite is never an
 * improvement.
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

#endif
