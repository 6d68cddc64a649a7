/*
 * bench_explain.c - seconds that an explanation takes, and what of it is the
 * network's
 *
 * One noisy picture of 110 x 110, five classes, one target, drawn weights,
 * each explainer with its defaults; two threads, or as many as OMP_NUM_THREADS
 * says.  Prints the seconds, best of three (of one beyond two seconds), and
 * beside them the same number of forward passes in full batches alone, or for
 * those that want gradients one forward and one backward pass of one picture.
 * Networks by name as arguments; else mobilenetv2.  --short before them leaves
 * faithfulness, integrated gradients and SmoothGrad out; then --bf16 makes many
 * passes in bf16.
 */
#include "base/clock.h"
#include "nn/nets.h"
#include "stages/explain/faithfulness.h"
#include "stages/explain/quickshift.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 110, PIXELS = SIDE * SIDE, CLASSES = 5, RUNS = 3 };

struct explain_bench {
    struct graph *keep, *fold;
    struct gradients gradients;
    struct scorer scorer;
    struct config config;
    uint8_t rgb[3 * PIXELS], view[PIXELS];
    float x[3 * PIXELS], heat[PIXELS];
    struct explainer_task task;
};

static struct graph *build_graph(const struct net *net, int batch,
                                 enum graph_memory memory, bool bf16)
{
    struct err err = {0};
    struct graph *g = net_new(
        net, &(struct net_args){.h = SIDE, .w = SIDE, .classes = CLASSES},
        &(struct graph_args){.max_batch = batch,
                             .seed = 1,
                             .memory = memory,
                             .bf16 = bf16,
                             .frozen = true},
        &err);

    BUG_ON(!g);
    return g;
}

static void open_bench(struct explain_bench *b, const struct net *net,
                       bool bf16)
{
    static const int target = 0;
    struct rng rng;
    struct err err = {0};
    struct node *layer;

    config_init(&b->config);
    b->scorer.threads = omp_get_max_threads();
    b->keep = build_graph(net, GRADIENTS_BATCH, GRAPH_KEEP_ALL, false);
    b->fold = build_graph(net, SCORER_BATCH, GRAPH_INFER, bf16);
    b->scorer.graph = b->fold;
    layer = graph_node(b->keep, net->cam_layer);
    BUG_ON(gradients_init(&b->gradients, b->keep, &layer, 1, &err) < 0);
    rng_init(&rng, 1, RNG_TEST, 0, 0);
    for (int i = 0; i < 3 * PIXELS; i++)
        b->rgb[i] =
            (uint8_t)(128.0 + 100.0 * sin(0.002 * i) + rng_below(&rng, 20));
    preprocess(PREPROCESS_TF, b->rgb, PIXELS, b->x);
    b->task = (struct explainer_task){
        .settings = &b->config.explain,
        .seed = 1,
        .rgb = b->rgb,
        .x = b->x,
        .h = SIDE,
        .w = SIDE,
        .input = PREPROCESS_TF,
        .target = &target,
        .n_target = 1,
        .layer = b->gradients.layer,
        .n_layer = 1,
        .graph = b->keep,
        .gradients = &b->gradients,
        .scorer = &b->scorer,
    };
}

static void run_method(struct explain_bench *b, const char *name)
{
    struct err err = {0};
    const struct explainer *e = explainer_find(name, &err);
    struct explainer_map map = {.heat = b->heat, .view = b->view};

    BUG_ON(!e || e->explain(&b->task, &map, &err) < 0);
}

static void run_family(struct explain_bench *b, const char *name)
{
    (void)name;
    gradients_take(&b->gradients, b->x, b->task.target, 1);
    run_method(b, "gradcam");
    run_method(b, "gradcampp");
    run_method(b, "layercam");
}

static void run_faith(struct explain_bench *b, const char *name)
{
    struct err err = {0};
    struct faithfulness f = {0};

    (void)name;
    BUG_ON(faithfulness_measure(&b->task, b->heat, 0, &f, &err) < 0);
}

static void run_quickshift(struct explain_bench *b, const char *name)
{
    static int32_t label[PIXELS];
    const struct quickshift_args a = {4, 200, 0.2, NULL};
    struct err err = {0};

    (void)name;
    BUG_ON(quickshift(&a, b->rgb, SIDE, SIDE, label, &err) < 1);
}

static void forward_backward(struct explain_bench *b, int n)
{
    for (int i = 0; i < n; i++)
        gradients_of_input(b->keep, 1, 0);
}

static void forward_many(struct explain_bench *b, int n)
{
    for (int i = 0; i < n; i += SCORER_BATCH) {
        graph_set_batch(b->fold, n - i < SCORER_BATCH ? n - i : SCORER_BATCH);
        graph_forward(b->fold, PHASE_INFER);
    }
}

static double median_seconds(struct explain_bench *b, const char *name,
                             void (*run)(struct explain_bench *b,
                                         const char *name))
{
    double best = INFINITY;

    for (int i = 0; i < RUNS && (i == 0 || best < 2.0); i++) {
        const double start = clock_now();

        run(b, name);
        best = fmin(best, clock_now() - start);
    }
    return best;
}

static double count_passes(struct explain_bench *b, int n,
                           void (*run)(struct explain_bench *b, int n))
{
    double best = INFINITY;

    for (int i = 0; i < RUNS && (i == 0 || best < 2.0); i++) {
        const double start = clock_now();

        run(b, n);
        best = fmin(best, clock_now() - start);
    }
    return best;
}

static void print_row(const char *net, const char *what, double s, int n,
                      double p)
{
    printf("explain %-12s %-10s %9.4f s", net, what, s);
    if (n > 0)
        printf("  %5d passes %9.4f s  %4.2f times", n, p, s / p);
    printf("\n");
    fflush(stdout);
}

/* Channels whose map is not flat, and one pass for all that are. */
static int score_passes(const struct gradients_layer *l)
{
    int n = 0, flat = 0;

    for (int k = 0; k < l->c; k++) {
        bool same = true;

        for (int i = 1; i < l->h * l->w; i++)
            same = same && !(l->a[i * l->c + k] > l->a[k] ||
                             l->a[i * l->c + k] < l->a[k]);
        n += !same;
        flat |= same;
    }
    return n + flat;
}

/* What no peer is asked for. */
static void bench_rest(struct explain_bench *b, const char *name)
{
    int n;

    n = 2 + 2 * (int)b->config.explain.faith_steps + ROAD_ROWS;
    print_row(name, "faith", median_seconds(b, "", run_faith), n,
              count_passes(b, n, forward_many));
    n = (int)b->config.explain.intgrad_steps;
    print_row(name, "intgrad", median_seconds(b, "intgrad", run_method), n,
              count_passes(b, n, forward_backward));
    print_row(name, "smoothgrad", median_seconds(b, "smoothgrad", run_method),
              n, count_passes(b, n, forward_backward));
}

static void bench_network(const char *name, bool brief, bool bf16)
{
    struct explain_bench *b = calloc(1, sizeof(*b));
    struct err err = {0};
    const struct net *net = net_find(name, &err);
    int n;

    BUG_ON(!b || !net);
    open_bench(b, net, bf16);
    print_row(name, "family", median_seconds(b, "", run_family), 1,
              count_passes(b, 1, forward_backward));
    n = score_passes(b->gradients.layer);
    print_row(name, "scorecam", median_seconds(b, "scorecam", run_method), n,
              count_passes(b, n, forward_many));
    n = (int)b->config.explain.lime_samples;
    print_row(name, "lime", median_seconds(b, "lime", run_method), n,
              count_passes(b, n, forward_many));
    print_row(name, "quickshift", median_seconds(b, "", run_quickshift), 0, 0);
    if (!brief)
        bench_rest(b, name);
    gradients_release(&b->gradients);
    graph_free(b->keep);
    graph_free(b->fold);
    free(b);
}

int main(int argc, char **argv)
{
    const bool brief = argc > 1 && strcmp(argv[1], "--short") == 0;
    const bool bf16 = argc > 2 && strcmp(argv[2], "--bf16") == 0;

    for (int i = 1 + brief + bf16; i < argc; i++)
        bench_network(argv[i], brief, bf16);
    if (argc == 1 + brief + bf16)
        bench_network("mobilenetv2", brief, bf16);
    return 0;
}
