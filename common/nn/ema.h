/*
 * ema.h - a moving average of the weights
 *
 * It moves after every optimiser step, as that of Keras' optimisers with
 * use_ema=True, and takes the weights' place at the end or, for a while, to be
 * judged.  The caller owns the block and saves it in checkpoints.
 *
 * With a momentum that is the same from the first step on, the initial weights,
 * which mean nothing, would have m^t of the average after t steps: 0.74 after
 * 300 of 0.999.  ema_momentum() is smaller at first.  With (k - 1) / k for the
 * k-th of several, ema_step() makes their plain mean.
 */
#ifndef NN_EMA_H
#define NN_EMA_H

#include <stddef.h>
#include <stdint.h>

/*
 * After a step: ema = m ema + (1 - m) w, each product rounded to float32; that
 * m and 1 - m are first, from double, as in Keras 2.12.  What equals its w stays
 * as it is, where Keras may move it by a rounding: what never learns does not
 * change.
 *   ema     [in,out] (n)
 *   w       [in]     (n) the parameters; not ema
 *   m       momentum, 0 <= m < 1; Keras: 0.99
 *   threads OpenMP threads, >= 1; the result does not depend on it
 * Not collective.  Deterministic, the same bits on all hosts.
 */
void ema_step(float *ema, const float *w, size_t n, double m, int threads);

/*
 * Momentum of step t, counted from 1: min(most, (1 + t) / (10 + t)).  Until
 * 'most' is reached about the last ninth of all steps counts.
 * Source: TensorFlow, tf.train.ExponentialMovingAverage with num_updates.
 */
double ema_momentum(double most, int64_t t);

/* Exchange average and parameters, (n) each; once more undoes it. */
void ema_swap(float *ema, float *w, size_t n);

#endif
