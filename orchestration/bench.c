#define _DEFAULT_SOURCE
#include "orchestration/bench.h"

#include "base/clock.h"
#include "nn/gemm.h"
#include "nn/nets.h"
#include "nn/optim.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLASSES = 5 };

struct timed {
    const struct bench_args *args;
    struct graph *graph; /* owned */
    const struct optim *optim;
    float *slot[OPTIM_MAX_SLOT]; /* owned */
    struct node_time *time;      /* owned; one for each node */
    int steps;                   /* that 'time' is the sum of */
    double optim_seconds;        /* of those steps */
};

static void timed_release(struct timed *t)
{
    graph_free(t->graph);
    for (int i = 0; i < OPTIM_MAX_SLOT; i++)
        free(t->slot[i]);
    free(t->time);
}

static int timed_init(struct timed *t, const struct net *net,
                      const struct bench_args *a, enum graph_memory memory,
                      struct err *err)
{
    const struct net_args na = {
        .h = a->size, .w = a->size, .classes = CLASSES, .head = HEAD_LINEAR};
    const struct graph_args ga = {.max_batch = a->batch,
                                  .threads = a->threads,
                                  .seed = 1,
                                  .memory = memory};

    *t = (struct timed){.args = a};
    t->optim = optim_find("adam", err);
    t->graph = t->optim ? net_new(net, &na, &ga, err) : NULL;
    if (!t->graph)
        return -1;
    t->time = calloc((size_t)graph_n_node(t->graph), sizeof(*t->time));
    if (!t->time)
        return err_set(err, ERR_SYSTEM, "no memory to measure %s", net->name);
    for (int i = 0; memory == GRAPH_TRAIN && i < t->optim->n_slot; i++) {
        t->slot[i] = calloc(graph_n_param(t->graph), sizeof(float));
        if (!t->slot[i])
            return err_set(err, ERR_SYSTEM, "no memory for Adam of %s",
                           net->name);
    }
    return 0;
}

/* What stands in for pictures; a forward pass may have spoilt the last. */
static void fill_input(const struct timed *t)
{
    const struct node *in = graph_node_at(t->graph, 0);
    const size_t n = tensor_len(&in->out);
    float *x = graph_input(t->graph);

    for (size_t i = 0; i < n; i++)
        x[i] = (float)((i * 2654435761u) % 1024) / 512.0f - 1.0f;
}

static void optim_step(struct timed *t, uint32_t step)
{
    const double start = clock_now();

    t->optim->step(&(struct optim_step){
        .n = graph_n_param(t->graph),
        .w = graph_param(t->graph),
        .dw = graph_dparam(t->graph),
        .slot = {t->slot[0], t->slot[1]},
        .t = step,
        .learning_rate = 1e-6f,
        .threads = t->args->threads ? t->args->threads : omp_get_max_threads(),
    });
    t->optim_seconds += clock_now() - start;
}

/* Seconds of one step, without that of filling in the input. */
static double run_step(struct timed *t, enum phase phase, uint32_t step)
{
    struct node *out = graph_output(t->graph);
    double start;

    fill_input(t);
    start = clock_now();
    graph_forward(t->graph, phase);
    if (phase == PHASE_TRAIN) {
        memcpy(out->dout.data, out->out.data,
               tensor_len(&out->out) * sizeof(float));
        graph_zero_grad(t->graph);
        graph_backward(t->graph);
        optim_step(t, step);
    }
    t->steps++;
    return clock_now() - start;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Median milliseconds an image. */
static double run_steps(struct timed *t, enum phase phase)
{
    double seconds[BENCH_MAX_STEPS];
    const int n = t->args->steps;

    run_step(t, phase, 1);
    t->steps = 0;
    t->optim_seconds = 0.0;
    graph_time(t->graph, t->time);
    for (int i = 0; i < n; i++)
        seconds[i] = run_step(t, phase, (uint32_t)i + 2);
    qsort(seconds, (size_t)n, sizeof(seconds[0]), by_value);
    return seconds[n / 2] * 1e3 / t->args->batch;
}

/* --- layer by layer -------------------------------------------------------- */

static double gflops(double operations, double seconds)
{
    return seconds > 0.0 ? operations / seconds * 1e-9 : 0.0;
}

static void print_layers(FILE *out, const struct timed *t, double ms)
{
    const double per_image = 1e3 / t->args->batch / t->steps;

    fprintf(out, "  %-28s %-12s %-12s %16s %17s %17s %7s\n", "layer", "kind",
            "provider", "output", "forward", "backward", "share");
    fprintf(out, "  %-28s %-12s %-12s %16s %8s %8s %8s %8s\n", "", "", "", "",
            "ms/image", "GFLOP/s", "ms/image", "GFLOP/s");
    for (int i = 0; i < graph_n_node(t->graph); i++) {
        const struct node *nd = graph_node_at(t->graph, i);
        const struct node_time *s = &t->time[i];
        struct op_cost c = {.provider = "-"};
        char shape[32];

        if (nd->op->cost)
            nd->op->cost(nd, &c);
        snprintf(shape, sizeof(shape), "%dx%dx%d", nd->out.h, nd->out.w,
                 nd->out.c);
        fprintf(
            out, "  %-28s %-12s %-12s %16s %8.4f %8.1f %8.4f %8.1f %6.2f%%\n",
            nd->name, nd->op->name, c.provider, shape, s->forward * per_image,
            gflops(c.forward * t->steps, s->forward), s->backward * per_image,
            gflops(c.backward * t->steps, s->backward),
            100.0 * (s->forward + s->backward) * per_image / ms);
    }
    if (t->optim_seconds > 0.0)
        fprintf(out, "  %-28s %-12s %-12s %16s %8.4f %8s %8s %8s %6.2f%%\n",
                "adam", "optimiser", "-", "", t->optim_seconds * per_image, "",
                "", "", 100.0 * t->optim_seconds * per_image / ms);
}

/* --- one network, all of them ---------------------------------------------- */

static int bench_phase(FILE *out, const struct bench_args *a,
                       const struct net *net, enum phase phase, struct err *err)
{
    const bool train = phase == PHASE_TRAIN;
    struct timed t;
    struct rusage use;
    double ms;
    int rc = timed_init(&t, net, a, train ? GRAPH_TRAIN : GRAPH_INFER, err);

    if (rc == 0) {
        ms = run_steps(&t, phase);
        getrusage(RUSAGE_SELF, &use);
        fprintf(out, "%s %s: %.3f ms/image, peak memory %ld MB\n", net->name,
                train ? "training" : "inference", ms, use.ru_maxrss / 1024);
        if (a->layers)
            print_layers(out, &t, ms);
    }
    timed_release(&t);
    return rc;
}

static int bench_one(FILE *out, const struct bench_args *a,
                     const struct net *net, struct err *err)
{
    return bench_phase(out, a, net, PHASE_TRAIN, err) < 0 ||
                   bench_phase(out, a, net, PHASE_INFER, err) < 0
               ? -1
               : 0;
}

static int bench_apart(FILE *out, const struct bench_args *a,
                       const struct net *net, struct err *err)
{
    pid_t child;
    int status = 0;

    fflush(out);
    child = fork();
    if (child < 0)
        return err_set(err, ERR_SYSTEM, "cannot start a process for %s",
                       net->name);
    if (child == 0) {
        const int rc = bench_one(out, a, net, err);

        if (rc < 0)
            fprintf(stderr, "papline: error: %s\n", err->text);
        fflush(out);
        _exit(rc < 0 ? err_exit_status(err->code) : 0);
    }
    if (waitpid(child, &status, 0) < 0 || status != 0)
        return err_set(err, ERR_SYSTEM, "measuring %s failed", net->name);
    return 0;
}

static int check_range(const char *what, int value, int least, int most,
                       struct err *err)
{
    if (value >= least && value <= most)
        return 0;
    return err_set(err, ERR_USAGE, "bench: %s is %d, not %d .. %d", what, value,
                   least, most);
}

int bench(FILE *out, const struct bench_args *a, struct err *err)
{
    const struct net *net = a->net ? net_find(a->net, err) : NULL;

    if (a->net && !net)
        return -1;
    if (check_range("--size", a->size, NET_MIN_SIDE, NET_MAX_SIDE, err) < 0 ||
        check_range("--batch", a->batch, 1, GRAPH_MAX_BATCH, err) < 0 ||
        check_range("--steps", a->steps, 1, BENCH_MAX_STEPS, err) < 0 ||
        check_range("--threads", a->threads, 0, 1024, err) < 0)
        return -1;
    fprintf(out,
            "%dx%d, batch %d, %d threads; matrix products: %s; OpenBLAS "
            "kernels: %s\n",
            a->size, a->size, a->batch,
            a->threads ? a->threads : omp_get_max_threads(), gemm_provider(),
            gemm_processor());
    for (size_t i = 0; net_at(i); i++)
        if ((!net && bench_apart(out, a, net_at(i), err) < 0) ||
            (net == net_at(i) && bench_one(out, a, net, err) < 0))
            return -1;
    return 0;
}
