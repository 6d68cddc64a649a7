/*
 * test_read_through.c - 1x1 and depthwise convolutions that normalise what they
 * read, beside the same ones behind a normalisation that stores what it makes
 * (GRAPH_KEEP_ALL), and beside differences of the loss
 */
#include "golden/nn_digest.h"
#include "nn/conv_through.h"
#include "nn/layers.h"

#include <stdio.h>
#include <stdlib.h>

enum { UNITS = 4 };

struct through_way {
    enum graph_memory memory;
    int n, h, w, c, filters; /* images, rows, columns, channels; of the 1x1 */
    int threads;             /* 0: 1 */
    enum act norm, act;      /* of the normalisation and the convolution */
    bool bias, remakes;
    int stride;         /* 0: 1 */
    bool depthwise;     /* in place of the 1x1 */
    enum pad pad;       /* of that */
    bool twice;         /* the normalisation has two readers */
    bool after_norm;    /* it reads another one */
    bool concat;        /* it reads a concatenation that grows in place */
    const char *frozen; /* prefix; NULL: none */
};

static struct graph *new_net(const struct through_way *way)
{
    struct graph *g = graph_new(
        &(struct graph_args){.max_batch = way->n,
                             .threads = way->threads ? way->threads : 1,
                             .seed = 2,
                             .memory = way->memory,
                             .remakes = way->remakes});
    struct node *x = nn_input(g, "x", way->h, way->w, 3), *y;
    struct err err = {0};

    x = nn_conv2d(
        g, x, "stem",
        (struct conv_args){.filters = way->c, .size = 3, .pad = PAD_SAME});
    for (int i = 0; way->concat && i < 3; i++)
        x = nn_concat(g, x, graph_node(g, "stem"),
                      (char[]){'n', (char)('0' + i), 0});
    if (way->after_norm)
        x = nn_batch_norm(g, x, "a", (struct bn_args){0});
    x = nn_batch_norm(g, x, "b", (struct bn_args){0, 0, way->norm, "r"});
    y = way->depthwise ? nn_depthwise(g, x, "one",
                                      (struct conv_args){.size = 3,
                                                         .stride = way->stride,
                                                         .pad = way->pad})
                       : nn_conv2d(g, x, "one",
                                   (struct conv_args){.filters = way->filters,
                                                      .size = 1,
                                                      .stride = way->stride,
                                                      .bias = way->bias,
                                                      .act = way->act});
    if (way->twice)
        y = nn_concat(g, y, x, "both");
    y = nn_global_avg_pool(g, y, "pool");
    nn_dense(g, y, "d", (struct dense_args){.units = UNITS});
    if (way->frozen)
        graph_freeze(g, way->frozen);
    need(graph_finish(g, &err) == 0, &err);
    fill_weights(g);
    return g;
}

static void run_step(struct graph *g, int rows, enum phase phase)
{
    const struct tensor *x = &graph_node_at(g, 0)->out;
    const struct tensor *dy = &graph_output(g)->dout;

    graph_set_batch(g, rows);
    fill_values("x", 0, 3, graph_input(g), tensor_len(x));
    graph_forward(g, phase);
    graph_zero_grad(g);
    fill_values("dy", 0, 1, dy->data, tensor_len(dy));
    graph_backward(g);
}

static bool same_data(const float *a, const float *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof(float)) == 0;
}

static bool agree(struct graph *a, struct graph *b)
{
    const struct tensor *y = &graph_output(a)->out;
    const double gap[3] = {
        relative_gap(graph_output(b)->out.data, y->data, tensor_len(y)),
        relative_gap(graph_dparam(b), graph_dparam(a), graph_n_param(a)),
        relative_gap(graph_state(b), graph_state(a), graph_n_state(a))};

    return gap[0] <= 1e-5 && gap[1] <= 1e-5 && gap[2] <= 1e-5;
}

static bool is_through(struct graph *g)
{
    const struct node *b = graph_node(g, "one")->in[0];

    return b->read_through && !b->out.data;
}

/* A whole batch, one image less, one image, none, and by the moving statistics.
 */
static void check_beside(const char *what, struct through_way way, bool through)
{
    struct through_way plain = way;
    struct graph *g[3];
    bool near_by = true, same = true;
    char text[96];

    plain.memory = GRAPH_KEEP_ALL;
    way.memory = GRAPH_TRAIN;
    g[0] = new_net(&plain);
    g[1] = new_net(&way);
    way.threads = 3;
    g[2] = new_net(&way);
    for (int step = 0; step < 5; step++) {
        const int rows = (const int[]){way.n, way.n - 1, 1, 0, way.n}[step];

        for (int k = 0; k < 3; k++)
            run_step(g[k], rows, step == 4 ? PHASE_INFER : PHASE_TRAIN);
        near_by = near_by && (rows == 0 || agree(g[0], g[1]));
        same = same && same_data(graph_dparam(g[1]), graph_dparam(g[2]),
                                 graph_n_param(g[1]));
    }
    snprintf(text, sizeof(text), "%s: %s", what,
             through ? "the value is not stored" : "it is stored");
    ok(is_through(g[1]) == through && !is_through(g[0]), text);
    snprintf(text, sizeof(text), "%s: outputs, gradients, statistics agree",
             what);
    ok(near_by, text);
    snprintf(text, sizeof(text), "%s: the same bits with three threads", what);
    ok(same, text);
    for (int k = 0; k < 3; k++)
        graph_free(g[k]);
}

static void check_shapes(void)
{
    const struct through_way usual = {
        .n = 3, .h = 7, .w = 5, .c = 20, .filters = 12, .norm = ACT_RELU};
    struct through_way way = usual;

    check_beside("odd sizes", way, true);
    way.norm = ACT_NONE;
    check_beside("no activation", way, true);
    way.norm = ACT_RELU6;
    way.bias = true;
    way.act = ACT_RELU;
    check_beside("bias and an activation behind", way, true);
    way = usual;
    way.n = 2;
    way.h = 61;
    way.w = 53;
    check_beside("several groups", way, true);
    way.c = way.filters = 200;
    check_beside("several tiles in a group", way, true);
    way.c = usual.c;
    way.filters = usual.filters;
    way.concat = true;
    check_beside("of a concatenation", way, true);
    way = usual;
    way.h = way.w = 1;
    way.n = 2;
    check_beside("a pixel an image", way, true);
    way = usual;
    way.remakes = true;
    check_beside("where values are made again", way, true);
    way.frozen = "one";
    check_beside("a convolution that learns nothing", way, true);
    way.frozen = "stem";
    check_beside("behind what learns nothing", way, true);
}

static void check_depthwise(void)
{
    const struct through_way usual = {.n = 3,
                                      .h = 7,
                                      .w = 5,
                                      .c = 21,
                                      .norm = ACT_RELU6,
                                      .depthwise = true,
                                      .pad = PAD_SAME};
    struct through_way way = usual;

    check_beside("depthwise", way, true);
    way.stride = 2;
    check_beside("depthwise, stride 2 on odd maps", way, true);
    way.h = 12;
    way.w = 10;
    check_beside("depthwise, stride 2 on even maps", way, true);
    way.pad = PAD_VALID;
    check_beside("depthwise, stride 2, rows that nobody reads", way, true);
    way.pad = PAD_CORRECT;
    check_beside("depthwise, stride 2 behind zeros", way, true);
    way.stride = 1;
    way.pad = PAD_VALID;
    check_beside("depthwise inside alone", way, true);
    way = usual;
    way.n = 2;
    way.h = 61;
    way.w = 53;
    check_beside("depthwise, many rows", way, true);
    way.concat = true;
    check_beside("depthwise, of a concatenation", way, true);
    way = usual;
    way.h = way.w = 1;
    way.n = 2;
    check_beside("depthwise, a pixel an image", way, true);
    way = usual;
    way.frozen = "one";
    check_beside("depthwise, which learns nothing", way, true);
    way.frozen = "b";
    check_beside("depthwise, a frozen normalisation", way, false);
    way.frozen = NULL;
    way.twice = true;
    check_beside("depthwise, two readers", way, false);
}

static void check_others(void)
{
    const struct through_way usual = {
        .n = 3, .h = 7, .w = 5, .c = 20, .filters = 12, .norm = ACT_RELU};
    struct through_way way = usual;

    way.stride = 2;
    check_beside("stride 2", way, false);
    way = usual;
    way.twice = true;
    check_beside("two readers", way, false);
    way = usual;
    way.frozen = "b";
    check_beside("a frozen normalisation", way, false);
    way = usual;
    way.c = 300;
    way.filters = 220;
    check_beside("a large kernel", way, false);
    way = usual;
    way.after_norm = way.remakes = true;
    check_beside("behind what is made again", way, false);
}

static double dot_product(const float *a, const float *b, size_t n)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static double loss_of(struct graph *g)
{
    const struct tensor *y = &graph_output(g)->out;
    float dy[8 * UNITS];

    fill_values("dy", 0, 1, dy, tensor_len(y));
    return dot_product(y->data, dy, tensor_len(y));
}

/* The gradient along one direction of each tensor beside a difference. */
static void check_gradient(void)
{
    const struct through_way way = {.memory = GRAPH_TRAIN,
                                    .n = 4,
                                    .h = 5,
                                    .w = 3,
                                    .c = 10,
                                    .filters = 6,
                                    .norm = ACT_NONE};
    struct graph *g = new_net(&way);
    const size_t n = graph_n_param(g);
    const double step = 1e-3;
    float *from = malloc(2 * n * sizeof(*from)), *along = from + n;
    double loss[2], want;

    fill_values("along", 0, 1, along, n);
    memcpy(from, graph_param(g), n * sizeof(*from));
    run_step(g, way.n, PHASE_TRAIN);
    want = dot_product(graph_dparam(g), along, n);
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < n; i++)
            graph_param(g)[i] =
                from[i] + (float)((k ? -step : step) * (double)along[i]);
        run_step(g, way.n, PHASE_TRAIN);
        loss[k] = loss_of(g);
    }
    ok(is_through(g), "gradient: the value is not stored");
    near((loss[0] - loss[1]) / (2 * step), want, 2e-3,
         "gradient: along a direction it is the difference's");
    free(from);
    graph_free(g);
}

int main(void)
{
    check_shapes();
    check_depthwise();
    check_others();
    check_gradient();
    return tap_done();
}
