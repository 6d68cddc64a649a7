/*
 * test_layers.c - every layer against PyTorch and against itself
 *
 * Each row of 'layers' is built three times over: its forward and gradients
 * must be those of tests/golden/nn_ops.py; its slope along a random direction
 * must be that which the gradient says; a second backward must add the
 * parameters' gradients again and overwrite the input's.  To add a layer, add
 * a row here and there.  What no table holds is in test_layers_more.c.
 */
#include "golden/nn_digest.h"
#include "nn/conv.h"
#include "nn/layers.h"

#include <stdlib.h>

static const struct golden_digest golden[] = {
#include "golden/nn_ops.inc"
};

#define CONV(...) nn_conv2d(g, x, "f", (struct conv_args){__VA_ARGS__})
#define BEFORE(n)                                                              \
    nn_conv2d(g, x, "e", (struct conv_args){.filters = (n), .size = 1})
#define AFTER(x, n)                                                            \
    nn_conv2d(g, x, "h", (struct conv_args){.filters = (n), .size = 3})
#define MAX(...)   nn_max_pool(g, x, "f", (struct pool_args){__VA_ARGS__})
#define AVG(...)   nn_avg_pool(g, x, "f", (struct pool_args){__VA_ARGS__})
#define MAKE(name) static struct node *name(struct graph *g, struct node *x)

/* clang-format off */
MAKE(conv_1) { return CONV(.filters = 4, .size = 1); }
MAKE(conv_1b) { return CONV(.filters = 4, .size = 1, .bias = true); }
MAKE(conv_1l) { return CONV(.filters = 16, .size = 1); }
MAKE(conv_1w) { return CONV(.filters = 320, .size = 1); }
MAKE(conv_1s2) { return CONV(.filters = 3, .size = 1, .stride = 2); }
MAKE(conv_3) { return CONV(.filters = 3, .size = 3, .pad = PAD_SAME); }
MAKE(conv_3l) { return CONV(.filters = 16, .size = 3, .pad = PAD_SAME); }
MAKE(conv_3s2) { return CONV(.filters = 4, .size = 3, .stride = 2, .pad = PAD_SAME); }
MAKE(conv_3c) { return CONV(.filters = 4, .size = 3, .stride = 2, .pad = PAD_CORRECT); }
MAKE(conv_3b) { return CONV(.filters = 4, .size = 3, .bias = true); }
MAKE(conv_5) { return CONV(.filters = 4, .size = 5, .stride = 3, .pad = PAD_SAME); }
MAKE(conv_7) { x = nn_zero_pad(g, x, "p", (struct pad_args){3, 3, 2, 4}); return CONV(.filters = 4, .size = 7, .stride = 2); }
MAKE(dw_s) { return nn_depthwise(g, x, "f", (struct conv_args){.size = 3, .pad = PAD_SAME}); }
MAKE(dw_c2) { return nn_depthwise(g, x, "f", (struct conv_args){.size = 3, .stride = 2, .pad = PAD_CORRECT}); }
MAKE(dw_s2) { return nn_depthwise(g, x, "f", (struct conv_args){.size = 3, .stride = 2, .pad = PAD_SAME}); }
MAKE(dw_v) { return nn_depthwise(g, x, "f", (struct conv_args){.size = 3}); }
MAKE(bn) { return nn_batch_norm(g, x, "f", (struct bn_args){0}); }
MAKE(bn_relu) { return nn_batch_norm(g, x, "f", (struct bn_args){.act = ACT_RELU, .act_name = "r"}); }
MAKE(bn_relu6) { return nn_batch_norm(g, x, "f", (struct bn_args){.momentum = 0.9f, .eps = 1.001e-5f, .act = ACT_RELU6, .act_name = "r"}); }
MAKE(bn_flat) { return bn(g, nn_global_avg_pool(g, x, "g")); }
MAKE(bn_inside) { return AFTER(bn(g, BEFORE(5)), 4); }
MAKE(bn_relu6_inside) { return AFTER(bn_relu6(g, BEFORE(5)), 4); }
MAKE(relu) { return nn_relu(g, x, "f"); }
MAKE(relu6) { return nn_relu6(g, nn_add(g, nn_add(g, x, x, "a"), x, "b"), "f"); }
MAKE(add) { return nn_add(g, nn_relu(g, x, "r"), x, "f"); }
MAKE(add_twice) { return nn_add(g, x, x, "f"); }
MAKE(average) { return nn_global_avg_pool(g, x, "f"); }
MAKE(pad) { return nn_zero_pad(g, x, "p", (struct pad_args){1, 0, 2, 3}); }
MAKE(dense) { return nn_dense(g, x, "d", (struct dense_args){.units = 11}); }
MAKE(dense_w) { return nn_dense(g, x, "d", (struct dense_args){.units = 300}); }
MAKE(conv_1s2b) { return CONV(.filters = 3, .size = 1, .stride = 2, .bias = true); }
MAKE(conv_1s2s) { return CONV(.filters = 32, .size = 1, .stride = 2, .pad = PAD_SAME); }
MAKE(wino) { return CONV(.filters = 32, .size = 3, .pad = PAD_SAME); }
MAKE(wino_b) { return CONV(.filters = 48, .size = 3, .pad = PAD_SAME, .bias = true); }
MAKE(wino_v) { return CONV(.filters = 16, .size = 3, .bias = true); }
MAKE(wino_1) { return CONV(.filters = 16, .size = 3, .pad = PAD_SAME); }
MAKE(wino_relu) { x = BEFORE(16); return CONV(.filters = 32, .size = 3, .pad = PAD_SAME, .bias = true, .act = ACT_RELU); }
MAKE(wino_relu6) { x = BEFORE(32); return CONV(.filters = 16, .size = 3, .pad = PAD_SAME, .bias = true, .act = ACT_RELU6); }
MAKE(wino_relu0) { x = BEFORE(16); return CONV(.filters = 16, .size = 3, .pad = PAD_SAME, .act = ACT_RELU); }
MAKE(conv_relu) { x = BEFORE(5); return CONV(.filters = 4, .size = 3, .stride = 2, .pad = PAD_SAME, .bias = true, .act = ACT_RELU); }
MAKE(conv_relu6) { x = BEFORE(5); return CONV(.filters = 4, .size = 1, .bias = true, .act = ACT_RELU6); }
MAKE(conv_f) { return CONV(.filters = 3, .size = 3, .pad = PAD_SAME, .bias = true); }
MAKE(wino_f) { return CONV(.filters = 16, .size = 3, .pad = PAD_SAME, .bias = true); }
MAKE(max_22) { return MAX(.size = 2); }
MAKE(max_22s) { return MAX(.size = 2, .pad = PAD_SAME); }
MAKE(max_32s) { return MAX(.size = 3, .stride = 2, .pad = PAD_SAME); }
MAKE(max_31s) { return MAX(.size = 3, .stride = 1, .pad = PAD_SAME); }
MAKE(max_32) { return MAX(.size = 3, .stride = 2); }
MAKE(max_23) { return MAX(.size = 2, .stride = 3); }
MAKE(max_p) { x = nn_zero_pad(g, x, "p", (struct pad_args){1, 1, 1, 1}); return max_32(g, x); }
MAKE(max_rp) { return max_p(g, nn_relu(g, x, "r")); }
MAKE(max_beside) { return nn_add(g, max_31s(g, x), nn_relu(g, x, "r"), "a"); }
MAKE(avg_22) { return AVG(.size = 2); }
MAKE(avg_22s) { return AVG(.size = 2, .pad = PAD_SAME); }
MAKE(avg_32s) { return AVG(.size = 3, .stride = 2, .pad = PAD_SAME); }
MAKE(avg_31s) { return AVG(.size = 3, .stride = 1, .pad = PAD_SAME); }
MAKE(avg_32) { return AVG(.size = 3, .stride = 2); }
MAKE(avg_beside) { return nn_add(g, avg_31s(g, x), nn_relu(g, x, "r"), "a"); }
MAKE(global_max) { return nn_global_max_pool(g, x, "f"); }
MAKE(concat) { return nn_concat(g, nn_relu(g, x, "r"), x, "c"); }
MAKE(concat_w) { return nn_concat(g, x, CONV(.filters = 17, .size = 1), "c"); }
MAKE(concat_2) { return nn_concat(g, x, x, "c"); }
MAKE(concat_1) { return nn_concat(g, nn_global_avg_pool(g, x, "g"), nn_global_max_pool(g, x, "m"), "c"); }
MAKE(l2) { return nn_l2_normalize(g, x, "f"); }
MAKE(l2_beside) { return nn_add(g, l2(g, x), nn_relu(g, x, "r"), "a"); }
MAKE(dropout) { return nn_dropout(g, x, "f", (struct dropout_args){.rate = 0.4f}); }
/* clang-format on */

enum layer_case {
    FROZEN = 1,   /* layer "f" is */
    WINOGRAD = 2, /* "f" is a convolution by that method */
    FUSED = 4,    /* built as for training, where an activation is a part of
                     its convolution and the input has no gradient */
};

struct layer {
    const char *name; /* in nn_ops.py */
    int n, h, w, c;
    struct node *(*make)(struct graph *g, struct node *x);
    float shift, scale; /* of x; 0, 0 means 0, 3 */
    enum phase phase;
    unsigned kind; /* enum layer_case, or-ed */
};

#define ROW(name, n, h, w, c, make, kind)                                      \
    {                                                                          \
        name, n, h, w, c, make, 0, 0, PHASE_TRAIN, kind                        \
    }

/* clang-format off */
static const struct layer layers[] = {
    ROW("conv 1x1", 3, 5, 7, 6, conv_1, 0),
    ROW("conv 1x1 bias", 3, 5, 7, 6, conv_1b, 0),
    ROW("conv 1x1 large", 5, 40, 37, 8, conv_1l, 0),
    ROW("conv 1x1 wide", 2, 4, 4, 96, conv_1w, 0),
    ROW("conv 1x1 stride 2", 2, 7, 8, 5, conv_1s2, 0),
    ROW("conv 3x3 same", 2, 7, 6, 5, conv_3, 0),
    ROW("conv 3x3 same large", 5, 40, 37, 8, conv_3l, 0),
    ROW("conv 3x3 same stride 2 even", 2, 8, 10, 3, conv_3s2, 0),
    ROW("conv 3x3 same stride 2 odd", 1, 7, 9, 3, conv_3s2, 0),
    ROW("conv 3x3 correct stride 2", 2, 8, 9, 3, conv_3c, 0),
    ROW("conv 3x3 valid bias", 2, 6, 7, 3, conv_3b, 0),
    ROW("conv 5x5 same stride 3", 2, 11, 8, 3, conv_5, 0),
    ROW("pad, conv 7x7 stride 2", 2, 11, 8, 3, conv_7, 0),
    ROW("depthwise same", 2, 5, 7, 19, dw_s, 0),
    ROW("depthwise correct stride 2 even, odd", 2, 8, 7, 24, dw_c2, 0),
    ROW("depthwise correct stride 2 odd, even", 1, 7, 10, 16, dw_c2, 0),
    ROW("depthwise same stride 2 even, odd", 2, 8, 7, 5, dw_s2, 0),
    ROW("depthwise valid", 2, 4, 3, 5, dw_v, 0),
    ROW("depthwise of one pixel", 3, 1, 1, 8, dw_c2, 0),
    {"bn", 3, 5, 7, 6, bn, 5, 3, PHASE_TRAIN, 0},
    ROW("bn large", 5, 40, 37, 8, bn, 0),
    ROW("bn relu", 3, 5, 7, 6, bn_relu, 0),
    ROW("bn relu6", 3, 5, 7, 20, bn_relu6, 0),
    {"bn infer", 3, 5, 7, 6, bn_relu6, 0, 0, PHASE_INFER, 0},
    ROW("bn flat", 7, 2, 2, 9, bn_flat, 0),
    ROW("relu", 3, 5, 7, 6, relu, 0),
    ROW("relu6", 3, 5, 7, 6, relu6, 0),
    ROW("add", 3, 5, 7, 6, add, 0),
    ROW("add twice", 3, 5, 7, 6, add_twice, 0),
    ROW("average", 3, 5, 7, 6, average, 0),
    ROW("pad", 3, 5, 7, 6, pad, 0),
    ROW("dense", 3, 5, 7, 6, dense, 0),
    ROW("dense wide", 33, 1, 1, 70, dense_w, 0),
    ROW("dropout", 3, 5, 7, 6, dropout, 0),
    {"dropout infer", 3, 5, 7, 6, dropout, 0, 0, PHASE_INFER, 0},
    ROW("conv 1x1 stride 2 odd", 1, 7, 9, 5, conv_1s2b, 0),
    ROW("conv 1x1 stride 2 odd, even", 5, 7, 8, 16, conv_1s2s, 0),
    ROW("winograd", 2, 12, 12, 16, wino, WINOGRAD),
    ROW("winograd bias", 1, 13, 11, 32, wino_b, WINOGRAD),
    ROW("winograd valid", 5, 7, 9, 16, wino_v, WINOGRAD),
    ROW("winograd of one pixel", 3, 1, 1, 16, wino_1, WINOGRAD),
    ROW("winograd relu", 5, 9, 7, 16, wino_relu, WINOGRAD | FUSED),
    ROW("winograd relu6", 2, 5, 6, 16, wino_relu6, WINOGRAD | FUSED),
    ROW("winograd relu without bias", 2, 5, 5, 16, wino_relu0, WINOGRAD | FUSED),
    ROW("conv relu", 5, 7, 9, 3, conv_relu, FUSED),
    ROW("conv 1x1 relu6", 1, 5, 7, 6, conv_relu6, FUSED),
    ROW("conv frozen", 2, 7, 6, 5, conv_f, FROZEN),
    ROW("winograd frozen", 1, 7, 7, 16, wino_f, FROZEN | WINOGRAD),
    ROW("dense frozen", 5, 3, 3, 6, dense, FROZEN),
    ROW("bn frozen", 5, 5, 7, 6, bn, FROZEN),
    ROW("bn relu frozen", 1, 5, 7, 6, bn_relu, FROZEN),
    ROW("bn relu6 frozen", 3, 7, 5, 20, bn_relu6, FROZEN),
    ROW("conv, bn frozen, conv", 1, 7, 5, 6, bn_inside, FROZEN | FUSED),
    ROW("conv, bn relu6 frozen, conv", 5, 7, 9, 6, bn_relu6_inside, FROZEN | FUSED),
    ROW("bn of one image", 1, 7, 5, 6, bn, 0),
    ROW("max pool 2x2", 2, 6, 8, 6, max_22, 0),
    ROW("max pool 2x2 odd", 5, 7, 9, 6, max_22, 0),
    ROW("max pool 2x2 same odd", 1, 7, 9, 6, max_22s, 0),
    ROW("max pool 3x3 stride 2 same", 2, 8, 7, 5, max_32s, 0),
    ROW("max pool 3x3 stride 1 same", 1, 5, 6, 5, max_31s, 0),
    ROW("max pool 3x3 stride 2", 5, 9, 8, 17, max_32, 0),
    ROW("max pool 2x2 stride 3", 2, 8, 7, 4, max_23, 0),
    ROW("relu, pad, max pool 3x3 stride 2", 2, 7, 9, 5, max_rp, 0),
    ROW("pad, max pool 3x3 stride 2", 5, 8, 7, 5, max_p, 0),
    ROW("max pool beside", 2, 7, 7, 5, max_beside, 0),
    ROW("average pool 2x2", 2, 6, 8, 6, avg_22, 0),
    ROW("average pool 2x2 odd", 5, 7, 9, 6, avg_22, 0),
    ROW("average pool 2x2 same odd", 1, 7, 9, 6, avg_22s, 0),
    ROW("average pool 3x3 stride 2 same", 2, 8, 7, 5, avg_32s, 0),
    ROW("average pool 3x3 stride 1 same", 1, 5, 6, 5, avg_31s, 0),
    ROW("average pool 3x3 stride 2", 5, 9, 8, 17, avg_32, 0),
    ROW("average pool beside", 2, 7, 7, 5, avg_beside, 0),
    ROW("global max", 5, 5, 7, 6, global_max, 0),
    ROW("global max of one image", 1, 3, 5, 23, global_max, 0),
    ROW("concat", 5, 5, 7, 6, concat, 0),
    ROW("concat of different widths", 1, 7, 5, 6, concat_w, 0),
    ROW("concat twice", 2, 3, 5, 6, concat_2, 0),
    ROW("concat flat", 5, 3, 3, 6, concat_1, 0),
    ROW("l2", 5, 5, 7, 6, l2, 0),
    ROW("l2 of one image", 1, 1, 1, 128, l2, 0),
    ROW("l2 wide", 3, 1, 1, 1000, l2, 0),
    ROW("l2 beside", 2, 3, 5, 4, l2_beside, 0),
};
/* clang-format on */

static void fill_input(const struct layer *l, struct graph *g)
{
    fill_values("x", l->shift, l->scale == 0.0f ? 3.0f : l->scale,
                graph_input(g), tensor_len(&graph_node(g, "x")->out));
}

/* A graph of one layer with room for 'max_batch'; weights and x filled. */
static struct graph *new_graph(const struct layer *l, int max_batch,
                               int threads)
{
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = max_batch,
        .threads = threads,
        .seed = 1,
        .memory = l->kind & FUSED ? GRAPH_TRAIN : GRAPH_KEEP_ALL});
    struct err err = {0};

    l->make(g, nn_input(g, "x", l->h, l->w, l->c));
    if (l->kind & FROZEN) {
        graph_freeze(g, "f");
        graph_freeze(g, "d");
    }
    need(graph_finish(g, &err) == 0, &err);
    graph_set_batch(g, l->n);
    fill_weights(g);
    fill_input(l, g);
    return g;
}

static void run_backward(struct graph *g)
{
    const struct tensor *dy = &graph_output(g)->dout;

    fill_values("dy", 0, 1, dy->data, tensor_len(dy));
    graph_backward(g);
}

static void run_layer(const struct layer *l, struct graph *g)
{
    fill_input(l, g);
    graph_forward(g, l->phase);
    graph_zero_grad(g);
}

static void check_digest(const struct layer *l, const char *tensor,
                         const float *x, size_t n)
{
    const struct golden_digest *want = find_golden(
        golden, sizeof(golden) / sizeof(golden[0]), l->name, tensor);
    char what[200];
    double d;

    snprintf(what, sizeof(what), "%s: %s is PyTorch's", l->name, tensor);
    if (!want) {
        ok(false, what);
        return;
    }
    d = digest_distance(want, MAX_SUMS, x, n);
    if (!ok(d < (l->kind & WINOGRAD ? 1e-4 : 1e-5), what))
        printf("# relative distance %g\n", d);
}

static bool by_winograd(const struct graph *g)
{
    struct op_cost cost = {0};

    for (int i = 0; i < graph_n_node(g); i++) {
        const struct node *nd = graph_node_at(g, i);

        if (!strcmp(nd->prefix, "f") && nd->op->cost)
            nd->op->cost(nd, &cost);
    }
    return cost.provider && !strcmp(cost.provider, "winograd");
}

static void check_golden(const struct layer *l, int max_batch)
{
    struct graph *g = new_graph(l, max_batch, 2);
    const struct node *x = graph_node(g, "x"), *y = graph_output(g);
    const struct named_tensor *t;
    char what[200];
    size_t n;

    snprintf(what, sizeof(what), "%s: the method", l->name);
    ok(by_winograd(g) == !!(l->kind & WINOGRAD), what);
    run_layer(l, g);
    check_digest(l, "y", y->out.data, tensor_len(&y->out));
    run_backward(g);
    if (!(l->kind & FUSED))
        check_digest(l, "dx", x->dout.data, tensor_len(&x->dout));
    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        const size_t at = (size_t)(t->data - graph_param(g));

        if (t->is_state)
            check_digest(l, t->name, t->data, t->len);
        else if (at < graph_n_param(g))
            check_digest(l, t->name, graph_dparam(g) + at, t->len);
    }
    ok(!(l->kind & FROZEN) || graph_n_param(g) < graph_n_all(g),
       "frozen or not");
    graph_free(g);
}

static double dot_product(const float *a, const float *b, size_t len)
{
    double sum = 0.0;

    for (size_t i = 0; i < len; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static float *new_floats(size_t n)
{
    float *x = calloc(n + 1, sizeof(*x));

    if (!x)
        abort();
    return x;
}

/* <y, dy> */
static double loss_of(struct graph *g, enum phase phase)
{
    const struct tensor *y = &graph_output(g)->out;
    const size_t n = tensor_len(y);
    float *dy = new_floats(n);
    double sum;

    fill_values("dy", 0, 1, dy, n);
    graph_forward(g, phase);
    sum = dot_product(y->data, dy, n);
    free(dy);
    return sum;
}

/* (loss(p + h v) - loss(p - h v)) / 2h */
static double numeric_slope(const struct layer *l, struct graph *g, float *p,
                            const float *v, size_t len)
{
    const float h = 1e-3f;
    double at[2];
    float *old = new_floats(len);

    memcpy(old, p, len * sizeof(float));
    for (int k = 0; k < 2; k++) {
        if (p != graph_input(g))
            fill_input(l, g);
        for (size_t i = 0; i < len; i++)
            p[i] = old[i] + (k ? -h : h) * v[i];
        at[k] = loss_of(g, l->phase);
    }
    memcpy(p, old, len * sizeof(float));
    free(old);
    return (at[0] - at[1]) / (2.0 * (double)h);
}

/* The slope along v is that of the gradient, d. */
static void check_along(const struct layer *l, struct graph *g, float *p,
                        const float *d, size_t len)
{
    const bool input = p == graph_input(g);
    float *v = new_floats(len);
    double want, norm;
    char what[200];

    fill_values("direction", 0, 1, v, len);
    norm = fmax(sqrt(dot_product(d, d, len)), 1e-6);
    want = dot_product(d, v, len);
    snprintf(what, sizeof(what), "%s: slope along %s", l->name,
             input ? "x" : "the parameters");
    near(numeric_slope(l, g, p, v, len) / norm, want / norm, 2e-2, what);
    free(v);
}

static void check_slope(const struct layer *l)
{
    struct graph *g = new_graph(l, l->n, 1);
    const struct node *x = graph_node(g, "x");

    run_layer(l, g);
    run_backward(g);
    if (!(l->kind & FUSED))
        check_along(l, g, graph_input(g), x->dout.data, tensor_len(&x->out));
    if (graph_n_param(g))
        check_along(l, g, graph_param(g), graph_dparam(g), graph_n_param(g));
    graph_free(g);
}

static void check_accumulates(const struct layer *l)
{
    struct graph *g = new_graph(l, l->n, 1);
    const struct node *x = graph_node(g, "x");
    const size_t nx = l->kind & FUSED ? 0 : tensor_len(&x->out);
    const size_t np = graph_n_param(g);
    double dx, dp;
    char what[200];

    run_layer(l, g);
    run_backward(g);
    dx = dot_product(x->dout.data, graph_input(g), nx);
    dp = dot_product(graph_dparam(g), graph_dparam(g), np);
    if (l->kind & FUSED) { /* backward has used up what forward left */
        fill_input(l, g);
        graph_forward(g, l->phase);
    }
    run_backward(g);
    snprintf(what, sizeof(what), "%s: dx is overwritten", l->name);
    near(dot_product(x->dout.data, graph_input(g), nx), dx, 1e-6, what);
    snprintf(what, sizeof(what), "%s: dparam accumulates", l->name);
    near(dot_product(graph_dparam(g), graph_dparam(g), np), 4.0 * dp, 1e-5,
         what);
    graph_free(g);
}

static bool same_bits(const float *a, const float *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof(float)) == 0;
}

/* One thread and two and five: the same bits. */
static void check_threads(const struct layer *l, int threads)
{
    struct graph *a = new_graph(l, l->n, 1), *b = new_graph(l, l->n, threads);
    const struct node *y = graph_output(a), *x = graph_node(a, "x");
    const size_t nx = l->kind & FUSED ? 0 : tensor_len(&x->out);
    char what[200];
    bool same;

    run_layer(l, a);
    run_layer(l, b);
    same =
        same_bits(y->out.data, graph_output(b)->out.data, tensor_len(&y->out));
    run_backward(a);
    run_backward(b);
    same = same && same_bits(x->dout.data, graph_node(b, "x")->dout.data, nx) &&
           same_bits(graph_dparam(a), graph_dparam(b), graph_n_param(a));
    snprintf(what, sizeof(what), "%s: the same bits with 1 and %d threads",
             l->name, threads);
    ok(same, what);
    graph_free(a);
    graph_free(b);
}

/* No rows: nothing breaks, gradients stay 0. */
static void check_empty(const struct layer *l)
{
    struct graph *g = new_graph(l, l->n, 2);
    char what[200];

    graph_set_batch(g, 0);
    run_layer(l, g);
    run_backward(g);
    snprintf(what, sizeof(what), "%s: an empty batch has no gradient", l->name);
    ok(graph_n_param(g) == 0 || dot_product(graph_dparam(g), graph_dparam(g),
                                            graph_n_param(g)) == 0.0,
       what);
    graph_free(g);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
        const struct layer *l = &layers[i];

        if (!strstr(l->name, "dropout")) {
            check_golden(l, l->n);
            check_golden(l, l->n + 3);
        }
        check_slope(l);
        check_accumulates(l);
        check_threads(l, 2);
        check_threads(l, 5);
        check_empty(l);
    }
    return tap_done();
}
