/* test_cell_size.c - how large a cell was, beside its picture */
#include "golden/cell_size_golden.inc"
#include "golden/nn_digest.h"
#include "nn/cell_size.h"
#include "nn/layers.h"
#include "nn/nets.h"

#include <stdlib.h>

enum {
    N = 4,
    H = 3,
    W = 5,
    C = 6,
    UNITS = 5,
    SIDE = 32,
    CLASSES = 3,
    EQUAL = 1000
};

static const struct cell_size crops[] = {
    {35, 41}, {120, 97}, {64, 64}, {210, 333}, {88, 12}};
static const struct cell_size asked[N] = {
    {64, 64}, {1, 500}, {300, 20}, {97, 120}};

static void check_scale(void)
{
    struct size_scale s = {.on = true};
    struct cell_size equal[EQUAL];
    float z[CELL_SIZE];

    cell_size_fit(&s, crops, sizeof(crops) / sizeof(crops[0]));
    for (int k = 0; k < CELL_SIZE; k++) {
        near(s.mean[k], golden_mean[k], 1e-11,
             "mean of the logarithms of cells' sizes");
        near(s.sd[k], golden_sd[k], 1e-11,
             "deviation of the logarithms of cells' sizes");
    }
    for (int i = 0; i < N; i++) {
        cell_size_standardise(&s, &asked[i], z);
        near((double)z[0], golden_z[2 * i], 1e-6, "a standardised width");
        near((double)z[1], golden_z[2 * i + 1], 1e-6, "a standardised height");
    }
    cell_size_fit(&s, crops, 1);
    ok(s.sd[0] == 1.0 && s.sd[1] == 1.0, "one cell has a deviation of 1");
    for (int i = 0; i < EQUAL; i++)
        equal[i] = (struct cell_size){110, 96};
    cell_size_fit(&s, equal, EQUAL);
    ok(s.sd[0] == 1.0 && s.sd[1] == 1.0, "as many of one size have it");
    equal[0].w++;
    cell_size_fit(&s, equal, EQUAL);
    ok(s.sd[0] < 1e-2 && s.sd[0] > 1e-6, "one pixel more is a size, too");
}

static void all_near(const float *x, const double *want, size_t n,
                     const char *what)
{
    double worst = 0;

    for (size_t i = 0; i < n; i++)
        worst = fmax(worst,
                     fabs((double)x[i] - want[i]) / fmax(1.0, fabs(want[i])));
    if (!ok(worst < 1e-5, what))
        printf("# off by %g\n", worst);
}

/* Pool, join, dense layer: values and gradients as PyTorch's. */
static void check_join(enum graph_memory memory)
{
    struct graph *g =
        graph_new(&(struct graph_args){.max_batch = N, .memory = memory});
    struct node *x = nn_input(g, "x", H, W, C), *z;
    const struct named_tensor *t;
    struct err err = {0};
    size_t n;

    x = nn_global_avg_pool(g, x, "pool");
    x = nn_concat(g, x, nn_input(g, "size", 1, 1, CELL_SIZE), "joined");
    nn_dense(g, x, "d", (struct dense_args){.units = UNITS});
    if (!ok(graph_finish(g, &err) == 0, "a network with sizes"))
        return;
    graph_tensors(g, &t, &n);
    fill_values("kernel", 0, 1, t[0].data, t[0].len);
    fill_values("bias", 0, 1, t[1].data, t[1].len);
    fill_values("x", 0, 1, graph_input(g), N * H * W * C);
    for (int i = 0; i < N * CELL_SIZE; i++)
        net_size(g)[i] = (float)golden_z[i];
    graph_forward(g, PHASE_INFER);
    all_near(graph_output(g)->out.data, golden_y, N * UNITS, "logits");
    if (memory == GRAPH_INFER) {
        fill_values("x", 0, 1, graph_input(g), N * H * W * C);
        graph_forward(g, PHASE_INFER);
        all_near(graph_output(g)->out.data, golden_y, N * UNITS,
                 "sizes are still there for the next pictures");
        graph_free(g);
        return;
    }
    graph_zero_grad(g);
    fill_values("dy", 0, 1, graph_output(g)->dout.data, N * UNITS);
    graph_backward(g);
    all_near(graph_dparam(g), golden_dw, (C + CELL_SIZE) * UNITS,
             "gradient of the kernel");
    all_near(graph_dparam(g) + (C + CELL_SIZE) * UNITS, golden_db, UNITS,
             "of the bias");
    z = graph_node(g, "size");
    if (memory == GRAPH_KEEP_ALL)
        all_near(z->dout.data, golden_dz, N * CELL_SIZE, "of the sizes");
    graph_free(g);
}

/* --- whole networks ------------------------------------------------------- */

static struct graph *new_net(const struct net *net, enum net_head head,
                             enum graph_part part, int freeze)
{
    struct err err = {0};
    struct graph *g = net_new(
        net,
        &(struct net_args){.h = SIDE,
                           .w = SIDE,
                           .classes = CLASSES,
                           .head = head,
                           .freeze = freeze,
                           .no_dropout = true,
                           .size = true},
        &(struct graph_args){
            .max_batch = 2, .threads = 1, .memory = GRAPH_TRAIN, .part = part},
        &err);

    need(g != NULL, &err);
    fill_weights(g);
    return g;
}

static void give_size(struct graph *g, const float z[4])
{
    fill_values("x", 0, 1, graph_input(g), 2 * SIDE * SIDE * 3);
    if (z)
        memcpy(net_size(g), z, 4 * sizeof(*z));
}

/* sum of logits times a fixed direction */
static double run_sum(struct graph *g, const float z[4])
{
    const struct tensor *y = &graph_output(g)->out;
    double sum = 0;

    give_size(g, z);
    graph_forward(g, PHASE_INFER);
    for (size_t i = 0; i < tensor_len(y); i++)
        sum += (double)y->data[i] * ((int)(i % 3) - 1.1);
    return sum;
}

/* In HEAD_LINEAR and a HEAD_PAPER without batch normalisation a dense layer
 * reads the join: of one image, the gradient of its kernel's rows for the size
 * is z times that of its bias. */
static void check_gradient(const struct net *net, enum net_head head)
{
    const float z[4] = {1.5f, -0.5f}, other[4] = {0};
    struct graph *g = new_net(net, head, GRAPH_WHOLE, 0);
    const struct named_tensor *t;
    double worst = 0, most = 0;
    const float *dw, *db;
    size_t n, i = 0, units;

    ok(run_sum(g, z) != run_sum(g, other),
       "the size of a cell counts for what the network says");
    graph_tensors(g, &t, &n);
    while (i < n && !strstr(t[i].name, "dense/kernel:0"))
        i++;
    BUG_ON(i + 1 >= n || !strstr(t[i + 1].name, "dense/bias:0"));
    units = (size_t)t[i].dim[1];
    graph_set_batch(g, 1);
    run_sum(g, z);
    graph_zero_grad(g);
    for (int k = 0; k < CLASSES; k++)
        graph_output(g)->dout.data[k] = (float)k - 1.1f;
    graph_backward(g);
    db = graph_dparam(g) + (t[i + 1].data - graph_param(g));
    dw = graph_dparam(g) + (t[i].data - graph_param(g)) + t[i].len - 2 * units;
    for (size_t u = 0; u < 2 * units; u++) {
        const double want = (double)z[u / units] * (double)db[u % units];

        worst = fmax(worst, fabs((double)dw[u] - want));
        most = fmax(most, fabs(want));
    }
    ok(most > 0 && worst <= 1e-6 * most, "gradient of the sizes' weights");
    graph_free(g);
}

/* A front does not want sizes; what it puts out and sizes are a tail's input. */
static void check_parts(const struct net *net)
{
    const float z[4] = {1.5f, -0.5f, 0.25f, 2.0f};
    struct err err = {0};
    struct net_layers *l = net_layers(net, &err);
    const int all = l ? l->n : 0;
    struct graph *front = new_net(net, HEAD_CLASSIFIER, GRAPH_FRONT, all);
    struct graph *tail = new_net(net, HEAD_CLASSIFIER, GRAPH_TAIL, all);
    struct graph *whole = new_net(net, HEAD_CLASSIFIER, GRAPH_WHOLE, all);
    struct node *a = graph_border_at(front, 0), *b = graph_border_at(tail, 0);

    free(l);
    ok(net_size(front) == NULL && net_size(tail) != NULL,
       "only the tail takes sizes");
    ok(a && b && !graph_border_at(tail, 1) && !strcmp(a->name, b->name),
       "the border is what it is without sizes");
    give_size(front, NULL);
    graph_forward(front, PHASE_INFER);
    memcpy(b->out.data, a->out.data, tensor_len(&b->out) * sizeof(float));
    memcpy(net_size(tail), z, sizeof(z));
    graph_forward(tail, PHASE_INFER);
    run_sum(whole, z);
    ok(memcmp(graph_output(tail)->out.data, graph_output(whole)->out.data,
              tensor_len(&graph_output(tail)->out) * sizeof(float)) == 0,
       "both parts do what the whole does");
    graph_free(front);
    graph_free(tail);
    graph_free(whole);
}

int main(void)
{
    struct err err;
    const struct net *net = net_find("mobilenetv2", &err);

    check_scale();
    check_join(GRAPH_KEEP_ALL);
    check_join(GRAPH_TRAIN);
    check_join(GRAPH_INFER);
    check_gradient(net, HEAD_PAPER);
    check_gradient(net, HEAD_LINEAR);
    check_gradient(net_find("densenet169", &err), HEAD_LINEAR);
    check_parts(net);
    return tap_done();
}
