#include "orchestration/tools/bench_step.h"

#include "base/clock.h"
#include "base/sort.h"
#include "ranks/gradient_sum.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 5 };

void bench_step_release(struct bench_step *t)
{
    graph_free(t->graph);
    for (int i = 0; i < OPTIM_MAX_SLOT; i++)
        free(t->slot[i]);
    free(t->time);
}

int bench_step_init(struct bench_step *t, const struct net *net,
                    const struct bench_args *a, enum graph_memory memory,
                    struct dist *d, struct err *err)
{
    const struct net_args na = {
        .h = a->size, .w = a->size, .classes = CLASSES, .head = HEAD_LINEAR};
    const bool bf16 = a->precision && strcmp(a->precision, "bf16") == 0;
    const int rows = /* of this rank */
        d ? a->batch * (d->rank + 1) / d->size - a->batch * d->rank / d->size
          : a->batch;
    const struct graph_args ga = {.max_batch = rows,
                                  .threads = a->threads,
                                  .seed = 1,
                                  .coll = d && d->size > 1 ? &t->coll : NULL,
                                  .memory = memory,
                                  .bf16 = bf16};

    *t = (struct bench_step){.args = a, .dist = d};
    if (d)
        t->coll = dist_collective(d);
    t->optim = &optim_adam;
    t->graph = net_new(net, &na, &ga, err);
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
static void fill_input(const struct bench_step *t)
{
    const struct node *in = graph_node_at(t->graph, 0);
    const size_t n = tensor_len(&in->out);
    float *x = graph_input(t->graph);

    for (size_t i = 0; i < n; i++)
        x[i] = (float)((i * 2654435761u) % 1024) / 512.0f - 1.0f;
}

static void optim_step(struct bench_step *t, uint32_t step)
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

/* As trainer.c does it. */
static void backward_pass(struct bench_step *t)
{
    struct gradient_sum e;
    struct err err;

    if (!t->dist) {
        graph_backward(t->graph);
        return;
    }
    gradient_sum_begin(&e, t->dist, graph_dparam(t->graph),
                       graph_n_param(t->graph));
    graph_backward_each(t->graph, gradient_sum_ready, &e);
    if (gradient_sum_end(&e, &err) < 0)
        return; /* dist->fault keeps it */
}

/* Seconds of one step, without that of filling in the input. */
static double run_step(struct bench_step *t, enum phase phase, uint32_t step)
{
    struct node *out = graph_output(t->graph);
    struct err err;
    double start;

    fill_input(t);
    if (t->dist && dist_barrier(t->dist, &err) < 0)
        return 0; /* dist->fault keeps it */
    start = clock_now();
    graph_forward(t->graph, phase);
    if (phase == PHASE_TRAIN) {
        memcpy(out->dout.data, out->out.data,
               tensor_len(&out->out) * sizeof(float));
        graph_zero_grad(t->graph);
        backward_pass(t);
        optim_step(t, step);
    }
    t->steps++;
    return clock_now() - start;
}

double bench_step_run(struct bench_step *t, enum phase phase)
{
    struct dist_seconds before = {0}, after;
    double seconds[BENCH_MAX_STEPS];
    const int n = t->args->steps;

    BUG_ON(n < 1 || n > BENCH_MAX_STEPS);
    run_step(t, phase, 1);
    t->steps = 0;
    t->optim_seconds = 0.0;
    if (t->dist)
        before = dist_spent(t->dist);
    graph_time(t->graph, t->time);
    for (int i = 0; i < n; i++)
        seconds[i] = run_step(t, phase, (uint32_t)i + 2);
    sort_numbers(seconds, (size_t)n);
    if (t->dist) {
        after = dist_spent(t->dist);
        t->exchange.gradients = after.gradients - before.gradients;
        t->exchange.others = after.others - before.others;
    }
    return seconds[n / 2];
}
