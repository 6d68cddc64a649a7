/* test_graph_finite.c - the first layer whose output is not finite is found */
#include "nn/nets.h"
#include "tap.h"

#include <stdlib.h>

enum { SIDE = 40, BATCH = 3 };

static struct graph *new_graph(enum graph_memory memory)
{
    struct err err = {0};
    struct graph *g = net_new(
        net_find("mobilenetv2", &err),
        &(struct net_args){
            .h = SIDE, .w = SIDE, .classes = 5, .head = HEAD_CLASSIFIER},
        &(struct graph_args){.max_batch = BATCH, .seed = 3, .memory = memory},
        &err);

    need(g != NULL, &err);
    return g;
}

/* A pass may spoil the input. */
static void fill_input(struct graph *g)
{
    for (int i = 0; i < BATCH * SIDE * SIDE * 3; i++)
        graph_input(g)[i] = (float)(i % 7) / 7;
}

/* Where number 'at' of that tensor is. */
static float *number_at(struct graph *g, const char *name, size_t at)
{
    const struct named_tensor *list;
    size_t n, i = 0;

    graph_tensors(g, &list, &n);
    while (i < n && strcmp(list[i].name, name) != 0)
        i++;
    BUG_ON(i == n || at >= list[i].len);
    return list[i].data + at;
}

/* A tensor with such a number spoils its layer, in what name it is found. */
static void check_spoilt(struct graph *g, enum phase phase, const char *tensor,
                         float x, const char *layer)
{
    float *number = number_at(g, tensor, 1), good = *number;
    const struct node *nd;

    *number = x;
    graph_changed(g);
    fill_input(g);
    nd = graph_node_at(g, graph_forward_finite(g, phase));
    ok(nd && strcmp(nd->name, layer) == 0, layer);
    if (!nd || strcmp(nd->name, layer) != 0)
        printf("# %s\n", nd ? nd->name : "none");
    ok(nd && !graph_weights_finite(nd), "  and that its weights are not");
    *number = good;
    graph_changed(g);
}

static void check_graph(enum graph_memory memory, enum phase phase)
{
    struct graph *g = new_graph(memory);
    const struct node *nd;

    fill_input(g);
    ok(graph_forward_finite(g, phase) == -1, "all values are finite");
    check_spoilt(g, phase, "Conv1/kernel:0", NAN, "Conv1");
    check_spoilt(g, phase, "block_5_project/kernel:0", INFINITY,
                 "block_5_project");
    check_spoilt(g, phase, "dense_1/bias:0", -INFINITY, "dense_1");
    fill_input(g);
    graph_input(g)[SIDE * SIDE * 3] = NAN; /* of the second picture */
    nd = graph_node_at(g, graph_forward_finite(g, phase));
    ok(nd && nd == graph_node_at(g, 0) && graph_weights_finite(nd),
       "the input itself");
    graph_free(g);
}

int main(void)
{
    check_graph(GRAPH_TRAIN, PHASE_TRAIN);
    check_graph(GRAPH_TRAIN, PHASE_INFER);
    check_graph(GRAPH_INFER, PHASE_INFER);
    return tap_done();
}
