/*
 * test_layers_more.c - what the table of test_layers.c does not hold: faults,
 * initial weights, ties, borders of the formulas, the masks of dropout
 */
#include "golden/nn_digest.h"
#include "nn/layers.h"
#include "nn/preprocess.h"

#include <stdlib.h>

typedef struct node *(*make_f)(struct graph *g, struct node *x);

/* A finished graph of one layer on x (n, h, w, c). */
static struct graph *new_graph(make_f make, const int shape[4], int threads)
{
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = shape[0], .threads = threads, .seed = 1});
    struct err err = {0};

    make(g, nn_input(g, "x", shape[1], shape[2], shape[3]));
    need(graph_finish(g, &err) == 0, &err);
    return g;
}

static struct node *dropout(struct graph *g, struct node *x)
{
    return nn_dropout(g, x, "f", (struct dropout_args){.rate = 0.4f});
}

static void check_dropout(void)
{
    const int shape[] = {4, 8, 8, 16};
    struct graph *a = new_graph(dropout, shape, 1);
    struct graph *b = new_graph(dropout, shape, 2);
    const size_t row = 8 * 8 * 16;
    const float *x = graph_input(a), *y = graph_output(a)->out.data;
    const float *z = graph_output(b)->out.data;
    int kept = 0, wrong = 0;

    fill_values("x", 0, 3, graph_input(a), 4 * row);
    graph_set_step(a, 7, 0);
    graph_forward(a, PHASE_TRAIN);
    for (size_t i = 0; i < 4 * row; i++) {
        kept += y[i] != 0.0f;
        wrong += y[i] != 0.0f && fabsf(y[i] - x[i] / 0.6f) > 1e-5f;
    }
    near((double)kept / (double)(4 * row), 0.6, 0.03, "dropout keeps 60 %");
    ok(wrong == 0, "dropout divides by what it keeps");
    memcpy(graph_input(b), x + 2 * row, 2 * row * sizeof(float));
    graph_set_batch(b, 2);
    graph_set_step(b, 7, 2);
    graph_forward(b, PHASE_TRAIN);
    ok(!memcmp(y + 2 * row, z, 2 * row * sizeof(float)),
       "a sample's mask does not depend on who holds it");
    graph_set_step(b, 8, 2);
    graph_forward(b, PHASE_TRAIN);
    ok(memcmp(y + 2 * row, z, 2 * row * sizeof(float)) != 0,
       "the next step has another mask");
    graph_free(a);
    graph_free(b);
}

/* --- ties and borders ------------------------------------------------------*/

static struct node *max_two(struct graph *g, struct node *x)
{
    return nn_max_pool(g, x, "f", (struct pool_args){.size = 2});
}

static struct node *max_same(struct graph *g, struct node *x)
{
    return nn_max_pool(
        g, x, "f", (struct pool_args){.size = 3, .stride = 1, .pad = PAD_SAME});
}

static struct node *avg_same(struct graph *g, struct node *x)
{
    return nn_avg_pool(
        g, x, "f", (struct pool_args){.size = 3, .stride = 1, .pad = PAD_SAME});
}

static struct node *global_max(struct graph *g, struct node *x)
{
    return nn_global_max_pool(g, x, "f");
}

static struct node *l2(struct graph *g, struct node *x)
{
    return nn_l2_normalize(g, x, "f");
}

/* Forward and backward of x everywhere 'value' and dy everywhere 1. */
static struct graph *run_constant(make_f make, const int shape[4], float value)
{
    struct graph *g = new_graph(make, shape, 1);
    const struct tensor *x = &graph_node(g, "x")->out;
    struct tensor *dy = &graph_output(g)->dout;

    for (size_t i = 0; i < tensor_len(x); i++)
        x->data[i] = value;
    graph_forward(g, PHASE_TRAIN);
    for (size_t i = 0; i < tensor_len(dy); i++)
        dy->data[i] = 1.0f;
    graph_backward(g);
    return g;
}

static void check_ties(void)
{
    struct graph *g = run_constant(max_two, (int[]){1, 4, 4, 1}, -2.0f);
    const float *dx = graph_node(g, "x")->dout.data;
    float sum = 0.0f;

    for (int i = 0; i < 16; i++)
        sum += dx[i];
    ok(dx[0] == 1.0f && dx[2] == 1.0f && dx[8] == 1.0f && dx[10] == 1.0f &&
           sum == 4.0f,
       "max pool: the first of equals gets all of dy");
    graph_free(g);
    g = run_constant(global_max, (int[]){1, 2, 4, 1}, -2.0f);
    dx = graph_node(g, "x")->dout.data;
    ok(dx[0] == 0.125f && dx[7] == 0.125f,
       "global max pool: equals share dy equally");
    graph_free(g);
    g = run_constant(max_same, (int[]){1, 3, 3, 1}, -2.0f);
    ok(graph_output(g)->out.data[0] == -2.0f,
       "max pool: padding is never the maximum");
    graph_free(g);
    g = run_constant(avg_same, (int[]){1, 3, 3, 1}, -2.0f);
    ok(graph_output(g)->out.data[0] == -2.0f &&
           graph_output(g)->out.data[4] == -2.0f,
       "average pool: padding does not count");
    graph_free(g);
}

static void check_l2(void)
{
    struct graph *g = run_constant(l2, (int[]){1, 1, 2, 4}, 0.0f);
    const float *y = graph_output(g)->out.data;
    const float *dx = graph_node(g, "x")->dout.data;

    ok(y[0] == 0.0f, "l2: 0 stays 0");
    near((double)dx[0], 1e6, 1e-6, "l2: the gradient at 0 is dy / sqrt(1e-12)");
    graph_free(g);
    g = run_constant(l2, (int[]){1, 1, 1, 4}, 2e-7f);
    near((double)graph_output(g)->out.data[1], 0.2, 1e-6,
         "l2: a sum below 1e-12 counts as 1e-12");
    near((double)graph_node(g, "x")->dout.data[1], 1e6, 1e-6,
         "l2: and is then a constant");
    graph_free(g);
    g = run_constant(l2, (int[]){1, 1, 1, 4}, 6e-7f);
    near((double)graph_output(g)->out.data[1], 0.5, 1e-6,
         "l2: a sum above it is normalised");
    ok(fabsf(graph_node(g, "x")->dout.data[1]) < 1.0f,
       "l2: then growing alone changes nothing");
    graph_free(g);
}

/* --- initial weights -------------------------------------------------------*/

static void check_init(void)
{
    struct graph *g = graph_new(&(struct graph_args){.max_batch = 1});
    struct node *x = nn_input(g, "x", 8, 8, 64);
    const float *w;
    float top = 0;
    struct err err = {0};

    x = nn_depthwise(g, x, "d", (struct conv_args){.size = 3});
    x = nn_conv2d(g, x, "c",
                  (struct conv_args){.filters = 32, .size = 3, .bias = true});
    nn_batch_norm(g, x, "b", (struct bn_args){0});
    ok(graph_finish(g, &err) == 0, "a network with its first weights");
    w = graph_node(g, "d")->param;
    for (int i = 0; i < 9 * 64; i++)
        top = fmaxf(top, fabsf(w[i]));
    near((double)top / sqrt(6.0 / (9 * 64 + 9)), 1.0, 0.02,
         "depthwise kernels are Glorot uniform with Keras' fans");
    w = graph_node(g, "c")->param;
    top = 0;
    for (int i = 0; i < 9 * 64 * 32; i++)
        top = fmaxf(top, fabsf(w[i]));
    near((double)top / sqrt(6.0 / (9 * (64 + 32))), 1.0, 0.01,
         "kernels are Glorot uniform");
    ok(w[9 * 64 * 32] == 0.0f, "a bias is 0");
    w = graph_node(g, "b")->param;
    ok(w[0] == 1.0f && w[31] == 1.0f && w[32] == 0.0f, "gamma 1, beta 0");
    w = graph_node(g, "b")->state;
    ok(w[0] == 0.0f && w[32] == 1.0f, "moving mean 0, moving variance 1");
    graph_free(g);
}

/* Each fault of a constructor, by code and text. */
static void check_faults(void)
{
    static const struct {
        struct conv_args conv;
        const char *part;
    } bad[] = {
        {{.filters = 0, .size = 1}, "'filters' is 0"},
        {{.filters = 1, .size = 16}, "'size' is 16"},
        {{.filters = 1, .size = 1, .stride = 9}, "'stride' is 9"},
        {{.filters = 1, .size = 11}, "does not fit 8 x 8"},
    };
    static const struct {
        struct bn_args bn;
        const char *part;
    } bad_bn[] = {
        {{.momentum = 1.0f}, "'momentum' is 1"},
        {{.eps = -1.0f}, "'eps' is -1"},
    };
    struct err err = {0};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct graph *g = graph_new(&(struct graph_args){.max_batch = 1});

        ok(!nn_relu(g,
                    nn_conv2d(g, nn_input(g, "x", 8, 8, 3), "c", bad[i].conv),
                    "r"),
           "a layer on a failed layer is NULL");
        fails(graph_finish(g, &err), err, ERR_USAGE, bad[i].part, bad[i].part);
        graph_free(g);
    }
    for (size_t i = 0; i < sizeof(bad_bn) / sizeof(bad_bn[0]); i++) {
        struct graph *g = graph_new(&(struct graph_args){.max_batch = 1});

        nn_batch_norm(g, nn_input(g, "x", 8, 8, 3), "b", bad_bn[i].bn);
        fails(graph_finish(g, &err), err, ERR_USAGE, bad_bn[i].part,
              bad_bn[i].part);
        graph_free(g);
    }
}

#define FAULT(part, ...)                                                       \
    do {                                                                       \
        struct graph *g = graph_new(&(struct graph_args){.max_batch = 1});     \
        struct node *x = nn_input(g, "x", 8, 8, 3);                            \
        struct err err = {0};                                                  \
        __VA_ARGS__;                                                           \
        fails(graph_finish(g, &err), err, ERR_USAGE, part, part);              \
        graph_free(g);                                                         \
    } while (0)

static void check_other_faults(void)
{
    struct graph *none = graph_new(&(struct graph_args){.max_batch = 1});

    ok(!nn_l2_normalize(none, NULL, "l") &&
           !nn_max_pool(none, NULL, "m", (struct pool_args){.size = 2}) &&
           !nn_avg_pool(none, NULL, "a", (struct pool_args){.size = 2}) &&
           !nn_global_max_pool(none, NULL, "g") &&
           !nn_concat(none, NULL, NULL, "c"),
       "a layer on nothing is NULL");
    graph_free(none);
    FAULT("'units' is 0", nn_dense(g, x, "d", (struct dense_args){.units = 0}));
    FAULT("'rate' is 1", nn_dropout(g, x, "d", (struct dropout_args){1.0f}));
    FAULT("only 3 x 3", nn_depthwise(g, x, "d", (struct conv_args){.size = 5}));
    FAULT("'stride' is 3",
          nn_depthwise(g, x, "d", (struct conv_args){.size = 3, .stride = 3}));
    FAULT("-1 is not in",
          nn_zero_pad(g, x, "p", (struct pad_args){-1, 0, 0, 0}));
    FAULT("is (1, 1, 3) but 'x' is (8, 8, 3)",
          nn_add(g, nn_global_avg_pool(g, x, "g"), x, "a"));
    FAULT("concat: 'c': 8 x 8 beside 1 x 1",
          nn_concat(g, x, nn_global_max_pool(g, x, "g"), "c"));
    FAULT("pool: 'size' is 0", nn_max_pool(g, x, "p", (struct pool_args){0}));
    FAULT("pool: 'size' is 16",
          nn_avg_pool(g, x, "p", (struct pool_args){.size = 16}));
    FAULT("pool: 'stride' is 9",
          nn_max_pool(g, x, "p", (struct pool_args){.size = 2, .stride = 9}));
    FAULT("'p' is neither valid nor same",
          nn_max_pool(g, x, "p",
                      (struct pool_args){.size = 2, .pad = PAD_CORRECT}));
    FAULT("'p': a window of 9 does not fit 8 x 8",
          nn_avg_pool(g, x, "p", (struct pool_args){.size = 9, .stride = 1}));
    FAULT("shape (0, 8, 3)", (void)x; nn_input(g, "y", 0, 8, 3));
}

static void check_preprocess(void)
{
    const uint8_t rgb[6] = {0, 51, 255, 10, 20, 30};
    enum preprocess mode;
    struct err err = {0};
    float x[6];

    preprocess(PREPROCESS_RAW, rgb, 2, x);
    ok(x[1] == 51.0f && x[5] == 30.0f, "preprocessing raw changes nothing");
    preprocess(PREPROCESS_TF, rgb, 2, x);
    ok(fabsf(x[0] + 1.0f) + fabsf(x[1] + 0.6f) + fabsf(x[2] - 1.0f) < 1e-6f,
       "preprocessing tf is x / 127.5 - 1");
    preprocess(PREPROCESS_CAFFE, rgb, 2, x);
    near((double)x[0], 255 - 103.939, 1e-6, "preprocessing caffe: blue first");
    near((double)x[5], 10 - 123.68, 1e-6, "preprocessing caffe: red last");
    preprocess(PREPROCESS_TORCH, rgb, 2, x);
    near((double)x[1], (0.2 - 0.456) / 0.224, 1e-6,
         "preprocessing torch: mean and deviation of ImageNet");
    ok(preprocess_find("caffe", &mode, &err) == 0 && mode == PREPROCESS_CAFFE &&
           !strcmp(preprocess_name(mode), "caffe"),
       "a preprocessing is found by name");
    fails(preprocess_find("keras", &mode, &err), err, ERR_USAGE, "'keras'",
          "an unknown preprocessing is refused");
}

int main(void)
{
    check_dropout();
    check_ties();
    check_l2();
    check_init();
    check_faults();
    check_other_faults();
    check_preprocess();
    return tap_done();
}
