#define _DEFAULT_SOURCE
#include "orchestration/tools/bench.h"

#include "nn/block_product.h"
#include "nn/gemm.h"
#include "orchestration/tools/bench_step.h"

#include <omp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- layer by layer ------------------------------------------------------- */

static double gflops_of(double operations, double seconds)
{
    return seconds > 0.0 ? operations / seconds * 1e-9 : 0.0;
}

static void print_layers(FILE *out, const struct bench_step *t, double ms)
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
            gflops_of(c.forward * t->steps, s->forward),
            s->backward * per_image,
            gflops_of(c.backward * t->steps, s->backward),
            100.0 * (s->forward + s->backward) * per_image / ms);
    }
    if (t->optim_seconds > 0.0)
        fprintf(out, "  %-28s %-12s %-12s %16s %8.4f %8s %8s %8s %6.2f%%\n",
                "adam", "optimiser", "-", "", t->optim_seconds * per_image, "",
                "", "", 100.0 * t->optim_seconds * per_image / ms);
}

/* --- one network, all of them --------------------------------------------- */

static int bench_phase(FILE *out, const struct bench_args *a,
                       const struct net *net, enum phase phase, struct err *err)
{
    const bool train = phase == PHASE_TRAIN;
    struct bench_step t;
    struct rusage use;
    double ms;
    int rc = bench_step_init(&t, net, a, train ? GRAPH_TRAIN : GRAPH_INFER,
                             NULL, err);

    if (rc == 0) {
        ms = bench_step_run(&t, phase) * 1e3 / a->batch;
        getrusage(RUSAGE_SELF, &use);
        fprintf(out, "%s %s: %.3f ms/image, peak memory %ld MB\n", net->name,
                train ? "training" : "inference", ms, use.ru_maxrss / 1024);
        if (a->layers)
            print_layers(out, &t, ms);
    }
    bench_step_release(&t);
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

int bench_check(const struct bench_args *a, struct err *err)
{
    bool bf16;

    if ((a->net && !net_find(a->net, err)) ||
        check_range("--size", a->size, NET_MIN_SIDE, NET_MAX_SIDE, err) < 0 ||
        check_range("--batch", a->batch, 1, GRAPH_MAX_BATCH, err) < 0 ||
        check_range("--steps", a->steps, 1, BENCH_MAX_STEPS, err) < 0 ||
        check_range("--threads", a->threads, 0, 1024, err) < 0)
        return -1;
    if (block_asks_bf16(a->precision, &bf16, err) < 0)
        return -1;
    return check_range("--ranks", a->ranks, 0, DIST_MAX_RANKS, err);
}

int bench(FILE *out, const struct bench_args *a, struct err *err)
{
    const struct net *net;

    if (bench_check(a, err) < 0)
        return -1;
    if (a->ranks > 0)
        return bench_ranks(a, err);
    net = a->net ? net_find(a->net, err) : NULL;
    fprintf(out,
            "%dx%d, batch %d, %d threads; matrix products: %s; OpenBLAS "
            "kernels: %s; convolutions: %s\n",
            a->size, a->size, a->batch,
            a->threads ? a->threads : omp_get_max_threads(), gemm_provider(),
            gemm_processor(), a->precision ? a->precision : "float32");
    for (size_t i = 0; net_at(i); i++)
        if ((!net && bench_apart(out, a, net_at(i), err) < 0) ||
            (net == net_at(i) && bench_one(out, a, net, err) < 0))
            return -1;
    return 0;
}
