/* test_optim_more.c - SGD, AdamW and clipping against Keras' formulas */
#include "base/rng.h"
#include "nn/optim.h"
#include "tap.h"

#include <stdlib.h>

#include "../golden/optim_golden.inc"
#include "../golden/optim_more.inc"

static const struct optim *find_optim(const char *name)
{
    const struct optim *o;

    for (int i = 0; (o = optim_at(i)) && strcmp(o->name, name) != 0;)
        i++;
    ok(o != NULL, name);
    return o ? o : &optim_adam;
}

static double worst_of(const float *got, const float *want, int n)
{
    double worst = 0;

    for (int i = 0; i < n; i++)
        worst = fmax(worst, fabs((double)got[i] - (double)want[i]) /
                                fmax(fabs((double)want[i]), 1e-3));
    return worst;
}

static void check_run(const struct run *r)
{
    const struct optim *o = find_optim(r->optim);
    float w[N], m[N] = {0}, v[N] = {0};
    double worst = 0;

    memcpy(w, more_w0, sizeof(w));
    for (uint32_t t = 0; t < MORE; t++) {
        const struct optim_step s = {.n = N,
                                     .w = w,
                                     .dw = more_grad[t],
                                     .slot = {m, o->n_slot > 1 ? v : NULL},
                                     .t = t + 1,
                                     .learning_rate = more_rate[t],
                                     .momentum = r->momentum,
                                     .weight_decay = r->weight_decay,
                                     .threads = 1};

        o->step(&s);
        worst = fmax(worst, worst_of(w, r->after[t], N));
    }
    near(worst, 0.0, 3e-7, r->name);
    ok(w[1] != more_w0[1], "  which moves");
    if (r->weight_decay > 0)
        ok(fabsf(w[0]) < fabsf(more_w0[0]),
           "  without a gradient the weight decays");
    else
        ok(memcmp(w, more_w0, sizeof(w[0])) == 0,
           "  without a gradient the weight stays");
}

/* Every line of optims.def has its place and its name. */
static void check_at(void)
{
    static const char *const name[] = {
#define OPTIM(name) #name,
#include "nn/optims.def"
#undef OPTIM
    };
    enum { COUNT = sizeof(name) / sizeof(name[0]) };

    for (int i = 0; i < COUNT; i++)
        ok(optim_at(i) && !strcmp(optim_at(i)->name, name[i]) &&
               optim_at(i) == find_optim(name[i]),
           "an optimiser by its place");
    ok(!optim_at(-1) && !optim_at(COUNT),
       "there is no optimiser at another place");
}

/* w decays by decay * lr, once, whatever the gradient's history. */
static void check_decay(void)
{
    float w = 2, m = 0, v = 0;
    const float g = 0;
    const struct optim_step s = {.n = 1,
                                 .w = &w,
                                 .dw = &g,
                                 .slot = {&m, &v},
                                 .t = 1,
                                 .learning_rate = 0.5f,
                                 .weight_decay = 0.25f,
                                 .threads = 1};

    optim_adamw.step(&s);
    near((double)w, 2 * (1 - 0.125), 1e-7, "adamw: w -= w decay lr");
    ok(m == 0.0f && v == 0.0f, "adamw: the moments see nothing of it");
}

/* v keeps the rate of its time. */
static void check_momentum(void)
{
    float w = 0, v = 0;
    const float g = 1, none = 0;
    struct optim_step s = {.n = 1,
                           .w = &w,
                           .dw = &g,
                           .slot = {&v, NULL},
                           .t = 1,
                           .learning_rate = 0.5f,
                           .momentum = 0.5f,
                           .threads = 1};

    optim_sgd.step(&s);
    s.dw = &none;
    s.learning_rate = 1000.0f;
    optim_sgd.step(&s);
    near((double)w, -0.75, 1e-7, "sgd: v = m v - lr g; w += v");
    w = v = 0;
    s.dw = &g;
    s.learning_rate = 0.5f;
    optim_nesterov.step(&s);
    near((double)w, -0.75, 1e-7, "nesterov: w += m v - lr g");
    near((double)v, -0.5, 1e-7, "nesterov: v is sgd's");
}

/* --- threads ---------------------------------------------------------------*/

enum { MANY = 100003 };

static float *draw_values(size_t n)
{
    float *x = malloc(n * sizeof(*x));
    struct rng rng;

    if (!x)
        abort();
    rng_init(&rng, 1, RNG_TEST, 0, 0);
    for (size_t i = 0; i < n; i++)
        x[i] = rng_uniform(&rng);
    return x;
}

static void check_threads(const char *name)
{
    const struct optim *o = find_optim(name);
    float *one = draw_values((size_t)4 * MANY),
          *four = draw_values((size_t)4 * MANY);

    for (int threads = 1; threads <= 4; threads += 3) {
        float *p = threads == 1 ? one : four;
        const struct optim_step s = {
            .n = MANY,
            .w = p,
            .dw = p + MANY,
            .slot = {p + (size_t)2 * MANY, p + (size_t)3 * MANY},
            .t = 9,
            .learning_rate = 0.1f,
            .momentum = 0.9f,
            .weight_decay = 0.01f,
            .threads = threads};

        o->step(&s);
    }
    ok(memcmp(one, four, (size_t)4 * MANY * sizeof(*one)) == 0,
       "four threads give the bits of one");
    free(one);
    free(four);
}

/* --- clipping --------------------------------------------------------------*/

static void check_clip(void)
{
    float g[4] = {3, 0, -4, 0}, bad[2] = {INFINITY, 1};

    near(optim_clip_norm(g, 4, 5.0, 1), 5, 1e-12, "clip: returns the norm");
    ok(g[0] == 3.0f && g[2] == -4.0f, "clip: at the limit nothing changes");
    near(optim_clip_norm(g, 4, 6.0, 1), 5, 1e-12,
         "clip: a norm below the limit is returned");
    ok(g[0] == 3.0f, "clip: a norm below the limit changes nothing");
    near(optim_clip_norm(g, 4, 0.5, 1), 5, 1e-12,
         "clip: of a norm above the limit the old one is returned");
    near((double)g[0], 0.3, 1e-6, "clip: the first number is scaled");
    near((double)g[2], -0.4, 1e-6,
         "clip: the other is scaled by the same factor");
    near(optim_clip_norm(g, 4, 0.5, 1), 0.5, 1e-6,
         "clip: the norm is then the limit");
    ok(optim_clip_norm(g, 0, 0.5, 1) == 0.0,
       "clip: no numbers have the norm 0");
    ok(isinf(optim_clip_norm(bad, 2, 1.0, 1)) && bad[1] == 1.0f,
       "clip: infinity stays as it is");
    bad[0] = NAN;
    ok(isnan(optim_clip_norm(bad, 2, 1.0, 1)) && bad[1] == 1.0f,
       "clip: NaN stays as it is");
}

static void check_clip_threads(void)
{
    const size_t n = (size_t)4 * MANY;
    float *one = draw_values(n), *three = draw_values(n);
    const double a = optim_clip_norm(one, n, 1.0, 1),
                 b = optim_clip_norm(three, n, 1.0, 3);
    double sum = 0;

    ok(a == b && memcmp(one, three, n * sizeof(*one)) == 0,
       "clip: three threads give the bits of one");
    for (size_t i = 0; i < n; i++)
        sum += (double)one[i] * (double)one[i];
    near(sqrt(sum), 1, 1e-5, "clip: the norm of many");
    free(one);
    free(three);
}

int main(void)
{
    (void)w0, (void)rate, (void)grad, (void)after, (void)m_end, (void)v_end;
    (void)sequences;
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
        check_run(&runs[i]);
    check_at();
    check_decay();
    check_momentum();
    check_threads("adamw");
    check_threads("sgd");
    check_threads("nesterov");
    check_clip();
    check_clip_threads();
    return tap_done();
}
