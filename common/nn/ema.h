/*
 * ema.h - an exponential moving average of the weights
 *
 * As Keras' optimisers have it with use_ema=True: the average begins as a copy
 * of the initial weights, without correction of its bias, moves after every
 * optimiser step, and takes the weights' place at the end or, for a while, to
 * be judged.  The caller owns the block and saves it in checkpoints.
 */
#ifndef NN_EMA_H
#define NN_EMA_H

#include <stddef.h>

/*
 * After a step: ema = m ema + (1 - m) w, each product rounded to float32; that
 * m and 1 - m are first, from double, as in Keras 2.12.
 *   ema     [in,out] (n)
 *   w       [in]     (n) the parameters; not ema
 *   m       momentum, 0 <= m < 1; Keras: 0.99
 *   threads OpenMP threads, >= 1; the result does not depend on it
 * Not collective.  Deterministic, the same bits on all hosts.
 */
void ema_step(float *ema, const float *w, size_t n, double m, int threads);

/* Exchange average and parameters, (n) each; once more undoes it. */
void ema_swap(float *ema, float *w, size_t n);

#endif
