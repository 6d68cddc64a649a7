/*
 * test_graph_part.c - a front and a tail do bit for bit what the whole does
 *
 * Every network as the authors cut and froze it, in float32 and in bf16.  The front works on the
 * batches of the tail: in others rounding may differ.
 */
#include "golden/nn_digest.h"
#include "nn/nets.h"

#include <stdlib.h>

static bool bf16;

enum { SIDE = 48, CLASSES = 5, ROWS = 7, STEP = 4, MAX_BORDER = 4 };

static struct graph *new_graph(const struct net *net, enum graph_part part)
{
    struct err err = {0};
    struct graph *g = net_new(net,
                              &(struct net_args){.h = SIDE,
                                                 .w = SIDE,
                                                 .classes = CLASSES,
                                                 .cut = net->paper_cut,
                                                 .freeze = net->paper_freeze},
                              &(struct graph_args){.max_batch = ROWS,
                                                   .threads = 2,
                                                   .seed = 5,
                                                   .memory = GRAPH_TRAIN,
                                                   .bf16 = bf16,
                                                   .part = part},
                              &err);

    need(g != NULL, &err);
    fill_weights(g);
    return g;
}

/* What crosses the border, of ROWS images. */
struct values {
    float *row[MAX_BORDER]; /* owned: (ROWS, row) */
    size_t len[MAX_BORDER];
    int n;
};

static void write_images(float *x, int first, int n)
{
    for (int i = 0; i < n * SIDE * SIDE * 3; i++)
        x[i] = (float)(mix_bits((uint32_t)(i + first * SIDE * SIDE * 3), 9) %
                       256) /
                   127.5f -
               1.0f;
}

static struct values run_front(const struct net *net)
{
    struct graph *g = new_graph(net, GRAPH_FRONT);
    struct values v = {.n = 0};
    const struct node *nd;

    for (; (nd = graph_border_at(g, v.n)); v.n++) {
        BUG_ON(v.n == MAX_BORDER);
        v.len[v.n] = tensor_row(&nd->out);
        v.row[v.n] = malloc(ROWS * v.len[v.n] * sizeof(float));
        BUG_ON(!v.row[v.n]);
    }
    for (int at = 0; at < ROWS; at += STEP) {
        const int n = ROWS - at < STEP ? ROWS - at : STEP;

        graph_set_batch(g, n);
        write_images(graph_input(g), at, n);
        graph_forward(g, PHASE_INFER);
        for (int k = 0; k < v.n; k++)
            memcpy(v.row[k] + (size_t)at * v.len[k],
                   graph_border_at(g, k)->out.data,
                   (size_t)n * v.len[k] * sizeof(float));
    }
    graph_free(g);
    return v;
}

static void release_values(struct values *v)
{
    for (int k = 0; k < v->n; k++)
        free(v->row[k]);
}

/* Give rows first .. first+n-1 to the tail, or their images to the whole. */
static void feed_rows(struct graph *g, const struct values *v, int first, int n)
{
    graph_set_batch(g, n);
    graph_set_step(g, 3, (uint32_t)first);
    if (!v)
        write_images(graph_input(g), first, n);
    for (int k = 0; v && k < v->n; k++)
        memcpy(graph_border_at(g, k)->out.data,
               v->row[k] + (size_t)first * v->len[k],
               (size_t)n * v->len[k] * sizeof(float));
}

static bool same_output(struct graph *a, struct graph *b)
{
    const struct tensor *x = &graph_output(a)->out, *y = &graph_output(b)->out;

    return memcmp(x->data, y->data, tensor_len(x) * sizeof(float)) == 0;
}

static void run_backward(struct graph *g)
{
    struct tensor *dz = &graph_output(g)->dout;

    for (size_t i = 0; i < tensor_len(dz); i++)
        dz->data[i] = (float)(i % 5) / 4.0f - 0.5f;
    graph_zero_grad(g);
    graph_backward(g);
}

static void check_net(const struct net *net)
{
    struct values v = run_front(net);
    struct graph *whole = new_graph(net, GRAPH_WHOLE);
    struct graph *tail = new_graph(net, GRAPH_TAIL);
    const size_t n = graph_n_param(whole), s = graph_n_state(whole);
    bool same = n == graph_n_param(tail);
    size_t bytes = 0;

    for (int k = 0; k < v.n; k++)
        bytes += v.len[k] * sizeof(float);
    printf("# %s%s: %d values at the border, %zu bytes; memory %zu, tail %zu\n",
           net->name, bf16 ? " in bf16" : "", v.n, bytes, graph_bytes(whole),
           graph_bytes(tail));
    ok(v.n >= 1 && bytes > 0, net->name);
    ok(graph_bytes(tail) <= graph_bytes(whole), "the tail is no larger");
    for (int at = 0; at < ROWS && same; at += STEP) {
        const int rows = ROWS - at < STEP ? ROWS - at : STEP;

        feed_rows(whole, NULL, at, rows);
        feed_rows(tail, &v, at, rows);
        graph_forward(whole, PHASE_INFER);
        graph_forward(tail, PHASE_INFER);
        same = same && same_output(whole, tail);
        feed_rows(tail, &v, at, rows); /* forward may have spoilt them */
        feed_rows(whole, NULL, at, rows);
        graph_forward(whole, PHASE_TRAIN);
        graph_forward(tail, PHASE_TRAIN);
        same = same && same_output(whole, tail);
        run_backward(whole);
        run_backward(tail);
        same = same && memcmp(graph_dparam(whole), graph_dparam(tail),
                              n * sizeof(float)) == 0;
    }
    ok(same, "output and gradient have the whole's bits");
    ok(s == graph_n_state(tail) && memcmp(graph_state(whole), graph_state(tail),
                                          s * sizeof(float)) == 0,
       "  and so do the running statistics");
    release_values(&v);
    graph_free(whole);
    graph_free(tail);
}

int main(void)
{
    for (size_t i = 0; net_at(i); i++)
        check_net(net_at(i));
    bf16 = true;
    for (size_t i = 0; net_at(i); i++)
        check_net(net_at(i));
    return tap_done();
}
