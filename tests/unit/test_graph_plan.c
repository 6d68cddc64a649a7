/*
 * test_graph_plan.c - what a graph makes of its nodes: cut, frozen, fused,
 * folded, and which memory stays readable
 */
#include "golden/nn_digest.h"
#include "nn/layers.h"

#include <stdlib.h>

enum { N = 3, H = 7, W = 9, C = 16, UNITS = 5 };

/* How to build the network below. */
struct net_way {
    enum graph_memory memory;
    bool unfused;
    const char *cut;       /* node to be the last; NULL: all */
    const char *frozen[4]; /* prefixes; NULL after the last */
    uint64_t seed;
};

/* Every kind of neighbour that matters: see check_folds(). */
static struct graph *new_net(const struct net_way *way)
{
    struct graph *g = graph_new(&(struct graph_args){.max_batch = N,
                                                     .threads = 2,
                                                     .seed = way->seed,
                                                     .memory = way->memory,
                                                     .unfused = way->unfused});
    struct node *x = nn_input(g, "x", H, W, C), *y;
    struct err err = {0};

    x = nn_conv2d(g, x, "c1",
                  (struct conv_args){
                      .filters = C, .size = 3, .pad = PAD_SAME, .bias = true});
    x = nn_batch_norm(g, x, "b1", (struct bn_args){0, 0, ACT_RELU, "r1"});
    x = nn_depthwise(g, x, "w", (struct conv_args){.size = 3, .pad = PAD_SAME});
    x = nn_batch_norm(g, x, "b2", (struct bn_args){0});
    y = nn_conv2d(g, x, "c2",
                  (struct conv_args){
                      .filters = C, .size = 1, .stride = 2, .pad = PAD_SAME});
    y = nn_batch_norm(g, y, "b3", (struct bn_args){0, 0, ACT_RELU6, "r3"});
    x = nn_conv2d(g, x, "c3",
                  (struct conv_args){.filters = C,
                                     .size = 3,
                                     .stride = 2,
                                     .pad = PAD_SAME,
                                     .bias = true,
                                     .act = ACT_RELU});
    x = nn_batch_norm(g, x, "b4", (struct bn_args){0});
    x = nn_add(g, x, y, "a");
    x = nn_conv2d(g, x, "c4", (struct conv_args){.filters = C, .size = 1});
    y = nn_batch_norm(g, x, "b5", (struct bn_args){0});
    x = nn_concat(g, x, y, "n");
    x = nn_global_avg_pool(g, x, "g");
    x = nn_batch_norm(g, x, "b6", (struct bn_args){0});
    nn_dense(g, x, "d", (struct dense_args){.units = UNITS});
    if (way->cut)
        graph_cut(g, graph_node(g, way->cut));
    for (int i = 0; i < 4 && way->frozen[i]; i++)
        graph_freeze(g, way->frozen[i]);
    need(graph_finish(g, &err) == 0, &err);
    return g;
}

static void fill_input(struct graph *g)
{
    fill_values("x", 0, 3, graph_input(g), (size_t)graph_batch(g) * H * W * C);
}

static void run_forward(struct graph *g, enum phase phase)
{
    fill_input(g);
    graph_forward(g, phase);
}

static void run_backward(struct graph *g)
{
    const struct tensor *dy = &graph_output(g)->dout;

    graph_zero_grad(g);
    fill_values("dy", 0, 1, dy->data, tensor_len(dy));
    graph_backward(g);
}

static struct graph *run_net(const struct net_way *way, enum phase phase)
{
    struct graph *g = new_net(way);

    fill_weights(g);
    run_forward(g, phase);
    if (way->memory != GRAPH_INFER)
        run_backward(g);
    return g;
}

static bool same_data(const float *a, const float *b, size_t n)
{
    return memcmp(a, b, n * sizeof(float)) == 0;
}

static bool same_output(struct graph *a, struct graph *b)
{
    return same_data(graph_output(a)->out.data, graph_output(b)->out.data,
                     tensor_len(&graph_output(a)->out));
}

static double output_gap(struct graph *a, struct graph *b)
{
    return relative_gap(graph_output(a)->out.data, graph_output(b)->out.data,
                        tensor_len(&graph_output(a)->out));
}

static const struct named_tensor *tensor_of(struct graph *g, const char *name)
{
    const struct named_tensor *t;
    size_t n;

    graph_tensors(g, &t, &n);
    for (; n--; t++)
        if (!strcmp(t->name, name))
            return t;
    return NULL;
}

/* --- cut -------------------------------------------------------------------*/

static void check_cut(void)
{
    struct graph *all = run_net(&(struct net_way){0}, PHASE_INFER);
    struct graph *g = run_net(&(struct net_way){.cut = "r3"}, PHASE_INFER);
    const struct node *y = graph_node(all, "r3");

    ok(graph_output(g) == graph_node(g, "r3"), "cut: the node is the output");
    ok(graph_n_node(g) == 7 && graph_node(g, "w") && graph_node(g, "c2"),
       "cut: what it depends on stays, in order");
    ok(!graph_node(g, "c3") && !graph_node(g, "a") && !graph_node(g, "d"),
       "cut: branches beside it and nodes behind it go");
    ok(same_data(graph_output(g)->out.data, y->out.data, tensor_len(&y->out)),
       "cut: its value is as in the whole");
    ok(!tensor_of(g, "d/kernel:0") && tensor_of(g, "b3/gamma:0") &&
           graph_n_param(g) ==
               9 * C * C + C + 2 * C + 9 * C + 2 * C + C * C + 2 * C &&
           graph_n_state(g) == 6 * C,
       "cut: only its parameters are there");
    graph_free(g);
    graph_free(all);
    g = graph_new(&(struct graph_args){.max_batch = 1});
    nn_relu(g, nn_input(g, "x", 2, 2, 2), "r");
    graph_cut(g, NULL);
    graph_cut(NULL, NULL);
    ok(graph_n_node(g) == 2, "cut: at NULL nothing happens");
    graph_free(g);
}

/* --- frozen ----------------------------------------------------------------*/

/* The gradient of tensor 'name', and how long it is. */
static const float *grad_of(struct graph *g, const char *name, size_t *n)
{
    const struct named_tensor *t = tensor_of(g, name);

    *n = t->len;
    return graph_dparam(g) + (t->data - graph_param(g));
}

static void check_frozen_blocks(struct graph *g, struct graph *all)
{
    const struct node *c1 = graph_node(g, "c1"), *r1 = graph_node(g, "r1");
    const struct named_tensor *t = tensor_of(g, "c1/kernel:0");
    const size_t n = graph_n_param(g), frozen = 9 * C * C + C + 2 * C;

    ok(graph_n_param(all) == graph_n_all(all) &&
           n == graph_n_all(all) - frozen && graph_n_all(g) == n + frozen,
       "frozen: the parameters are no longer learnt, but there");
    ok(c1->frozen && r1->frozen && !graph_node(g, "w")->frozen,
       "frozen: by the name of the weights, not of the value");
    ok(!c1->dparam && !r1->dparam && graph_node(g, "w")->dparam,
       "frozen: no gradient");
    ok(t->data >= graph_param(g) + n &&
           t->data + t->len <= graph_param(g) + graph_n_all(g) &&
           c1->param == t->data,
       "frozen: the parameters lie behind the learnt ones");
    ok(tensor_of(g, "w/depthwise_kernel:0")->data == graph_param(g),
       "frozen: the learnt ones lie together");
    ok(same_data(tensor_of(all, "c1/kernel:0")->data, t->data, t->len),
       "frozen: the values are those of the layer's name");
}

static void check_freeze(void)
{
    struct net_way way = {.frozen = {"c1", "b1", "no such layer"}, .seed = 4};
    struct graph *all = run_net(&(struct net_way){.seed = 4}, PHASE_INFER);
    struct graph *g = run_net(&way, PHASE_INFER), *h;
    const float *a, *b;
    size_t n;

    check_frozen_blocks(g, all);
    ok(same_output(g, all), "frozen: forward is the same");
    a = grad_of(g, "c2/kernel:0", &n);
    b = grad_of(all, "c2/kernel:0", &n);
    ok(same_data(a, b, n), "frozen: the others' gradients are the same");
    ok(same_data(graph_node(g, "x")->dout.data, graph_node(all, "x")->dout.data,
                 N * H * W * C),
       "frozen: with GRAPH_KEEP_ALL every dout is still there");
    way.memory = GRAPH_TRAIN;
    h = run_net(&way, PHASE_INFER);
    a = grad_of(h, "c2/kernel:0", &n);
    ok(same_data(a, b, n), "frozen: GRAPH_TRAIN gives the same gradients");
    ok(!graph_node(h, "x")->dout.data && !graph_node(h, "c1")->dout.data &&
           !graph_node(h, "r1")->dout.data && graph_node(h, "w")->dout.data,
       "frozen: no dout for what only frozen layers need");
    graph_free(h);
    graph_free(g);
    graph_free(all);
    graph_freeze(NULL, "c1");
}

static void check_time(void)
{
    struct graph *g =
        run_net(&(struct net_way){.memory = GRAPH_TRAIN}, PHASE_TRAIN);
    struct node_time time[32] = {{0, 0}};
    double before;

    graph_time(g, time);
    run_forward(g, PHASE_TRAIN);
    ok(time[1].forward > 0 && !(time[1].backward > 0), "time of forward");
    before = time[1].forward;
    run_backward(g);
    run_forward(g, PHASE_TRAIN);
    ok(time[1].backward > 0 && time[1].forward > before, "time is added up");
    before = time[1].forward;
    graph_time(g, NULL);
    run_forward(g, PHASE_TRAIN);
    ok(!(time[1].forward > before), "  and no longer if not asked for");
    graph_free(g);
}

static void check_frozen_state(void)
{
    struct graph *g = run_net(&(struct net_way){.frozen = {"b1"}}, PHASE_TRAIN);
    const struct named_tensor *t = tensor_of(g, "b1/moving_mean:0");
    float before[C], other[C];

    fill_values(t->name, 0, 0.25f, before, C);
    fill_values("b2/moving_mean:0", 0, 0.25f, other, C);
    ok(same_data(t->data, before, C), "frozen: moving statistics do not move");
    ok(!same_data(tensor_of(g, "b2/moving_mean:0")->data, other, C),
       "frozen: those of other layers do");
    graph_free(g);
}

/* --- initial values --------------------------------------------------------*/

static void check_seeds(void)
{
    struct graph *a =
        new_net(&(struct net_way){.seed = 1, .memory = GRAPH_TRAIN});
    struct graph *b = new_net(
        &(struct net_way){.seed = 1, .memory = GRAPH_TRAIN, .frozen = {"c1"}});
    struct graph *c =
        new_net(&(struct net_way){.seed = 2, .memory = GRAPH_TRAIN});
    const char *name = "c1/kernel:0";
    const size_t n = tensor_of(a, name)->len;

    ok(same_data(tensor_of(a, name)->data, tensor_of(b, name)->data, n) &&
           same_data(tensor_of(a, "d/kernel:0")->data,
                     tensor_of(b, "d/kernel:0")->data,
                     tensor_of(a, "d/kernel:0")->len),
       "init: a function of the seed and the node");
    ok(!same_data(tensor_of(a, name)->data, tensor_of(c, name)->data, n),
       "init: another seed, other weights");
    ok(!same_data(tensor_of(a, name)->data, tensor_of(a, "c3/kernel:0")->data,
                  n),
       "init: another node, other weights");
    graph_free(a);
    graph_free(b);
    graph_free(c);
}

/* --- fused -----------------------------------------------------------------*/

static void check_words(void)
{
    struct graph *g = graph_new(
        &(struct graph_args){.max_batch = 1, .memory = GRAPH_KEEP_ALL});
    struct graph *h = graph_new(&(struct graph_args){
        .max_batch = 1, .memory = GRAPH_TRAIN, .unfused = true});

    ok(graph_fuses(g) && !graph_fuses(h) && !graph_fuses(NULL),
       "graph_fuses(): unless told not to");
    ok(graph_keeps_all(g) && !graph_keeps_all(h) && !graph_keeps_all(NULL),
       "graph_keeps_all(): GRAPH_KEEP_ALL");
    graph_free(g);
    graph_free(h);
}

static void check_fused(void)
{
    struct net_way way = {.memory = GRAPH_TRAIN};
    struct graph *g = run_net(&way, PHASE_TRAIN), *h;
    const struct node *r1 = graph_node(g, "r1");

    ok(r1 && !graph_node(g, "b1") && !strcmp(r1->prefix, "b1") &&
           !strcmp(tensor_of(g, "b1/beta:0")->name, "b1/beta:0"),
       "fused: the node has the activation's name, its weights the layer's");
    way.unfused = true;
    h = run_net(&way, PHASE_TRAIN);
    r1 = graph_node(h, "r1");
    ok(r1 && graph_node(h, "b1") == r1->in[0] && !strcmp(r1->op->name, "relu"),
       "unfused: the activation is a node of its own");
    ok(graph_n_node(h) == graph_n_node(g) + 2,
       "unfused: convolution and activation stay one");
    ok(graph_n_param(g) == graph_n_param(h), "unfused: as many parameters");
    ok(output_gap(g, h) < 1e-6, "unfused: the output is the same");
    ok(relative_gap(graph_dparam(h), graph_dparam(g), graph_n_param(g)) < 1e-6,
       "unfused: the gradients are the same");
    graph_free(g);
    graph_free(h);
}

/* --- memory ----------------------------------------------------------------*/

static void check_memory(void)
{
    struct graph *a =
        run_net(&(struct net_way){.memory = GRAPH_KEEP_ALL}, PHASE_TRAIN);
    struct graph *b =
        run_net(&(struct net_way){.memory = GRAPH_TRAIN}, PHASE_TRAIN);
    struct graph *c =
        run_net(&(struct net_way){.memory = GRAPH_INFER}, PHASE_INFER);

    ok(output_gap(a, b) < 1e-6 && relative_gap(graph_dparam(a), graph_dparam(b),
                                               graph_n_param(a)) < 1e-6,
       "memory: GRAPH_TRAIN computes what GRAPH_KEEP_ALL does");
    ok(!graph_node(b, "x")->dout.data, "memory: then the input has no dout");
    ok(graph_bytes(c) < graph_bytes(b) && graph_bytes(b) < graph_bytes(a),
       "memory: from GRAPH_KEEP_ALL over GRAPH_TRAIN to GRAPH_INFER less");
    ok(!graph_dparam(c), "memory: GRAPH_INFER has no gradients");
    graph_zero_grad(c);
    graph_free(b);
    graph_free(c);
    b = new_net(&(struct net_way){.memory = GRAPH_KEEP_ALL});
    fill_weights(b);
    run_forward(b, PHASE_TRAIN);
    for (int i = 0; i < graph_n_node(a); i++) {
        const struct node *p = graph_node_at(a, i), *q = graph_node_at(b, i);

        ok(p->dout.data &&
               same_data(p->out.data, q->out.data, tensor_len(&p->out)),
           "memory: GRAPH_KEEP_ALL keeps every out through backward");
    }
    graph_free(a);
    graph_free(b);
}

/* douts that stay readable are those of every node: d loss / d out. */
static void check_douts(void)
{
    struct graph *g = run_net(&(struct net_way){0}, PHASE_INFER);
    const struct node *b6 = graph_node(g, "b6"), *d = graph_output(g);
    const float *k = tensor_of(g, "d/kernel:0")->data;
    double worst = 0;

    for (int n = 0; n < N; n++)
        for (int i = 0; i < 2 * C; i++) {
            double want = 0;

            for (int j = 0; j < UNITS; j++)
                want += (double)d->dout.data[n * UNITS + j] *
                        (double)k[i * UNITS + j];
            worst =
                fmax(worst, fabs(want - (double)b6->dout.data[n * 2 * C + i]));
        }
    ok(worst < 1e-5, "memory: a dout is d loss / d out");
    graph_free(g);
}

/* --- folded ----------------------------------------------------------------*/

static void check_folds(void)
{
    struct graph *a =
        run_net(&(struct net_way){.memory = GRAPH_KEEP_ALL}, PHASE_INFER);
    struct graph *g =
        run_net(&(struct net_way){.memory = GRAPH_INFER}, PHASE_INFER);

    ok(graph_node(g, "c1")->fold == graph_node(g, "r1") &&
           graph_node(g, "r1")->done,
       "folded: into a convolution with a bias, with the activation");
    ok(graph_node(g, "w")->fold == graph_node(g, "b2"),
       "folded: into a depthwise convolution");
    ok(graph_node(g, "c2")->fold == graph_node(g, "r3"),
       "folded: into a 1x1 convolution without a bias");
    ok(!graph_node(g, "c3")->fold && !graph_node(g, "b4")->done,
       "folded: not across an activation");
    ok(!graph_node(g, "c4")->fold && !graph_node(g, "b5")->done,
       "folded: not if another reads the convolution's value");
    ok(!graph_node(g, "b6")->done, "folded: not into a pooling");
    ok(!graph_node(a, "c1")->fold && !graph_node(a, "r1")->done,
       "folded: only with GRAPH_INFER");
    ok(output_gap(g, a) < 1e-5, "folded: the output is the same");
    run_forward(g, PHASE_INFER);
    ok(output_gap(g, a) < 1e-5, "folded: and again");
    graph_free(a);
    graph_free(g);
}

/* --- changed ---------------------------------------------------------------*/

/* Where a change may be made, and by whom the graph is told. */
static void change_graph(struct graph *g, int how)
{
    const struct named_tensor *t;
    size_t n;

    if (how == 0)
        graph_param(g)[3] += 1.0f;
    if (how == 1)
        graph_state(g)[3] += 1.0f;
    if (how == 2) {
        graph_tensors(g, &t, &n);
        t[0].data[3] += 1.0f;
    }
}

static void check_changed(void)
{
    static const char *const what[] = {
        "changed: graph_param() tells the graph",
        "changed: graph_state() does",
        "changed: graph_tensors() does",
    };

    for (int how = 0; how < 3; how++) {
        struct graph *g =
            run_net(&(struct net_way){.memory = GRAPH_INFER}, PHASE_INFER);
        struct graph *a = run_net(&(struct net_way){0}, PHASE_INFER);

        change_graph(g, how);
        change_graph(a, how);
        run_forward(g, PHASE_INFER);
        ok(output_gap(g, a) > 1e-3, "changed: a change that matters");
        run_forward(a, PHASE_INFER);
        ok(output_gap(g, a) < 1e-5, what[how]);
        graph_free(g);
        graph_free(a);
    }
}

static void check_changed_behind(void)
{
    struct graph *g =
        run_net(&(struct net_way){.memory = GRAPH_INFER}, PHASE_INFER);
    struct graph *a = run_net(&(struct net_way){0}, PHASE_INFER);
    float *p = graph_param(g), *s = graph_state(g);

    run_forward(g, PHASE_INFER);
    p[3] += 1.0f;
    s[3] += 1.0f;
    graph_changed(g);
    run_forward(g, PHASE_INFER);
    graph_param(a)[3] += 1.0f;
    graph_state(a)[3] += 1.0f;
    run_forward(a, PHASE_INFER);
    ok(output_gap(g, a) < 1e-5, "changed: graph_changed() tells it, too");
    p = graph_param(a);
    run_forward(a, PHASE_INFER);
    p[3] += 1.0f;
    run_forward(a, PHASE_INFER);
    ok(output_gap(g, a) > 1e-4,
       "changed: a graph of another kind sees every change by itself");
    graph_free(g);
    graph_free(a);
}

int main(void)
{
    check_cut();
    check_freeze();
    check_time();
    check_frozen_state();
    check_seeds();
    check_words();
    check_fused();
    check_memory();
    check_douts();
    check_folds();
    check_changed();
    check_changed_behind();
    return tap_done();
}
