/* test_bench.c - papline bench prints what it promises and refuses nonsense */
#define _DEFAULT_SOURCE
#include "base/clock.h"
#include "nn/nets.h"
#include "orchestration/tools/bench.h"
#include "tap.h"

#include <stdlib.h>

/* What bench() prints, to be freed. */
static char *printed_bench(const struct bench_args *a, int *rc, struct err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    BUG_ON(!f);
    *rc = bench(f, a, err);
    BUG_ON(fclose(f) != 0);
    return text;
}

static void check_lines(void)
{
    const struct bench_args a = {.net = "mobilenetv2",
                                 .size = 32,
                                 .batch = 2,
                                 .threads = 1,
                                 .steps = 3,
                                 .layers = true};
    struct err err = {0};
    int rc;
    char *text = printed_bench(&a, &rc, &err), *at;
    double ms = 0.0;

    ok(rc == 0, "a small network is measured");
    ok(strncmp(text, "32x32, batch 2, 1 threads", 25) == 0, "  says of what");
    at = strstr(text, "mobilenetv2 training: ");
    ok(at && (ms = atof(at + 22)) > 0.0, "a training step takes time");
    at = strstr(text, "mobilenetv2 inference: ");
    ok(at && atof(at + 23) > 0.0 && atof(at + 23) < ms,
       "inference takes less than a step");
    ok(strstr(text, "\n  block_1_depthwise ") != NULL, "layers by Keras' name");
    ok(strstr(text, "\n  adam ") != NULL, "  and the optimiser");
    free(text);
}

static void check_refusals(void)
{
    struct bench_args a = {.net = "vgg", .size = 32, .batch = 1, .steps = 1};
    struct err err = {0};
    int rc;

    free(printed_bench(&a, &rc, &err));
    ok(rc < 0 && err.code == ERR_USAGE && strstr(err.text, "'vgg'"),
       "a measurement of an unknown network is refused");
    a.net = "vgg16";
    a.size = 31;
    free(printed_bench(&a, &rc, &err));
    ok(rc < 0 && err.code == ERR_USAGE && strstr(err.text, "--size is 31"),
       "a size below the least");
    a.size = 32;
    a.steps = 0;
    free(printed_bench(&a, &rc, &err));
    ok(rc < 0 && err.code == ERR_USAGE && strstr(err.text, "--steps is 0"),
       "a measurement of no steps is refused");
}

static void check_sum(void)
{
    struct err err = {0};
    const struct net_args na = {.h = 32, .w = 32, .classes = 5};
    const struct graph_args ga = {.max_batch = 2, .threads = 1};
    struct graph *g = net_new(net_find("mobilenetv2", &err), &na, &ga, &err);
    struct node_time *time;
    double start, all, sum = 0.0;

    BUG_ON(!g);
    time = calloc((size_t)graph_n_node(g), sizeof(*time));
    BUG_ON(!time);
    graph_time(g, time);
    start = clock_now();
    graph_forward(g, PHASE_TRAIN);
    memset(graph_output(g)->dout.data, 0, 2 * 5 * sizeof(float));
    graph_zero_grad(g);
    graph_backward(g);
    all = clock_now() - start;
    for (int i = 0; i < graph_n_node(g); i++)
        sum += time[i].forward + time[i].backward;
    ok(sum > 0.0 && sum <= all, "nodes take no longer than the passes");
    graph_time(g, NULL);
    memset(time, 0, sizeof(*time));
    graph_forward(g, PHASE_INFER);
    ok(time[0].forward == 0.0, "no more time is added");
    graph_free(g);
    free(time);
}

int main(void)
{
    check_lines();
    check_refusals();
    check_sum();
    return tap_done();
}
