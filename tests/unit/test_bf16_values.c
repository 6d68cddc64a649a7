/*
 * test_bf16_values.c - networks whose values and gradients lie in bf16
 *
 * Small ones like the five of nets.h beside PyTorch, which rounds the same
 * tensors (bf16_values.py): first with weights of which sums are exact or
 * nearly so, by moving statistics, where one rounding more or less is seen;
 * then with usual ones by the batch's, where a number near the middle of two
 * goes either way, and so do those behind it.  Then what follows from the
 * graph's promises: the same bits for any number of threads and with values
 * made again, less memory, inference like the same in training.
 */
#include "golden/nn_digest.h"
#include "nn/bf16.h"
#include "nn/block_product.h"
#include "nn/layers.h"
#include "nn/nets.h"

#include <stdio.h>
#include <stdlib.h>

enum { H = 13, W = 11, CLASSES = 5, SUMS = 8, MOST_ROWS = 3 };

static const struct golden_digest golden[] = {
#include "golden/bf16_values_golden.inc"
};

enum { N_GOLDEN = sizeof(golden) / sizeof(golden[0]) };

/* --- the networks ----------------------------------------------------------*/

static struct node *conv(struct graph *g, struct node *x, const char *name,
                         int filters, int size)
{
    return nn_conv2d(
        g, x, name,
        (struct conv_args){.filters = filters, .size = size, .pad = PAD_SAME});
}

/* The value of n.. with an activation is r.. */
static struct node *norm(struct graph *g, struct node *x, const char *name,
                         enum act act)
{
    char value[NN_NAME_MAX];

    snprintf(value, sizeof(value), "r%s", name + 1);
    return nn_batch_norm(
        g, x, name, (struct bn_args){.act = act, .act_name = act ? value : 0});
}

static struct node *resnet(struct graph *g, struct node *x)
{
    struct node *y;

    x = nn_conv2d(g, x, "s1",
                  (struct conv_args){.filters = 128,
                                     .size = 3,
                                     .stride = 2,
                                     .pad = PAD_SAME,
                                     .bias = true});
    x = norm(g, x, "n1", ACT_RELU);
    y = norm(g, conv(g, x, "c0", 144, 1), "n0", ACT_NONE);
    x = norm(g, conv(g, x, "c2", 144, 1), "n2", ACT_NONE);
    x = nn_relu(g, nn_add(g, x, y, "a"), "r");
    x = norm(g, conv(g, x, "c3", 160, 1), "n3", ACT_RELU);
    x = norm(g, conv(g, x, "c4", 128, 1), "n4", ACT_RELU);
    return nn_global_avg_pool(g, x, "pool");
}

static struct node *densenet(struct graph *g, struct node *x)
{
    x = conv(g, x, "s0", 128, 3);
    for (char i = '1'; i <= '3'; i++) {
        struct node *y = norm(g, x, (char[]){'n', i, 0}, ACT_RELU);

        y = conv(g, y, (char[]){'c', i, 0}, 128, 1);
        y = norm(g, y, (char[]){'n', i, 'b', 0}, ACT_RELU);
        y = conv(g, y, (char[]){'c', i, 'b', 0}, 24, 3);
        x = nn_concat(g, x, y, (char[]){'j', i, 0});
    }
    x = conv(g, norm(g, x, "n4", ACT_RELU), "c4", 128, 1);
    x = nn_avg_pool(g, x, "p", (struct pool_args){.size = 2});
    x = norm(g, x, "n5", ACT_RELU);
    x = norm(g, conv(g, x, "c5", 128, 1), "n6", ACT_RELU);
    return nn_global_avg_pool(g, x, "pool");
}

static struct node *conv_relu(struct graph *g, struct node *x, const char *name,
                              int filters)
{
    return nn_conv2d(g, x, name,
                     (struct conv_args){.filters = filters,
                                        .size = 3,
                                        .pad = PAD_SAME,
                                        .bias = true,
                                        .act = ACT_RELU});
}

static struct node *vgg(struct graph *g, struct node *x)
{
    const struct pool_args half = {.size = 2, .pad = PAD_SAME};

    x = conv_relu(g, x, "s1", 64);
    x = conv_relu(g, x, "s2", 64);
    x = conv_relu(g, x, "c3", 48);
    x = nn_max_pool(g, x, "p1", half);
    x = conv_relu(g, x, "c4", 32);
    return nn_max_pool(g, x, "p2", half);
}

static struct node *depthwise(struct graph *g, struct node *x, const char *name,
                              int stride)
{
    return nn_depthwise(
        g, x, name,
        (struct conv_args){.size = 3,
                           .stride = stride,
                           .pad = stride == 1 ? PAD_SAME : PAD_CORRECT});
}

static struct node *mobilenet(struct graph *g, struct node *x)
{
    struct node *y;

    x = norm(g, conv(g, x, "s1", 128, 3), "n1", ACT_RELU6);
    x = norm(g, conv(g, x, "c1", 144, 1), "n2", ACT_RELU6);
    x = norm(g, depthwise(g, x, "w1", 2), "n3", ACT_RELU6);
    x = norm(g, conv(g, x, "c2", 128, 1), "n4", ACT_NONE);
    y = norm(g, conv(g, x, "c3", 160, 1), "n5", ACT_RELU6);
    y = norm(g, depthwise(g, y, "w2", 1), "n6", ACT_RELU6);
    y = norm(g, conv(g, y, "c4", 128, 1), "n7", ACT_NONE);
    x = nn_add(g, x, y, "a");
    x = norm(g, conv(g, x, "s2", 24, 1), "n8", ACT_RELU6);
    x = norm(g, conv(g, x, "s3", 144, 1), "n9", ACT_RELU6);
    x = norm(g, conv(g, x, "c5", 128, 1), "n10", ACT_RELU6);
    return nn_global_avg_pool(g, x, "pool");
}

static const struct small_net {
    const char *name;
    struct node *(*make)(struct graph *g, struct node *x);
    const char *outs, *douts; /* what is in bf16, in order of the nodes */
    const char *infers;       /* the same of values in GRAPH_INFER */
    double kernel, vector;    /* largest distances, see check_golden() */
} nets[] = {
    {"resnet", resnet, "s1 r1 c0 n0 c2 n2 a r c3 r3 c4", "c0 c2 c3 r3 c4",
     "s1 r1 c0 n0 c2 n2 a r c3 r3", 1.3e-2, 4.5e-2},
    {"densenet", densenet,
     "s0 r1 c1 r1b c1b j1 r2 c2 r2b c2b j2 r3 c3 r3b c3b j3 r4 r5 c5",
     "r1 c1 r1b c1b r2 c2 r2b c2b r3 c3 r3b c3b r4 r5 c5",
     "s0 r1 c1 r1b c1b j1 r2 c2 r2b c2b j2 r3 c3 r3b c3b j3 r4 r5", .15, .4},
    {"vgg", vgg, "s1 s2 c3 p1 c4", "s2", "s1 s2 c3 p1 c4", 3e-3, 3e-3},
    {"mobilenet", mobilenet, "s1 r1 c1 w1 r3 c2 n4 c3 w2 r6 c4 n7 s2 s3 r9 c5",
     "r1 c1 r3 c2 c3 r6 c4 r9 c5", "s1 r1 w1 r3 c2 n4 w2 r6 c4 n7 s3 r9", .75,
     .75},
};

enum { N_NETS = sizeof(nets) / sizeof(nets[0]) };

/* The graph of 'net' as 'a' has it, but for 5 classes; 'frozen' is a prefix or
 * NULL. */
static struct graph *new_graph(const struct small_net *net, struct graph_args a,
                               const char *frozen)
{
    struct err err = {0};
    struct graph *g;
    struct node *x;

    a.seed = 5;
    a.max_batch = a.max_batch ? a.max_batch : MOST_ROWS;
    a.threads = a.threads ? a.threads : 1;
    g = graph_new(&a);
    x = net->make(g, nn_input(g, "x", H, W, 3));
    nn_dense(g, x, "d", (struct dense_args){.units = CLASSES});
    if (frozen)
        graph_freeze(g, frozen);
    need(graph_finish(g, &err) == 0, &err);
    return g;
}

static struct graph *new_bf16(const struct small_net *net, int rows)
{
    return new_graph(net,
                     (struct graph_args){.max_batch = rows,
                                         .memory = GRAPH_TRAIN,
                                         .bf16 = true},
                     NULL);
}

/* Is the list of nodes whose value, or 'gradient', is in bf16 this one? */
static bool is_list(struct graph *g, bool gradient, const char *list)
{
    char text[256] = "";
    size_t n = 0;

    for (int i = 0; i < graph_n_node(g); i++) {
        const struct node *nd = graph_node_at(g, i);

        if ((gradient ? &nd->dout : &nd->out)->bf16 && n < sizeof(text))
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
                                  n ? " " : "", nd->name);
    }
    if (strcmp(text, list) != 0)
        printf("# in bf16 are '%s', not '%s'\n", text, list);
    return strcmp(text, list) == 0;
}

/* Do convolutions named c.. multiply in bf16, with tiles VGG's s2 as well, and
 * no others? */
static bool are_as_named(struct graph *g, bool tiles)
{
    bool as_named = true;

    for (int i = 0; i < graph_n_node(g); i++) {
        const struct node *nd = graph_node_at(g, i);
        const bool rounds =
            nd->name[0] == 'c' || (tiles && strcmp(nd->name, "s2") == 0);
        struct op_cost cost = {0};

        if (nd->op->kind != KIND_CONV)
            continue;
        nd->op->cost(nd, &cost);
        as_named = as_named && (strcmp(cost.provider, "bf16") == 0) == rounds;
    }
    return as_named;
}

/* --- beside PyTorch --------------------------------------------------------*/

static bool has_part(const char *name, const char *part)
{
    return strstr(name, part) != NULL;
}

/* bf16_values.py's exact() of a number in [-1, 1). */
static double exact_number(const struct named_tensor *t, double v)
{
    if (has_part(t->name, "kernel:0")) {
        const size_t fan = has_part(t->name, "depthwise_k")
                               ? 9
                               : t->len / (size_t)t->dim[t->n_dim - 1];
        const double one = t->name[0] == 'c' ? 1 + 0x1p-9 : 1;

        return fabs(v) > 1 - fmin(.5, 32.0 / (double)fan) ? copysign(one, v)
                                                          : 0;
    }
    if (has_part(t->name, "/bias"))
        return rint(8 * v) + (strncmp(t->name, "s2", 2) == 0 ? .075 : 0);
    if (has_part(t->name, "/gamma")) {
        const double size = strncmp(t->name, "n1/", 3) == 0 ? 0x1p-6 : .25;

        return v < -.5 ? -size : size;
    }
    if (has_part(t->name, "variance"))
        return .999;
    return rint((has_part(t->name, "/beta") ? 2 : 4) * v);
}

static void fill_exact(struct graph *g)
{
    const struct named_tensor *t;
    size_t n;

    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        fill_values(t->name, 0, 1, t->data, t->len);
        for (size_t i = 0; i < t->len; i++)
            t->data[i] = (float)exact_number(t, (double)t->data[i]);
    }
}

/* bf16_values.py's usual(). */
static void fill_usual(struct graph *g)
{
    const struct named_tensor *t;
    size_t n;

    fill_weights(g);
    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        if (!has_part(t->name, "/beta"))
            continue;
        fill_values(t->name, 0, 1, t->data, t->len);
        for (size_t i = 0; i < t->len; i++) {
            float *v = &t->data[i];

            *v = *v >= -.5f ? 2.5f + .25f * *v : *v - 2;
        }
    }
}

/* x = value(name, i), or a multiple of it rounded to an integer. */
static void fill_scaled(const char *name, double scale, float *x, size_t n)
{
    fill_values(name, 0, 1, x, n);
    for (size_t i = 0; scale > 0 && i < n; i++)
        x[i] = (float)rint(scale * (double)x[i]);
}

static void run_forward(struct graph *g, bool exact)
{
    fill_scaled("x", exact ? 200 : 0, graph_input(g),
                (size_t)graph_batch(g) * H * W * 3);
    graph_forward(g, exact ? PHASE_INFER : PHASE_TRAIN);
}

static void run_backward(struct graph *g, bool exact)
{
    const struct tensor *dy = &graph_output(g)->dout;

    graph_zero_grad(g);
    fill_scaled("dy", exact ? 200 : 0, dy->data, tensor_len(dy));
    graph_backward(g);
}

static void run_step(struct graph *g)
{
    run_forward(g, false);
    run_backward(g, false);
}

/* A network's case of bf16_values.py. */
struct golden_case {
    const struct small_net *net;
    int rows;
    bool exact, tiles;
};

/* The distance of a tensor; negative if there is no such row, 0 if it should be
 * 0 but for rounding. */
static double distance_of(const struct golden_case *c, const char *tensor,
                          const float *x, size_t n)
{
    const struct golden_digest *want;
    char name[32];
    double d;

    snprintf(name, sizeof(name), "%s %d%s%s", c->net->name, c->rows,
             c->exact ? " exact" : "", c->tiles ? " tiles" : "");
    want = find_golden(golden, N_GOLDEN, name, tensor);
    if (!want)
        return -1;
    d = digest_distance(want, SUMS, x, n);
    if (!isfinite(d))
        return INFINITY;
    return want->norm < 1e-2 ? 0 : d;
}

/* The largest distances of tensors of one kind. */
struct distances {
    double kernel, vector, state; /* gradients, then moving statistics */
    int missing;                  /* in the other's list */
};

static struct distances find_distances(const struct golden_case *c,
                                       struct graph *g)
{
    struct distances worst = {0};
    const struct named_tensor *t;
    size_t n;

    graph_tensors(g, &t, &n);
    for (; n--; t++) {
        const size_t at = (size_t)(t->data - graph_param(g));
        double *of = t->is_state                   ? &worst.state
                     : has_part(t->name, "kernel") ? &worst.kernel
                                                   : &worst.vector;
        double d;

        if (t->is_state && c->exact)
            continue;
        d = distance_of(c, t->name,
                        t->is_state ? t->data : graph_dparam(g) + at, t->len);
        *of = fmax(*of, d);
        worst.missing += d < 0;
    }
    return worst;
}

static void check_close(const char *what, double d, double tolerance)
{
    char text[96];

    snprintf(text, sizeof(text), "  %s within %g", what, tolerance);
    ok(d >= 0 && d < tolerance, text);
    printf("# %g\n", d);
}

/*
 * Exact, all are within 2e-6, where one rounding less that no reader repeats
 * moves some tensor by 2e-4 or more (bf16_values.py says which).  Of usual
 * weights, the numbers that go another way move logits by 5e-4 at most, and
 * gradients by half of small_net.kernel and small_net.vector: those are what
 * is left of sums many times as large.  What is read from a wrong place moves
 * them by 1 or so.
 */
static void check_golden(const struct golden_case *c)
{
    struct graph *g = new_bf16(c->net, c->rows);
    const struct tensor *y = &graph_output(g)->out;
    struct distances worst;
    char text[96];
    double logits;

    snprintf(text, sizeof(text), "%s of %d%s, in bf16 what is listed",
             c->net->name, c->rows, c->exact ? ", exact" : "");
    ok(is_list(g, false, c->net->outs) && is_list(g, true, c->net->douts) &&
           are_as_named(g, c->tiles),
       text);
    (c->exact ? fill_exact : fill_usual)(g);
    run_forward(g, c->exact);
    logits = distance_of(c, "logits", y->data, tensor_len(y));
    check_close("logits", logits, c->exact ? 1e-5 : 1.5e-3);
    run_backward(g, c->exact);
    worst = find_distances(c, g);
    ok(worst.missing == 0, "  there are numbers for all gradients");
    check_close("gradients of kernels", worst.kernel,
                c->exact ? 1e-5 : c->net->kernel);
    check_close("all other gradients", worst.vector,
                c->exact ? 1e-5 : c->net->vector);
    if (!c->exact && graph_n_state(g) > 0)
        check_close("moving statistics", worst.state, 1e-3);
    graph_free(g);
}

/* Each network, a batch and an image alone. */
static void check_goldens(void)
{
    const bool tiles = block_kernel_bf16()->tiles;

    for (size_t i = 0; i < N_NETS; i++)
        for (int k = 0; k < 4; k++)
            check_golden(
                &(struct golden_case){.net = &nets[i],
                                      .rows = k < 2 ? MOST_ROWS : 1,
                                      .exact = k % 2 == 0,
                                      .tiles = tiles && nets[i].make == vgg});
}

/* --- what the graph promises -----------------------------------------------*/

static bool same_data(const float *a, const float *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof(*a)) == 0;
}

static bool same_network(struct graph *a, struct graph *b)
{
    return same_data(graph_dparam(a), graph_dparam(b), graph_n_param(a)) &&
           same_data(graph_state(a), graph_state(b), graph_n_state(a));
}

/* Batches of different sizes, so that what one left behind would show. */
static void check_same_bits(const struct small_net *net)
{
    struct graph_args a = {.memory = GRAPH_TRAIN, .bf16 = true};
    struct graph *g[3];
    bool same[2] = {true, true};
    char text[96];

    g[0] = new_graph(net, a, NULL);
    a.threads = 2;
    g[1] = new_graph(net, a, NULL);
    a.remakes = true;
    g[2] = new_graph(net, a, NULL);
    for (int k = 0; k < 3; k++)
        fill_usual(g[k]);
    for (int step = 0; step < 3; step++) {
        const struct tensor *y = &graph_output(g[0])->out;

        for (int k = 0; k < 3; k++) {
            graph_set_batch(g[k], (const int[]){MOST_ROWS, 1, 2}[step]);
            run_forward(g[k], false);
            if (k > 0)
                same[k - 1] = same[k - 1] &&
                              same_data(y->data, graph_output(g[k])->out.data,
                                        tensor_len(y));
            run_backward(g[k], false);
            if (k > 0)
                same[k - 1] = same[k - 1] && same_network(g[0], g[k]);
        }
    }
    snprintf(text, sizeof(text), "%s: the same bits from two threads",
             net->name);
    ok(same[0], text);
    ok(same[1], "  and where values are made again");
    for (int k = 0; k < 3; k++)
        graph_free(g[k]);
}

/* A rank without rows runs as well, and has no gradients. */
static void check_empty(const struct small_net *net)
{
    struct graph *g = new_bf16(net, MOST_ROWS);
    bool zero = true;
    char text[96];

    fill_usual(g);
    run_step(g);
    graph_set_batch(g, 0);
    run_step(g);
    for (size_t i = 0; i < graph_n_param(g); i++)
        zero = zero && graph_dparam(g)[i] == 0;
    snprintf(text, sizeof(text), "%s: a batch of none has no gradients",
             net->name);
    ok(zero, text);
    graph_free(g);
}

/* Weights are rounded after batch normalisations are folded into them. */
static void check_inference(const struct small_net *net)
{
    struct graph_args a = {.memory = GRAPH_TRAIN, .bf16 = true};
    struct graph *train = new_graph(net, a, NULL), *infer;
    const struct tensor *y = &graph_output(train)->out;
    const float *logits;
    char text[96];
    double gap;

    a.memory = GRAPH_INFER;
    infer = new_graph(net, a, NULL);
    fill_usual(train);
    fill_usual(infer);
    fill_values("x", 0, 1, graph_input(train), MOST_ROWS * H * W * 3);
    fill_values("x", 0, 1, graph_input(infer), MOST_ROWS * H * W * 3);
    graph_forward(train, PHASE_INFER);
    graph_forward(infer, PHASE_INFER);
    logits = graph_output(infer)->out.data;
    gap = relative_gap(logits, y->data, tensor_len(y));
    snprintf(text, sizeof(text), "%s: inference is in bf16", net->name);
    ok(is_list(infer, false, net->infers), text);
    check_close("as in training", gap, 2e-2);
    graph_free(train);
    graph_free(infer);
}

/* A frozen layer's neighbours have gradients in float32. */
static void check_frozen(const struct small_net *net, const char *prefix,
                         const char *reads)
{
    struct graph_args a = {.memory = GRAPH_TRAIN, .bf16 = true};
    struct graph *g = new_graph(net, a, prefix), *plain;
    char text[96];

    a.bf16 = false;
    plain = new_graph(net, a, prefix);
    fill_usual(g);
    fill_usual(plain);
    run_step(g);
    run_step(plain);
    snprintf(text, sizeof(text), "%s with a frozen %s", net->name, prefix);
    ok(graph_node(g, reads)->out.bf16 && !graph_node(g, reads)->dout.bf16,
       text);
    check_close(
        "gradient as in float32",
        relative_gap(graph_dparam(g), graph_dparam(plain), graph_n_param(g)),
        5e-2);
    graph_free(g);
    graph_free(plain);
}

/* Both concatenations behind the first lie in its place, in bf16. */
static void check_chain(void)
{
    struct graph *g = new_bf16(&nets[1], MOST_ROWS);
    const struct tensor *first = &graph_node(g, "j1")->out;
    bool grown = first->bf16 && first->pitch == 128 + 3 * 24;

    for (char i = '2'; i <= '3'; i++)
        grown = grown &&
                graph_node(g, (char[]){'j', i, 0})->out.data == first->data;
    ok(grown, "concatenations in bf16 grow in place");
    graph_free(g);
}

/* Not finite is the first number of a pair, which a float would not show. */
static void check_finite(void)
{
    struct graph *g = new_bf16(&nets[0], MOST_ROWS);
    const struct node *nd;

    fill_usual(g);
    fill_values("x", 0, 1, graph_input(g), MOST_ROWS * H * W * 3);
    ok(graph_forward_finite(g, PHASE_TRAIN) == -1,
       "all values in bf16 are finite");
    graph_node(g, "c3")->param[0] = NAN;
    fill_values("x", 0, 1, graph_input(g), MOST_ROWS * H * W * 3);
    nd = graph_node_at(g, graph_forward_finite(g, PHASE_TRAIN));
    ok(nd && nd->out.bf16 && strcmp(nd->name, "c3") == 0,
       "  the first that is not is found");
    graph_free(g);
}

static size_t bytes_of(const struct net *net, bool bf16)
{
    struct err err = {0};
    struct graph *g = net_new(
        net,
        &(struct net_args){
            .h = 110, .w = 110, .classes = CLASSES, .head = HEAD_LINEAR},
        &(struct graph_args){.max_batch = 32,
                             .threads = 2,
                             .memory = GRAPH_TRAIN,
                             .remakes = net->remakes,
                             .bf16 = bf16,
                             .sizes = true},
        &err);
    size_t bytes;

    need(g != NULL, &err);
    bytes = graph_bytes(g);
    graph_free(g);
    return bytes;
}

static void check_bytes(void)
{
    const struct net *net;

    for (size_t i = 0; (net = net_at(i)); i++) {
        const size_t plain = bytes_of(net, false), bf16 = bytes_of(net, true);
        char text[96];

        snprintf(text, sizeof(text), "%s takes less memory in bf16", net->name);
        ok(bf16 < plain, text);
        printf("# %zu of %zu bytes\n", bf16, plain);
    }
}

/* --- numbers ---------------------------------------------------------------*/

static void check_numbers(void)
{
    static const struct {
        float x;
        uint16_t bf16;
    } pairs[] = {
        {1.0f, 0x3f80},
        {-1.0f, 0xbf80},
        {1.0f + 0x1p-8f, 0x3f80}, /* a tie, to even */
        {1.0f + 0x3p-8f, 0x3f82}, /* another, up */
        {1.0f + 0x1.02p-8f, 0x3f81},
        {-1.0f - 0x3p-8f, 0xbf82},
        {INFINITY, 0x7f80},
        {0x1.ffp127f, 0x7f80},
        {0.0f, 0},
        {-0.0f, 0x8000},
    };
    bool right = true;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        right = right && bf16_of(pairs[i].x) == pairs[i].bf16;
    ok(right, "a float is rounded to nearest, ties to even");
    right = true;
    for (uint32_t low = 1; low <= 0x400000; low *= 2) {
        const uint32_t bits[2] = {0x7f800000 | low, 0xff800000 | low};
        float nan[2], many[2];
        uint16_t to[2];

        memcpy(nan, bits, sizeof(nan));
        bf16_round(2, nan, to);
        for (int k = 0; k < 2; k++) {
            many[k] = bf16_to(to[k]);
            right = right && isnan(many[k]) && isnan(bf16_to(bf16_of(nan[k])));
        }
    }
    ok(right, "  NaN stays NaN");
}

static void check_turn(void)
{
    enum { SIDE = BF16_SQUARE, STEP = SIDE + 5 };
    uint16_t x[SIDE * SIDE], y[SIDE * STEP];
    bool right = true;

    for (size_t i = 0; i < SIDE * SIDE; i++)
        x[i] = (uint16_t)(i * 61 + 7); /* all different */
    for (size_t i = 0; i < SIDE * STEP; i++)
        y[i] = 1;
    bf16_turn(x, y, STEP);
    for (size_t j = 0; j < SIDE; j++) {
        for (size_t i = 0; i < SIDE; i++)
            right = right && y[j * STEP + i] == x[i * SIDE + j];
        for (size_t i = SIDE; i < STEP; i++)
            right = right && y[j * STEP + i] == 1;
    }
    ok(right, "a square is turned, and nothing beside it written");
}

/* What a normalisation alone reads is centred by it, whatever else read it
 * first. */
static void check_centre(void)
{
    static const struct graph_args a = {
        .max_batch = 2, .threads = 1, .memory = GRAPH_TRAIN, .bf16 = true};

    for (int other = 0; other < 3; other++) {
        struct graph *g = graph_new(&a);
        struct node *x = conv(g, nn_input(g, "x", H, W, 3), "s", 128, 3);
        struct node *y = other == 1   ? nn_relu(g, x, "y")
                         : other == 2 ? norm(g, x, "y", ACT_NONE)
                                      : NULL;
        struct node *z = norm(g, x, "z", ACT_NONE);
        struct err err = {0};

        x = y ? nn_add(g, y, z, "a") : z;
        nn_conv2d(g, x, "c", (struct conv_args){.filters = 128, .size = 1});
        need(graph_finish(g, &err) == 0, &err);
        x = graph_node(g, "s");
        ok(x->out.bf16 && (x->centre == z) == !other,
           other ? "a value that others read is not centred"
                 : "one that a normalisation alone reads is");
        graph_free(g);
    }
}

int main(void)
{
    check_numbers();
    check_turn();
    check_centre();
    check_goldens();
    for (size_t i = 0; i < N_NETS; i++) {
        check_same_bits(&nets[i]);
        check_inference(&nets[i]);
    }
    check_frozen(&nets[0], "n3", "c3");
    check_frozen(&nets[0], "n2", "c2");
    check_frozen(&nets[1], "n2b", "c2");
    check_frozen(&nets[3], "n4", "c2");
    check_frozen(&nets[3], "c3", "n4");
    check_chain();
    check_finite();
    check_bytes();
    for (size_t i = 0; i < N_NETS; i++)
        check_empty(&nets[i]);
    return tap_done();
}
