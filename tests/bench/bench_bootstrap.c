/*
 * bench_bootstrap.c - seconds that intervals take
 *
 * 812 predictions of five classes in 203 groups, 2,000 resamples: five figures
 * (accuracy, balanced accuracy, weighted F1, MCC, mean ROC-AUC), and all that
 * metrics.json has, with everything else in it.  One thread; best of five.
 */
#include "base/clock.h"
#include "base/rng.h"
#include "stages/evaluate/metrics_json.h"
#include "stats/bootstrap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 812, K = 5, A_GROUP = 4, RESAMPLES = 2000, RUNS = 5, FIGURES = 5 };

struct bootstrap_bench {
    struct outcomes o;
    struct curves curves;
    struct metrics m;
    int label[N], predicted[N];
    double p[N * K];
    char name[N][16];
    const char *group[N];
    uint32_t id[N];
};

static const char classes[K][CONFIG_NAME_MAX] = {"Dyskeratotic", "Koilocytotic",
                                                 "Metaplastic", "Parabasal",
                                                 "Superficial-Intermediate"};

/* Right in about nine of ten. */
static void make_cells(struct bootstrap_bench *b)
{
    struct rng rng;

    rng_init(&rng, 1, RNG_TEST, 0, 0);
    for (size_t i = 0; i < N; i++) {
        double sum = 0;

        b->label[i] = (int)rng_below(&rng, K);
        for (int c = 0; c < K; c++)
            sum += b->p[i * K + (size_t)c] =
                (double)rng_uniform(&rng) + .75 * (c == b->label[i]);
        for (int c = 0; c < K; c++)
            b->p[i * K + (size_t)c] /= sum;
        b->predicted[i] = outcomes_argmax(b->p + i * K, K);
        snprintf(b->name[i], sizeof(b->name[i]), "g/%zu", i / A_GROUP);
        b->group[i] = b->name[i];
        b->id[i] = (uint32_t)(i / A_GROUP);
    }
    b->o = (struct outcomes){N, K, b->label, b->predicted, b->p, NULL};
}

static void five_figures(void *self, const uint32_t *w, double *v)
{
    struct bootstrap_bench *b = self;
    struct outcomes o = b->o;
    struct areas areas;

    o.w = w;
    metrics_of(&b->m, &o);
    curves_areas(&b->curves, w, &areas);
    v[0] = b->m.accuracy;
    v[1] = b->m.balanced_accuracy;
    v[2] = b->m.weighted.f1;
    v[3] = b->m.mcc;
    v[4] = areas.macro_roc;
}

static void bench_five(struct bootstrap_bench *b)
{
    const struct bootstrap run = {.n = N,
                                  .n_group = N / A_GROUP,
                                  .group = b->id,
                                  .resamples = RESAMPLES,
                                  .seed = 1,
                                  .n_value = FIGURES,
                                  .each = five_figures,
                                  .self = b};
    struct interval v[FIGURES];
    struct err err;
    double best = INFINITY;

    for (int i = 0; i < RUNS; i++) {
        const double start = clock_now();

        BUG_ON(curves_init(&b->curves, &b->o, &err) < 0 ||
               bootstrap_run(&run, v, &err) < 0);
        curves_release(&b->curves);
        best = fmin(best, clock_now() - start);
    }
    printf("%d resamples of %d predictions, %d figures: %.3f s\n", RESAMPLES, N,
           FIGURES, best);
}

static void bench_all(struct bootstrap_bench *b, const struct config *c)
{
    double best = INFINITY;

    for (int i = 0; i < RUNS; i++) {
        struct metrics_json a = {.experiment = "bench",
                                 .network = "net",
                                 .model = "best",
                                 .class_name = classes,
                                 .settings = &c->evaluate,
                                 .seed = 1,
                                 .test = {b->o, b->group},
                                 .validation = {b->o, b->group}};
        const double start = clock_now();
        struct err err;

        BUG_ON(metrics_json_run(&a, &err) < 0);
        metrics_json_release(&a);
        best = fmin(best, clock_now() - start);
    }
    printf("the same, all figures of metrics.json: %.3f s\n", best);
}

int main(void)
{
    struct bootstrap_bench *b = calloc(1, sizeof(*b));
    struct config *c = malloc(sizeof(*c));

    BUG_ON(!b || !c);
    make_cells(b);
    config_init(c);
    bench_five(b);
    bench_all(b, c);
    free(c);
    free(b);
    return 0;
}
