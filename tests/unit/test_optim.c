/* test_optim.c - Adam against Keras' formula in NumPy float32 */
#include "base/rng.h"
#include "nn/optim.h"
#include "tap.h"

#include <stdlib.h>

#include "../golden/optim_golden.inc"

static double worst_of(const float *got, const float *want, int n)
{
    double worst = 0;

    for (int i = 0; i < n; i++) {
        const double w = (double)want[i], d = fabs((double)got[i] - w);

        worst = fmax(worst, w != 0.0 ? d / fabs(w) : d);
    }
    return worst;
}

static void check_golden(void)
{
    float w[N], m[N] = {0}, v[N] = {0};

    memcpy(w, w0, sizeof(w));
    for (uint32_t t = 0; t < STEPS; t++) {
        const struct optim_step s = {.n = N,
                                     .w = w,
                                     .dw = grad[t],
                                     .slot = {m, v},
                                     .t = t + 1,
                                     .learning_rate = rate[t],
                                     .threads = 1};

        optim_adam.step(&s);
        near(worst_of(w, after[t], N), 0.0, 2e-7, "adam: weights as in Keras");
    }
    near(worst_of(m, m_end, N), 0.0, 2e-7, "adam: first moments as in Keras");
    near(worst_of(v, v_end, N), 0.0, 2e-7, "adam: second moments as in Keras");
    ok(memcmp(&w[0], &w0[0], sizeof(w[0])) == 0,
       "adam: without gradient the weight stays");
}

/* The first step has length lr, whatever the gradient's, if it is >> eps. */
static void check_first_step(void)
{
    float w[3] = {0}, m[3] = {0}, v[3] = {0};
    const float g[3] = {1e-3f, -50.0f, 1e-9f};
    const struct optim_step s = {.n = 3,
                                 .w = w,
                                 .dw = g,
                                 .slot = {m, v},
                                 .t = 1,
                                 .learning_rate = 0.01f,
                                 .threads = 1};

    optim_adam.step(&s);
    near((double)w[0] / -0.01, 1.0, 4e-3,
         "adam: the first step has the rate's length, downhill");
    near((double)w[1] / 0.01, 1.0, 1e-4,
         "adam: the first step has the rate's length, uphill");
    /* eps-hat: g / (g + eps / sqrt(1 - b2)), not g / (g + eps) */
    near((double)w[2] / -0.01, 1e-9 / (1e-9 + 1e-7 / sqrt(1e-3)), 1e-3,
         "adam: epsilon is not bias-corrected");
    ok(fabs((double)w[2]) < 1e-5, "adam: a tiny gradient moves little");
}

static void check_threads(void)
{
    enum { MANY = 100003 };
    float *block = malloc((size_t)8 * MANY * sizeof(*block));
    float *one = block, *four = block ? block + (size_t)4 * MANY : NULL;
    struct rng rng;

    if (!ok(block != NULL, "memory for 100,003 weights"))
        return;
    rng_init(&rng, 1, RNG_TEST, 0, 0);
    for (size_t i = 0; i < MANY; i++) {
        one[i] = rng_normal(&rng);
        one[i + MANY] = rng_normal(&rng);
        one[i + (size_t)2 * MANY] = rng_normal(&rng);
        one[i + (size_t)3 * MANY] = rng_uniform(&rng);
    }
    memcpy(four, one, (size_t)4 * MANY * sizeof(*block));
    for (int threads = 1; threads <= 4; threads += 3) {
        float *p = threads == 1 ? one : four;
        const struct optim_step s = {
            .n = MANY,
            .w = p,
            .dw = p + MANY,
            .slot = {p + (size_t)2 * MANY, p + (size_t)3 * MANY},
            .t = 9,
            .learning_rate = 0.1f,
            .threads = threads};

        optim_adam.step(&s);
    }
    ok(memcmp(one, four, (size_t)4 * MANY * sizeof(*block)) == 0,
       "adam: four threads give the bits of one");
    free(block);
}

int main(void)
{
    (void)sequences;
    check_golden();
    check_first_step();
    check_threads();
    ok(optim_at(0) == &optim_adam && optim_at(3) == &optim_nesterov,
       "optimisers are in the order of their list");
    ok(!optim_at(-1) && !optim_at(4), "there are no others");
    return tap_done();
}
