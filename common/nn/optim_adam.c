/*
 * optim_adam.c - Adam as in Keras 2.12, all in float32
 *
 *     m += (g - m) (1 - b1),  v += (g^2 - v) (1 - b2)
 *     w -= m alpha / (sqrt(v) + eps),
 *     alpha = lr sqrt(1 - b2^t) / (1 - b1^t)
 *
 * b1 = .9, b2 = .999, eps = 1e-7: it is the "epsilon hat" of Kingma & Ba 2015
 * (arXiv:1412.6980), section 2, outside the bias correction.
 */
#include "nn/optim.h"

#include "base/hot.h"

#include <math.h>

/* Products and sums are not fused here (base/hot.h), and every operation is
 * rounded as IEEE 754 says, so all hosts agree. */
enum { PIECE = 16384 }; /* floats: a thread's share at a time */

HOT static void adam_piece(size_t n, float *restrict w, const float *restrict g,
                           float *restrict m, float *restrict v, float alpha)
{
    const float one_b1 = (float)(1.0 - 0.9), one_b2 = (float)(1.0 - 0.999);
    const float eps = 1e-7f;

    for (size_t i = 0; i < n; i++) {
        m[i] += (g[i] - m[i]) * one_b1;
        v[i] += (g[i] * g[i] - v[i]) * one_b2;
        w[i] -= m[i] * alpha / (sqrtf(v[i]) + eps);
    }
}

static void adam_step(const struct optim_step *s)
{
    const float t = (float)s->t;
    const float alpha = s->learning_rate * sqrtf(1.0f - powf(0.999f, t)) /
                        (1.0f - powf(0.9f, t));

#pragma omp parallel for num_threads(s->threads) schedule(static)
    for (size_t at = 0; at < s->n; at += PIECE) {
        const size_t left = s->n - at;

        adam_piece(left < PIECE ? left : PIECE, s->w + at, s->dw + at,
                   s->slot[0] + at, s->slot[1] + at, alpha);
    }
}

const struct optim optim_adam = {
    .name = "adam", .n_slot = 2, .slot_name = {"m", "v"}, .step = adam_step};
