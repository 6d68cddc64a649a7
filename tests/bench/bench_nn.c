/*
 * bench_nn.c - milliseconds an image of every network: a training step
 * (forward, loss gradient, backward) and inference, at 110 x 110
 *
 * Prints the median of several steps and the peak memory of the process.
 */
#define _DEFAULT_SOURCE
#include "nn/gemm.h"
#include "nn/nets.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { SIDE = 110, BATCH = 32, STEPS = 9 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void step(struct graph *g, enum phase phase)
{
    graph_forward(g, phase);
    if (phase == PHASE_INFER)
        return;
    memcpy(graph_output(g)->dout.data, graph_output(g)->out.data,
           tensor_len(&graph_output(g)->out) * sizeof(float));
    graph_zero_grad(g);
    graph_backward(g);
}

/* Median milliseconds an image. */
static double measure(struct graph *g, enum phase phase)
{
    double t[STEPS];

    step(g, phase);
    for (int i = 0; i < STEPS; i++) {
        const double start = now();

        step(g, phase);
        t[i] = (now() - start) * 1e3 / BATCH;
    }
    qsort(t, STEPS, sizeof(t[0]), by_value);
    return t[STEPS / 2];
}

static struct graph *new_graph(const struct net *net, enum graph_memory memory)
{
    struct err err = {0};
    struct graph *g = net_new(
        net, &(struct net_args){.h = SIDE, .w = SIDE, .classes = 5},
        &(struct graph_args){.max_batch = BATCH, .seed = 1, .memory = memory},
        &err);
    struct rng rng;

    if (!g) {
        fprintf(stderr, "bench_nn: %s\n", err.text);
        exit(err_exit_status(err.code));
    }
    rng_init(&rng, 1, RNG_TEST, 0, 0);
    for (size_t i = 0; i < (size_t)BATCH * SIDE * SIDE * 3; i++)
        graph_input(g)[i] = rng_uniform_in(&rng, -1, 1);
    return g;
}

static void bench(const struct net *net)
{
    struct graph *g = new_graph(net, GRAPH_TRAIN);
    const double train = measure(g, PHASE_TRAIN);
    double infer;
    struct rusage use;

    graph_free(g);
    g = new_graph(net, GRAPH_INFER);
    infer = measure(g, PHASE_INFER);
    graph_free(g);
    getrusage(RUSAGE_SELF, &use);
    printf("%s %dx%d batch %d, %d threads: training %.2f ms/image, "
           "inference %.2f ms/image, peak memory %ld MB\n",
           net->name, SIDE, SIDE, BATCH, omp_get_max_threads(), train, infer,
           use.ru_maxrss / 1024);
}

int main(void)
{
    printf("matrix products: %s; OpenBLAS kernels: %s\n", gemm_provider(),
           gemm_core());
    for (size_t i = 0; net_at(i); i++)
        bench(net_at(i));
    return 0;
}
