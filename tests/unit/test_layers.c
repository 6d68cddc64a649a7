/*
 * test_layers.c - every layer against PyTorch and against itself
 *
 * Each row of 'layers' is built three times over: its forward and gradients
 * must be those of tests/golden/nn_ops.py; its slope along a random direction
 * must be that which the gradient says; a second backward must add the
 * parameters' gradients again and overwrite the input's.  To add a layer, add
 * a row here and there.
 */
#include "golden/nn_digest.h"
#include "nn/conv.h"
#include "nn/layers.h"
#include "nn/preprocess.h"
#include "tap.h"

#include <stdlib.h>

static const struct golden golden[] = {
#include "golden/nn_ops.inc"
};

#define CONV(...)  nn_conv2d(g, x, "f", (struct conv_args){__VA_ARGS__})
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
MAKE(relu) { return nn_relu(g, x, "f"); }
MAKE(relu6) { return nn_relu6(g, nn_add(g, nn_add(g, x, x, "a"), x, "b"), "f"); }
MAKE(add) { return nn_add(g, nn_relu(g, x, "r"), x, "f"); }
MAKE(add_twice) { return nn_add(g, x, x, "f"); }
MAKE(average) { return nn_global_avg_pool(g, x, "f"); }
MAKE(pad) { return nn_zero_pad(g, x, "p", (struct pad_args){1, 0, 2, 3}); }
MAKE(dense) { return nn_dense(g, x, "d", (struct dense_args){11}); }
MAKE(dense_w) { return nn_dense(g, x, "d", (struct dense_args){300}); }
MAKE(dropout) { return nn_dropout(g, x, "f", (struct dropout_args){.rate = 0.4f}); }
/* clang-format on */

struct layer {
    const char *name; /* in nn_ops.py */
    int n, h, w, c;
    struct node *(*make)(struct graph *g, struct node *x);
    float shift, scale; /* of x; 0, 0 means 0, 3 */
    enum phase phase;
};

static const struct layer layers[] = {
    {"conv 1x1", 3, 5, 7, 6, conv_1, 0, 0, PHASE_TRAIN},
    {"conv 1x1 bias", 3, 5, 7, 6, conv_1b, 0, 0, PHASE_TRAIN},
    {"conv 1x1 large", 5, 40, 37, 8, conv_1l, 0, 0, PHASE_TRAIN},
    {"conv 1x1 wide", 2, 4, 4, 96, conv_1w, 0, 0, PHASE_TRAIN},
    {"conv 1x1 stride 2", 2, 7, 8, 5, conv_1s2, 0, 0, PHASE_TRAIN},
    {"conv 3x3 same", 2, 7, 6, 5, conv_3, 0, 0, PHASE_TRAIN},
    {"conv 3x3 same large", 5, 40, 37, 8, conv_3l, 0, 0, PHASE_TRAIN},
    {"conv 3x3 same stride 2 even", 2, 8, 10, 3, conv_3s2, 0, 0, PHASE_TRAIN},
    {"conv 3x3 same stride 2 odd", 1, 7, 9, 3, conv_3s2, 0, 0, PHASE_TRAIN},
    {"conv 3x3 correct stride 2", 2, 8, 9, 3, conv_3c, 0, 0, PHASE_TRAIN},
    {"conv 3x3 valid bias", 2, 6, 7, 3, conv_3b, 0, 0, PHASE_TRAIN},
    {"conv 5x5 same stride 3", 2, 11, 8, 3, conv_5, 0, 0, PHASE_TRAIN},
    {"pad, conv 7x7 stride 2", 2, 11, 8, 3, conv_7, 0, 0, PHASE_TRAIN},
    {"depthwise same", 2, 5, 7, 19, dw_s, 0, 0, PHASE_TRAIN},
    {"depthwise correct stride 2 even, odd", 2, 8, 7, 24, dw_c2, 0, 0,
     PHASE_TRAIN},
    {"depthwise correct stride 2 odd, even", 1, 7, 10, 16, dw_c2, 0, 0,
     PHASE_TRAIN},
    {"depthwise same stride 2 even, odd", 2, 8, 7, 5, dw_s2, 0, 0, PHASE_TRAIN},
    {"depthwise valid", 2, 4, 3, 5, dw_v, 0, 0, PHASE_TRAIN},
    {"depthwise of one pixel", 3, 1, 1, 8, dw_c2, 0, 0, PHASE_TRAIN},
    {"bn", 3, 5, 7, 6, bn, 5, 3, PHASE_TRAIN},
    {"bn large", 5, 40, 37, 8, bn, 0, 0, PHASE_TRAIN},
    {"bn relu", 3, 5, 7, 6, bn_relu, 0, 0, PHASE_TRAIN},
    {"bn relu6", 3, 5, 7, 20, bn_relu6, 0, 0, PHASE_TRAIN},
    {"bn infer", 3, 5, 7, 6, bn_relu6, 0, 0, PHASE_INFER},
    {"bn flat", 7, 2, 2, 9, bn_flat, 0, 0, PHASE_TRAIN},
    {"relu", 3, 5, 7, 6, relu, 0, 0, PHASE_TRAIN},
    {"relu6", 3, 5, 7, 6, relu6, 0, 0, PHASE_TRAIN},
    {"add", 3, 5, 7, 6, add, 0, 0, PHASE_TRAIN},
    {"add twice", 3, 5, 7, 6, add_twice, 0, 0, PHASE_TRAIN},
    {"average", 3, 5, 7, 6, average, 0, 0, PHASE_TRAIN},
    {"pad", 3, 5, 7, 6, pad, 0, 0, PHASE_TRAIN},
    {"dense", 3, 5, 7, 6, dense, 0, 0, PHASE_TRAIN},
    {"dense wide", 33, 1, 1, 70, dense_w, 0, 0, PHASE_TRAIN},
    {"dropout", 3, 5, 7, 6, dropout, 0, 0, PHASE_TRAIN},
    {"dropout infer", 3, 5, 7, 6, dropout, 0, 0, PHASE_INFER},
};

/* A graph of one layer with room for 'max_batch'; weights, x, dy filled. */
static struct graph *new_graph(const struct layer *l, int max_batch,
                               int threads)
{
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = max_batch, .threads = threads, .seed = 1});
    struct node *x = nn_input(g, "x", l->h, l->w, l->c);
    struct err err = {0};

    l->make(g, x);
    if (graph_finish(g, &err) < 0) {
        ok(false, l->name);
        printf("# %s\n", err.text);
        exit(1);
    }
    graph_set_batch(g, l->n);
    fill_weights(g);
    fill("x", l->shift, l->scale == 0.0f ? 3.0f : l->scale, graph_input(g),
         tensor_len(&x->out));
    fill("dy", 0, 1, graph_output(g)->dout.data,
         tensor_len(&graph_output(g)->dout));
    return g;
}

static void run(struct graph *g, enum phase phase)
{
    graph_forward(g, phase);
    graph_zero_grad(g);
    graph_backward(g);
}

static void check_digest(const struct layer *l, const char *tensor,
                         const float *x, size_t n)
{
    const struct golden *want = find_golden(
        golden, sizeof(golden) / sizeof(golden[0]), l->name, tensor);
    char what[200];
    double d;

    snprintf(what, sizeof(what), "%s: %s is PyTorch's", l->name, tensor);
    if (!want) {
        ok(false, what);
        return;
    }
    d = distance(want, MAX_SUMS, x, n);
    if (!ok(d < 1e-5, what))
        printf("# relative distance %g\n", d);
}

static void check_golden(const struct layer *l, int max_batch)
{
    struct graph *g = new_graph(l, max_batch, 2);
    const struct node *x = graph_node(g, "x"), *y = graph_output(g);
    const struct named_tensor *t;
    size_t n;

    run(g, l->phase);
    check_digest(l, "y", y->out.data, tensor_len(&y->out));
    check_digest(l, "dx", x->dout.data, tensor_len(&x->dout));
    graph_tensors(g, &t, &n);
    for (; n--; t++)
        if (t->is_state)
            check_digest(l, t->name, t->data, t->len);
        else
            check_digest(l, t->name,
                         graph_dparam(g) + (t->data - graph_param(g)), t->len);
    graph_free(g);
}

static double dot(const float *a, const float *b, size_t len)
{
    double sum = 0.0;

    for (size_t i = 0; i < len; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* (loss(p + h v) - loss(p - h v)) / 2h for loss = <y, dy>. */
static double slope(struct graph *g, enum phase phase, float *p, const float *v,
                    size_t len)
{
    const struct node *y = graph_output(g);
    const float h = 1e-3f;
    double loss[2];
    float *old = malloc((len + 1) * sizeof(float));

    if (!old)
        abort();
    memcpy(old, p, len * sizeof(float));
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < len; i++)
            p[i] = old[i] + (k ? -h : h) * v[i];
        graph_forward(g, phase);
        loss[k] = dot(y->out.data, y->dout.data, tensor_len(&y->out));
    }
    memcpy(p, old, len * sizeof(float));
    free(old);
    return (loss[0] - loss[1]) / (2.0 * (double)h);
}

static void check_slope(const struct layer *l)
{
    struct graph *g = new_graph(l, l->n, 1);
    const struct node *x = graph_node(g, "x");
    const size_t nx = tensor_len(&x->out), np = graph_n_param(g);
    float *v = malloc((nx > np ? nx : np) * sizeof(float));
    double want, norm;
    char what[200];

    if (!v)
        abort();
    run(g, l->phase);
    fill("direction", 0, 1, v, nx > np ? nx : np);
    norm = sqrt(dot(x->dout.data, x->dout.data, nx));
    want = dot(x->dout.data, v, nx);
    snprintf(what, sizeof(what), "%s: slope along x", l->name);
    near(slope(g, l->phase, graph_input(g), v, nx) / norm, want / norm, 2e-2,
         what);
    if (np == 0)
        goto out;
    norm = sqrt(dot(graph_dparam(g), graph_dparam(g), np));
    want = dot(graph_dparam(g), v, np);
    snprintf(what, sizeof(what), "%s: slope along the parameters", l->name);
    near(slope(g, l->phase, graph_param(g), v, np) / norm, want / norm, 2e-2,
         what);
out:
    free(v);
    graph_free(g);
}

static void check_accumulates(const struct layer *l)
{
    struct graph *g = new_graph(l, l->n, 1);
    const struct node *x = graph_node(g, "x");
    const size_t nx = tensor_len(&x->out), np = graph_n_param(g);
    double dx, dp;
    char what[200];

    run(g, l->phase);
    dx = dot(x->dout.data, graph_input(g), nx);
    dp = dot(graph_dparam(g), graph_dparam(g), np);
    graph_backward(g);
    snprintf(what, sizeof(what), "%s: dx is overwritten", l->name);
    near(dot(x->dout.data, graph_input(g), nx), dx, 1e-6, what);
    snprintf(what, sizeof(what), "%s: dparam accumulates", l->name);
    near(dot(graph_dparam(g), graph_dparam(g), np), 4.0 * dp, 1e-5, what);
    graph_free(g);
}

/* One thread and two: the same bits. */
static void check_threads(const struct layer *l)
{
    struct graph *a = new_graph(l, l->n, 1), *b = new_graph(l, l->n, 2);
    const struct node *y = graph_output(a), *x = graph_node(a, "x");
    char what[200];
    bool same;

    run(a, l->phase);
    run(b, l->phase);
    same = !memcmp(y->out.data, graph_output(b)->out.data,
                   tensor_len(&y->out) * sizeof(float)) &&
           !memcmp(x->dout.data, graph_node(b, "x")->dout.data,
                   tensor_len(&x->dout) * sizeof(float)) &&
           (graph_n_param(a) == 0 || !memcmp(graph_dparam(a), graph_dparam(b),
                                             graph_n_param(a) * sizeof(float)));
    snprintf(what, sizeof(what), "%s: the same bits with 1 and 2 threads",
             l->name);
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
    run(g, l->phase);
    snprintf(what, sizeof(what), "%s: an empty batch has no gradient", l->name);
    ok(graph_n_param(g) == 0 ||
           dot(graph_dparam(g), graph_dparam(g), graph_n_param(g)) == 0.0,
       what);
    graph_free(g);
}

static void check_dropout(void)
{
    const struct layer l = {"dropout", 4, 8, 8, 16, dropout, 0, 0, PHASE_TRAIN};
    struct graph *a = new_graph(&l, 4, 1), *b = new_graph(&l, 4, 2);
    const size_t row = 8 * 8 * 16;
    const float *x = graph_input(a), *y = graph_output(a)->out.data;
    const float *z = graph_output(b)->out.data;
    int kept = 0, wrong = 0;

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
    ok(graph_finish(g, &err) == 0, "a small network");
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
    FAULT("'units' is 0", nn_dense(g, x, "d", (struct dense_args){0}));
    FAULT("'rate' is 1", nn_dropout(g, x, "d", (struct dropout_args){1.0f}));
    FAULT("only 3 x 3", nn_depthwise(g, x, "d", (struct conv_args){.size = 5}));
    FAULT("'stride' is 3",
          nn_depthwise(g, x, "d", (struct conv_args){.size = 3, .stride = 3}));
    FAULT("-1 is not in",
          nn_zero_pad(g, x, "p", (struct pad_args){-1, 0, 0, 0}));
    FAULT("is (1, 1, 3) but 'x' is (8, 8, 3)",
          nn_add(g, nn_global_avg_pool(g, x, "g"), x, "a"));
    FAULT("shape (0, 8, 3)", (void)x; nn_input(g, "y", 0, 8, 3));
}

static void check_preprocess(void)
{
    const uint8_t rgb[6] = {0, 51, 255, 10, 20, 30};
    enum preprocess mode;
    struct err err = {0};
    float x[6];

    preprocess(PREPROCESS_RAW, rgb, 2, x);
    ok(x[1] == 51.0f && x[5] == 30.0f, "raw");
    preprocess(PREPROCESS_TF, rgb, 2, x);
    ok(fabsf(x[0] + 1.0f) + fabsf(x[1] + 0.6f) + fabsf(x[2] - 1.0f) < 1e-6f,
       "tf is x / 127.5 - 1");
    preprocess(PREPROCESS_CAFFE, rgb, 2, x);
    near((double)x[0], 255 - 103.939, 1e-6, "caffe: blue first");
    near((double)x[5], 10 - 123.68, 1e-6, "caffe: red last");
    preprocess(PREPROCESS_TORCH, rgb, 2, x);
    near((double)x[1], (0.2 - 0.456) / 0.224, 1e-6, "torch");
    ok(preprocess_find("caffe", &mode, &err) == 0 && mode == PREPROCESS_CAFFE &&
           !strcmp(preprocess_name(mode), "caffe"),
       "a mode by name");
    fails(preprocess_find("keras", &mode, &err), err, ERR_USAGE, "'keras'",
          "an unknown mode");
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
        check_threads(l);
        check_empty(l);
    }
    check_dropout();
    check_init();
    check_faults();
    check_other_faults();
    check_preprocess();
    return tap_done();
}
