/*
 * optim_sgd.c - gradient descent with momentum as in Keras 2.12
 *
 *     v = momentum v - lr g
 *     sgd:       w += v
 *     nesterov:  w += momentum v - lr g
 *
 * The learning rate is inside v, so that v of earlier steps keeps the rate of
 * its time (PyTorch multiplies by the present one).  Without momentum both are
 * w -= lr g.
 * Source: Sutskever et al. 2013, "On the importance of initialization and
 * momentum in deep learning", eq. 1-2 and 3-4.
 */
#include "nn/optim.h"

static void sgd_step(const struct optim_step *s)
{
    const float rate = s->learning_rate, momentum = s->momentum;
    const float *g = s->dw;
    float *w = s->w, *v = s->slot[0];

#pragma omp parallel for simd num_threads(s->threads) schedule(static)
    for (size_t i = 0; i < s->n; i++) {
        v[i] = v[i] * momentum - g[i] * rate;
        w[i] += v[i];
    }
}

static void nesterov_step(const struct optim_step *s)
{
    const float rate = s->learning_rate, momentum = s->momentum;
    const float *g = s->dw;
    float *w = s->w, *v = s->slot[0];

#pragma omp parallel for simd num_threads(s->threads) schedule(static)
    for (size_t i = 0; i < s->n; i++) {
        v[i] = v[i] * momentum - g[i] * rate;
        w[i] += v[i] * momentum - g[i] * rate;
    }
}

const struct optim optim_sgd = {
    .name = "sgd", .n_slot = 1, .slot_name = {"momentum"}, .step = sgd_step};

const struct optim optim_nesterov = {.name = "nesterov",
                                     .n_slot = 1,
                                     .slot_name = {"momentum"},
                                     .step = nesterov_step};
