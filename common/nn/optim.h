/*
 * optim.h - one step downhill over a whole parameter block
 *
 * An optimiser is a pure function of its arguments: what it remembers lies in
 * up to OPTIM_MAX_SLOT blocks as long as the parameters, which the caller owns,
 * clears at the start and saves in checkpoints.
 */
#ifndef NN_OPTIM_H
#define NN_OPTIM_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { OPTIM_MAX_SLOT = 2 };

struct optim_step {
    size_t n;                    /* floats in each block */
    float *w;                    /* [in,out] (n) parameters */
    const float *dw;             /* [in] (n) d loss / d w */
    float *slot[OPTIM_MAX_SLOT]; /* [in,out] (n) each; 0 before the first */
    uint32_t t;                  /* this step: 1, 2, ... */
    float learning_rate;
    float momentum;     /* of sgd and nesterov, 0 <= m < 1 */
    float weight_decay; /* of adamw, >= 0 */
    int threads; /* OpenMP threads, >= 1; the result does not depend on it */
};

struct optim {
    const char *name;
    int n_slot;
    const char *slot_name[OPTIM_MAX_SLOT];
    void (*step)(const struct optim_step *s);
};

/* The optimiser of line i of optims.def, from 0; NULL: there is none. */
const struct optim *optim_at(int i);

/*
 * Scale a gradient so that its L2 norm, over all of it, is at most 'clip':
 * tf.clip_by_global_norm(), Keras' global_clipnorm.
 *   dw   [in,out] (n) multiplied by clip / norm if the norm is larger; left
 *                 alone if the norm is not finite
 *   clip > 0
 * Returns the norm that dw came with.  The same bits for any number of threads.
 */
double optim_clip_norm(float *dw, size_t n, double clip, int threads);

#define OPTIM(name) extern const struct optim optim_##name;
#include "nn/optims.def"
#undef OPTIM

#endif
