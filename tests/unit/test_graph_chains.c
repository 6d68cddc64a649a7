/*
 * test_graph_chains.c - concatenations that grow in place, beside the same ones
 * in places of their own (GRAPH_KEEP_ALL): the same bits
 */
#include "golden/nn_digest.h"
#include "nn/layers.h"

#include <stdio.h>
#include <stdlib.h>

enum { N = 5, H = 7, W = 5, C = 6, GROWTH = 3, LINKS = 4, UNITS = 5 };

/* How to build the network below. */
struct block_way {
    enum graph_memory memory;
    enum graph_part part;
    bool remakes, frozen;
    int threads;       /* 0: 1 */
    const char *read;  /* a link that a pooling reads as well; NULL: none */
    const char *after; /* a link that is normalised behind the next; NULL */
    const char *cut;   /* node to be the last; NULL: all */
    bool stem;         /* the stem learns nothing */
};

static struct node *new_link(struct graph *g, struct node *x, int i)
{
    char name[4][16];
    struct node *y;

    for (int k = 0; k < 4; k++)
        snprintf(name[k], sizeof(name[k]), "%c%d", "bcrn"[k], i);
    y = nn_batch_norm(g, x, name[0], (struct bn_args){0, 0, ACT_RELU, name[2]});
    y = nn_conv2d(
        g, y, name[1],
        (struct conv_args){.filters = GROWTH, .size = 3, .pad = PAD_SAME});
    return nn_concat(g, x, y, name[3]);
}

/* A dense block; beside it what may keep a link from growing. */
static struct graph *new_block(const struct block_way *way)
{
    struct graph *g = graph_new(
        &(struct graph_args){.max_batch = N,
                             .threads = way->threads ? way->threads : 1,
                             .seed = 4,
                             .memory = way->memory,
                             .part = way->part,
                             .remakes = way->remakes,
                             .frozen = way->frozen});
    struct node *x = nn_input(g, "x", H, W, 3), *y, *z;
    struct err err = {0};

    x = nn_conv2d(g, x, "stem",
                  (struct conv_args){.filters = C, .size = 3, .pad = PAD_SAME});
    for (int i = 0; i < LINKS; i++)
        x = new_link(g, x, i);
    y = nn_batch_norm(g, x, "b", (struct bn_args){0, 0, ACT_RELU, "r"});
    y = nn_global_avg_pool(g, y, "pool");
    if (way->read) {
        z = nn_global_avg_pool(g, graph_node(g, way->read), "other");
        y = nn_concat(g, y, z, "both");
    }
    if (way->after) {
        z = nn_batch_norm(g, graph_node(g, way->after), "late",
                          (struct bn_args){0});
        z = nn_global_avg_pool(g, z, "late_pool");
        y = nn_concat(g, y, z, "both");
    }
    nn_dense(g, y, "d", (struct dense_args){.units = UNITS});
    if (way->cut)
        graph_cut(g, graph_node(g, way->cut));
    if (way->stem)
        graph_freeze(g, "stem");
    need(graph_finish(g, &err) == 0, &err);
    fill_weights(g);
    return g;
}

static void run_forward(struct graph *g, enum phase phase)
{
    fill_values("x", 0, 3, graph_input(g), (size_t)graph_batch(g) * H * W * 3);
    graph_forward(g, phase);
}

static void run_backward(struct graph *g)
{
    const struct tensor *dy = &graph_output(g)->dout;

    graph_zero_grad(g);
    fill_values("dy", 0, 1, dy->data, tensor_len(dy));
    graph_backward(g);
}

static bool same_data(const float *a, const float *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof(float)) == 0;
}

static bool same_network(struct graph *a, struct graph *b)
{
    const struct tensor *y = &graph_output(a)->out;

    return same_data(y->data, graph_output(b)->out.data, tensor_len(y)) &&
           same_data(graph_dparam(a), graph_dparam(b), graph_n_param(a)) &&
           same_data(graph_state(a), graph_state(b), graph_n_state(a));
}

/* How many links lie where the one before them does. */
static int count_grown(struct graph *g)
{
    int n = 0;

    for (int i = 0; i < graph_n_node(g); i++) {
        const struct node *nd = graph_node_at(g, i);

        n += nd->op->kind == KIND_CONCAT && nd->out.data == nd->in[0]->out.data;
    }
    return n;
}

/* Two steps, so that what one left behind cannot help the next. */
static void check_steps(const char *what, struct block_way way, int grown)
{
    struct block_way plain = way;
    struct graph *a, *b;
    char text[80];
    bool same = true;

    plain.memory = GRAPH_KEEP_ALL;
    plain.part = GRAPH_WHOLE;
    way.memory = GRAPH_TRAIN;
    a = new_block(&plain);
    b = new_block(&way);
    for (int step = 0; step < 4; step++) {
        const enum phase phase = step == 2 ? PHASE_INFER : PHASE_TRAIN;
        const int rows = step == 1 ? N - 2 : N;

        graph_set_batch(a, rows);
        graph_set_batch(b, rows);
        run_forward(a, phase);
        run_forward(b, phase);
        run_backward(a);
        run_backward(b);
        same = same && same_network(a, b);
    }
    snprintf(text, sizeof(text), "%s: %d of %d concatenations grow", what,
             grown, LINKS);
    ok(count_grown(b) == grown && count_grown(a) == 0, text);
    snprintf(text, sizeof(text), "%s: the same bits everywhere", what);
    ok(same, text);
    graph_free(a);
    graph_free(b);
}

static void check_training(void)
{
    check_steps("training", (struct block_way){0}, LINKS - 1);
    check_steps("three threads", (struct block_way){.threads = 3}, LINKS - 1);
    check_steps("made again", (struct block_way){.remakes = true}, LINKS - 1);
    check_steps("nothing learns", (struct block_way){.frozen = true},
                LINKS - 1);
    check_steps("the stem learns nothing", (struct block_way){.stem = true},
                LINKS - 1);
    check_steps("a link is read by a pooling", (struct block_way){.read = "n1"},
                LINKS - 2);
    check_steps("the first one is", (struct block_way){.read = "n0"},
                LINKS - 2);
    check_steps("the last one is", (struct block_way){.read = "n3"}, LINKS - 1);
    check_steps("a link is normalised behind the next",
                (struct block_way){.after = "n1"}, LINKS - 2);
    check_steps("the end is a link", (struct block_way){.cut = "n2"},
                LINKS - 2);
}

/* A normalisation in the middle that learns nothing neither asks for moments
 * nor leaves any. */
static void check_frozen_link(void)
{
    struct graph *g[2];

    for (int k = 0; k < 2; k++) {
        struct node *x;
        struct err err = {0};

        g[k] = graph_new(
            &(struct graph_args){.max_batch = N,
                                 .threads = 2,
                                 .memory = k ? GRAPH_TRAIN : GRAPH_KEEP_ALL});
        x = nn_input(g[k], "x", H, W, 3);
        x = nn_conv2d(g[k], x, "stem",
                      (struct conv_args){.filters = C, .size = 1});
        for (int i = 0; i < LINKS; i++)
            x = new_link(g[k], x, i);
        x = nn_batch_norm(g[k], x, "b", (struct bn_args){0});
        x = nn_global_avg_pool(g[k], x, "pool");
        nn_dense(g[k], x, "d", (struct dense_args){.units = UNITS});
        graph_freeze(g[k], "b1");
        graph_freeze(g[k], "b");
        need(graph_finish(g[k], &err) == 0, &err);
        fill_weights(g[k]);
        run_forward(g[k], PHASE_TRAIN);
        run_backward(g[k]);
    }
    ok(count_grown(g[1]) == LINKS - 1 && same_network(g[0], g[1]),
       "a frozen normalisation in the middle and one at the end: same bits");
    graph_free(g[0]);
    graph_free(g[1]);
}

static void check_inference(void)
{
    struct graph *a = new_block(&(struct block_way){0});
    struct graph *b = new_block(&(struct block_way){.memory = GRAPH_INFER});
    struct graph *c =
        new_block(&(struct block_way){.memory = GRAPH_INFER, .read = "n1"});
    struct graph *d = new_block(&(struct block_way){.read = "n1"});
    const size_t n = tensor_len(&graph_output(a)->out);

    for (int i = 0; i < 2; i++) {
        run_forward(a, PHASE_INFER);
        run_forward(b, PHASE_INFER);
        run_forward(c, PHASE_INFER);
        run_forward(d, PHASE_INFER);
        ok(relative_gap(graph_output(b)->out.data, graph_output(a)->out.data,
                        n) < 1e-5,
           "inference: the output is the same");
        ok(relative_gap(graph_output(c)->out.data, graph_output(d)->out.data,
                        n) < 1e-5,
           "inference: and where a link is read by others");
    }
    ok(count_grown(b) == LINKS - 1,
       "inference: concatenations grow there, too");
    graph_free(a);
    graph_free(b);
    graph_free(c);
    graph_free(d);
}

/* What is looked at is the pixels' own numbers, not what lies between them. */
static void check_finite(void)
{
    struct graph *g = new_block(&(struct block_way){.memory = GRAPH_TRAIN});
    const struct node *n1 = graph_node(g, "n1");
    const struct named_tensor *t;
    size_t n;

    run_forward(g, PHASE_TRAIN);
    n1->out.data[n1->out.c] = NAN; /* the place of a later channel */
    fill_values("x", 0, 3, graph_input(g), (size_t)N * H * W * 3);
    ok(graph_forward_finite(g, PHASE_TRAIN) == -1,
       "a number that is not there yet is not looked at");
    graph_tensors(g, &t, &n);
    for (; n--; t++)
        if (!strcmp(t->name, "c2/kernel:0"))
            t->data[1] = NAN;
    fill_values("x", 0, 3, graph_input(g), (size_t)N * H * W * 3);
    ok(graph_forward_finite(g, PHASE_TRAIN) ==
           graph_index(g, graph_node(g, "c2")),
       "the first layer whose value is not finite is found");
    graph_free(g);
}

/* The stem's value is computed once, the block reads it from outside. */
static void check_parts(void)
{
    struct block_way way = {.memory = GRAPH_TRAIN, .stem = true};
    struct graph *whole = new_block(&way), *tail;
    const struct node *from = graph_node(whole, "stem");
    struct node *to;

    way.part = GRAPH_TAIL;
    tail = new_block(&way);
    to = graph_border_at(tail, 0);
    run_forward(whole, PHASE_TRAIN);
    ok(to && !strcmp(to->name, "stem"), "parts: the border is the stem");
    memcpy(to->out.data, from->out.data, tensor_len(&to->out) * sizeof(float));
    graph_forward(tail, PHASE_TRAIN);
    run_backward(whole);
    run_backward(tail);
    ok(count_grown(tail) == LINKS - 1 && same_network(whole, tail),
       "parts: the tail has the same bits");
    graph_free(whole);
    graph_free(tail);
}

int main(void)
{
    check_training();
    check_frozen_link();
    check_inference();
    check_finite();
    check_parts();
    return tap_done();
}
