/* bench_ranks.c - a training step that is divided among ranks */
#define _DEFAULT_SOURCE
#include "orchestration/scheduler/launch.h"
#include "orchestration/tools/bench_step.h"
#include "ranks/dist_threads.h"
#include "ranks/rank_cores.h"

#include <omp.h>
#include <sys/resource.h>

int bench_ranks(const struct bench_args *a, struct err *err)
{
    char number[5][16];
    const int value[5] = {a->size, a->batch, a->threads, a->steps, a->ranks};
    const char *args[] = {"bench-rank",
                          a->net,
                          "--size",
                          number[0],
                          "--batch",
                          number[1],
                          "--threads",
                          number[2],
                          "--steps",
                          number[3],
                          "--ranks",
                          number[4],
                          a->strict ? "--strict" : NULL,
                          NULL};

    if (!a->net)
        return err_set(err, ERR_USAGE, "bench: --ranks needs a network");
    for (int i = 0; i < 5; i++)
        snprintf(number[i], sizeof(number[i]), "%d", value[i]);
    return launch_exec_ranks(a->ranks, args, err);
}

/* One of the parts that a batch is divided into. */
struct bench_part {
    const struct bench_args *args;
    const struct net *net;
    double seconds;
    struct dist_seconds exchange;
    int steps;
    int rc;
    struct err err;
};

static void run_part(void *self, struct dist *d)
{
    struct bench_part *p = self;
    struct bench_step t;

    omp_set_num_threads(p->args->threads);
    p->rc = bench_step_init(&t, p->net, p->args, GRAPH_TRAIN, d, &p->err);
    p->rc = dist_agree(d, p->rc, &p->err);
    if (p->rc == 0)
        p->seconds = bench_step_run(&t, PHASE_TRAIN);
    p->exchange = t.exchange;
    p->steps = t.steps;
    bench_step_release(&t);
}

/* Megabytes that all ranks have taken at most. */
static int sum_memory(struct dist *d, double *mb, struct err *err)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    *mb = (double)use.ru_maxrss / 1024;
    return dist_sum(d, mb, 1, err);
}

static void print_part(FILE *out, const struct bench_part *p,
                       const struct dist *d, int threads, double mb)
{
    const double all = p->seconds * p->steps;

    fprintf(out,
            "%s training, %d rank%s of %d thread%s: %.3f ms/image, exchange "
            "%.2f %% (gradients %.2f %%, statistics %.2f %%), %.0f MB in all\n",
            p->net->name, d->size, d->size > 1 ? "s" : "", threads,
            threads > 1 ? "s" : "", p->seconds * 1e3 / p->args->batch,
            100 * (p->exchange.gradients + p->exchange.others) / all,
            100 * p->exchange.gradients / all, 100 * p->exchange.others / all,
            mb);
}

static int run_parts(FILE *out, struct dist *d, const struct bench_args *a,
                     struct err *err)
{
    const struct net *net = net_find(a->net, err);
    const int n = rank_cores_parts(d, a->strict ? STRICT_PARTS : PAIR_PARTS,
                                   a->strict, a->batch, err);
    const int threads = rank_cores_of(d, a->threads).threads;
    struct bench_args one = *a;
    struct bench_part part[STRICT_PARTS];
    void *self[STRICT_PARTS];
    double mb;

    if (!net || n < 1)
        return -1;
    one.threads = threads / n > 1 ? threads / n : 1;
    for (int i = 0; i < n; i++) {
        part[i] = (struct bench_part){.args = &one, .net = net};
        self[i] = &part[i];
    }
    dist_threads_turns(d, n, threads < n ? threads : n, run_part, self);
    *err = part[0].rc < 0 ? part[0].err : d->fault;
    if (part[0].rc < 0 || d->fault.code != ERR_NONE ||
        sum_memory(d, &mb, err) < 0)
        return -1;
    if (d->rank == 0)
        print_part(out, &part[0], d, threads, mb);
    return 0;
}

int bench_rank(FILE *out, const struct bench_args *a, struct err *err)
{
    struct dist d;
    int rc;

    if (bench_check(a, err) < 0 || dist_start(&d, err) < 0)
        return -1;
    rc = run_parts(out, &d, a, err);
    fflush(out);
    if (d.fault.code != ERR_NONE)
        dist_abort(&d, err_exit_status(d.fault.code));
    dist_stop(&d);
    return rc;
}
