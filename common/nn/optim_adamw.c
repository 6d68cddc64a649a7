/*
 * optim_adamw.c - Adam with decoupled weight decay, as Keras' AdamW
 *
 *     w -= w decay lr, then a step of Adam (optim_adam.c)
 *
 * The gradient and the moments see nothing of the decay.  PyTorch's AdamW
 * decays alike, but has Adam's other epsilon.  All of w decays, biases and
 * batch normalisation too, as in Keras unless it is told otherwise.
 * Source: Loshchilov and Hutter 2019 (arXiv:1711.05101), algorithm 2.
 */
#include "nn/optim.h"

static void adamw_step(const struct optim_step *s)
{
    const float decay = s->weight_decay, rate = s->learning_rate;
    float *w = s->w;

#pragma omp parallel for simd num_threads(s->threads) schedule(static)
    for (size_t i = 0; i < s->n; i++)
        w[i] -= w[i] * decay * rate;
    optim_adam.step(s);
}

const struct optim optim_adamw = {
    .name = "adamw", .n_slot = 2, .slot_name = {"m", "v"}, .step = adamw_step};
