/*
 * test_frozen_bn.c - networks whose trunk's batch normalisation learns nothing
 *
 * The gradients of a graph that reuses memory are those of one that keeps all;
 * statistics stay.
 */
#include "golden/nn_digest.h"
#include "nn/nets.h"
#include "tap.h"

#include <stdlib.h>

enum { BATCH = 3, CLASSES = 3 };

/* One whose batch normalisation learns is only measured. */
static struct graph *new_graph(const char *network, const char *cut,
                               enum graph_memory memory, bool freeze_bn)
{
    struct err err = {0};
    struct graph *g = net_new(
        net_find(network, &err),
        &(struct net_args){.h = 33,
                           .w = 35,
                           .classes = CLASSES,
                           .cut = cut,
                           .no_dropout = true,
                           .freeze_bn = freeze_bn},
        &(struct graph_args){
            .max_batch = BATCH, .threads = 2, .seed = 3, .memory = memory},
        &err);

    if (!g) {
        ok(false, err.text);
        exit(1);
    }
    return g;
}

/* A step with 'n' images but for the optimiser. */
static void run_step(struct graph *g, int n)
{
    graph_set_batch(g, n);
    fill_values("x", 0, 1, graph_input(g), (size_t)n * 33 * 35 * 3);
    graph_forward(g, PHASE_TRAIN);
    fill_values("dy", 0, 1, graph_output(g)->dout.data, (size_t)n * CLASSES);
    graph_zero_grad(g);
    graph_backward(g);
}

static double distance(const float *a, const float *b, size_t n)
{
    double sum = 0, norm = 0;

    for (size_t i = 0; i < n; i++) {
        const double d = (double)a[i] - (double)b[i];

        sum += d * d;
        norm += (double)b[i] * (double)b[i];
    }
    return sqrt(sum / fmax(norm, 1e-30));
}

/* Which of the statistics have moved: 1 of the trunk, 2 of the head. */
static int moved_states(struct graph *g)
{
    const struct named_tensor *t;
    int moved = 0;
    size_t n;

    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        const float start = strstr(t->name, "variance") ? 1.0f : 0.0f;

        for (size_t i = 0; t->is_state && i < t->len; i++)
            if (t->data[i] > start || t->data[i] < start)
                moved |= strstr(t->name, "batch_normalization") ? 2 : 1;
    }
    return moved;
}

static void check_network(const char *network, const char *cut, int moves)
{
    struct graph *g = new_graph(network, cut, GRAPH_TRAIN, true);
    struct graph *all = new_graph(network, cut, GRAPH_KEEP_ALL, true);
    struct graph *learns = new_graph(network, cut, GRAPH_TRAIN, false);

    printf("# %s: %zu bytes, %zu if it learns\n", network, graph_bytes(g),
           graph_bytes(learns));
    for (int n = BATCH; n >= 1; n -= 2) {
        run_step(g, n);
        run_step(all, n);
        near(distance(graph_dparam(g), graph_dparam(all), graph_n_param(g)), 0,
             1e-5, "memory that is used again: the same gradients");
    }
    ok(moved_states(g) == moves, "statistics of the trunk stay");
    ok(graph_n_param(g) < graph_n_param(learns) &&
           graph_n_all(g) == graph_n_all(learns),
       "gamma and beta are there, but learn nothing");
    ok(graph_bytes(g) <= graph_bytes(learns), "it takes no more memory");
    graph_free(g);
    graph_free(all);
    graph_free(learns);
}

int main(void)
{
    check_network("mobilenetv2", "block_3_expand_relu", 0);
    check_network("resnet50", "conv2_block2_out", 2);
    check_network("densenet169", "conv2_block3_concat", 0);
    return tap_done();
}
