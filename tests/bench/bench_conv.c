/*
 * bench_conv.c - oneDNN's own convolutions, layer for layer, and nothing else
 *
 * A lower bound to measure the engine against: for every convolution of a
 * network the primitive in whatever layout it likes best, the better of its
 * direct and its Winograd algorithm, on 110 x 110 in batches of 32; no bias, no
 * batch normalisation, no copy between layouts.  Prints milliseconds an image
 * of all layers' medians together: forward; and forward, backward of data
 * (not of the first layer) and of weights.  Before them one line of what this
 * processor can do at most: GFLOP/s of oneDNN's product of square matrices, in
 * float32 and in bf16 (0 where it has none here), GB/s of a copy of what is in
 * no cache, read and written.  Threads as OMP_NUM_THREADS says, else two.
 * Networks by name as arguments, else mobilenetv2; a number among them is the
 * side of the pictures from there on.
 */
#include "base/clock.h"
#include "base/sort.h"
#include "nn/nets.h"
#include "nn/op.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 32, CLASSES = 5, RUNS = 5 };

#ifdef HAVE_DNNL
#    include <dnnl.h>

enum { MAX_ARG = 3, ROWS = 2048, COPIED = 256 << 20 };

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static int side = 110;

/* One convolution, in oneDNN's words. */
struct dnnl_conv {
    dnnl_dims_t x, w, y, stride, before, after;
    int w_dims; /* 5 if it is depthwise */
};

static void set_dims(dnnl_dims_t d, int n, int c, int h, int w)
{
    d[0] = n;
    d[1] = c;
    d[2] = h;
    d[3] = w;
}

/* Padding is what makes the sizes come out, less of it before. */
static void set_window(struct dnnl_conv *s, const struct node *nd, int size)
{
    const struct tensor *x = &nd->in[0]->out, *y = &nd->out;
    const int in[2] = {x->h, x->w}, out[2] = {y->h, y->w};

    for (int i = 0; i < 2; i++) {
        const int stride = (in[i] + out[i] - 1) / out[i];
        const int pad = (out[i] - 1) * stride + size - in[i];

        s->stride[i] = stride;
        s->before[i] = pad > 0 ? pad / 2 : 0;
        s->after[i] = pad - s->before[i];
    }
}

static struct dnnl_conv shape_of(const struct node *nd, bool depthwise)
{
    const struct tensor *x = &nd->in[0]->out, *y = &nd->out;
    const int *k = nd->slot[0].dim;
    struct dnnl_conv s = {.w_dims = depthwise ? 5 : 4};

    set_dims(s.x, BATCH, x->c, x->h, x->w);
    set_dims(s.y, BATCH, y->c, y->h, y->w);
    set_dims(s.w, y->c, x->c, k[0], k[1]);
    if (depthwise) {
        const dnnl_dims_t w = {x->c, 1, 1, k[0], k[1]};

        memcpy(s.w, w, sizeof(w));
    }
    set_window(&s, nd, k[0]);
    return s;
}

enum pass_kind { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS };

static dnnl_status_t describe_conv(const struct dnnl_conv *s,
                                   enum pass_kind kind, dnnl_alg_kind_t how,
                                   dnnl_convolution_desc_t *d)
{
    const dnnl_format_tag_t any = dnnl_format_tag_any;
    dnnl_memory_desc_t x, w, y;

    dnnl_memory_desc_init_by_tag(&x, 4, s->x, dnnl_f32, any);
    dnnl_memory_desc_init_by_tag(&w, s->w_dims, s->w, dnnl_f32, any);
    dnnl_memory_desc_init_by_tag(&y, 4, s->y, dnnl_f32, any);
    if (kind == FORWARD)
        return dnnl_convolution_forward_desc_init(d, dnnl_forward_training, how,
                                                  &x, &w, NULL, &y, s->stride,
                                                  s->before, s->after);
    if (kind == BACKWARD_DATA)
        return dnnl_convolution_backward_data_desc_init(
            d, how, &x, &w, &y, s->stride, s->before, s->after);
    return dnnl_convolution_backward_weights_desc_init(
        d, how, &x, &w, NULL, &y, s->stride, s->before, s->after);
}

static const struct {
    int arg;
    dnnl_query_t query;
} part[3][MAX_ARG] = {
    [FORWARD] = {{DNNL_ARG_SRC, dnnl_query_src_md},
                 {DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
                 {DNNL_ARG_DST, dnnl_query_dst_md}},
    [BACKWARD_DATA] = {{DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md},
                       {DNNL_ARG_WEIGHTS, dnnl_query_weights_md},
                       {DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md}},
    [BACKWARD_WEIGHTS] = {{DNNL_ARG_SRC, dnnl_query_src_md},
                          {DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md},
                          {DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md}},
};

static double time_primitive(dnnl_primitive_t prim, const dnnl_exec_arg_t *arg)
{
    double t[RUNS];

    for (int i = -1; i < RUNS; i++) {
        const double start = clock_now();

        BUG_ON(dnnl_primitive_execute(prim, stream, MAX_ARG, arg));
        dnnl_stream_wait(stream);
        if (i >= 0)
            t[i] = clock_now() - start;
    }
    sort_numbers(t, RUNS);
    return t[RUNS / 2];
}

/* Seconds of a primitive of that description, on memory of zeros. */
static double time_new(const_dnnl_primitive_desc_t desc, enum pass_kind kind)
{
    dnnl_primitive_t prim;
    dnnl_exec_arg_t arg[MAX_ARG];
    double t;

    BUG_ON(dnnl_primitive_create(&prim, desc));
    for (int i = 0; i < MAX_ARG; i++) {
        const dnnl_memory_desc_t *md =
            dnnl_primitive_desc_query_md(desc, part[kind][i].query, 0);
        void *data;

        arg[i].arg = part[kind][i].arg;
        BUG_ON(dnnl_memory_create(&arg[i].memory, md, engine,
                                  DNNL_MEMORY_ALLOCATE));
        dnnl_memory_get_data_handle(arg[i].memory, &data);
        memset(data, 0, dnnl_memory_desc_get_size(md));
    }
    t = time_primitive(prim, arg);
    for (int i = 0; i < MAX_ARG; i++)
        dnnl_memory_destroy(arg[i].memory);
    dnnl_primitive_destroy(prim);
    return t;
}

/* Seconds; negative if oneDNN has no such algorithm for this shape. */
static double time_pass(const struct dnnl_conv *s, enum pass_kind kind,
                        dnnl_alg_kind_t how, dnnl_primitive_desc_t hint)
{
    dnnl_convolution_desc_t d;
    dnnl_primitive_desc_t desc;
    double t;

    if (describe_conv(s, kind, how, &d) ||
        dnnl_primitive_desc_create(&desc, &d, NULL, engine, hint))
        return -1.0;
    t = time_new(desc, kind);
    dnnl_primitive_desc_destroy(desc);
    return t;
}

static double best_pass(const struct dnnl_conv *s, enum pass_kind kind)
{
    static const dnnl_alg_kind_t how[] = {dnnl_convolution_direct,
                                          dnnl_convolution_winograd};
    double best = -1.0;

    for (int i = 0; i < 2; i++) {
        dnnl_convolution_desc_t d;
        dnnl_primitive_desc_t hint = NULL;
        double t;

        if (kind != FORWARD &&
            (describe_conv(s, FORWARD, how[i], &d) ||
             dnnl_primitive_desc_create(&hint, &d, NULL, engine, NULL)))
            continue;
        t = time_pass(s, kind, how[i], hint);
        if (hint)
            dnnl_primitive_desc_destroy(hint);
        if (t >= 0.0 && (best < 0.0 || t < best))
            best = t;
    }
    BUG_ON(best < 0.0);
    return best;
}

/* --- what the processor can do -------------------------------------------- */

static void set_matrix(dnnl_memory_desc_t *md, dnnl_data_type_t type)
{
    const dnnl_dims_t square = {ROWS, ROWS};

    dnnl_memory_desc_init_by_tag(md, 2, square, type, dnnl_ab);
}

/* GFLOP/s of factors of that type; 0 if oneDNN has no such product here. */
static double rate_products(dnnl_data_type_t factor)
{
    dnnl_memory_desc_t x, w, y;
    dnnl_matmul_desc_t d;
    dnnl_primitive_desc_t desc;
    double t;

    set_matrix(&x, factor);
    set_matrix(&w, factor);
    set_matrix(&y, dnnl_f32);
    if (dnnl_matmul_desc_init(&d, &x, &w, NULL, &y) ||
        dnnl_primitive_desc_create(&desc, &d, NULL, engine, NULL))
        return 0.0;
    t = time_new(desc, FORWARD);
    dnnl_primitive_desc_destroy(desc);
    return 2.0 * ROWS * ROWS * ROWS / t * 1e-9;
}

static double rate_copies(void)
{
    char *from = malloc(COPIED), *to = malloc(COPIED);
    double t[RUNS];

    BUG_ON(!from || !to);
    memset(from, 1, COPIED);
    memset(to, 0, COPIED);
    for (int i = 0; i < RUNS; i++) {
        const double start = clock_now();

#    pragma omp parallel
        {
            const size_t n = COPIED / (size_t)omp_get_num_threads();
            const size_t at = n * (size_t)omp_get_thread_num();

            memcpy(to + at, from + at, n);
        }
        t[i] = clock_now() - start;
    }
    BUG_ON(to[0] != 1);
    free(from);
    free(to);
    sort_numbers(t, RUNS);
    return 2.0 * COPIED / t[RUNS / 2] * 1e-9;
}

static void bench_limits(void)
{
    printf("limits: %.0f GFLOP/s of float32, %.0f of bf16, %.0f GB/s\n",
           rate_products(dnnl_f32), rate_products(dnnl_bf16), rate_copies());
}

/* --- a network ------------------------------------------------------------ */

static void bench_network(const struct net *net)
{
    struct err err = {0};
    struct graph *g = net_new(
        net, &(struct net_args){.h = side, .w = side, .classes = CLASSES},
        &(struct graph_args){.max_batch = 1, .memory = GRAPH_INFER}, &err);
    double forward = 0.0, all = 0.0;
    bool first = true;

    BUG_ON(!g);
    for (int i = 0; i < graph_n_node(g); i++) {
        const struct node *nd = graph_node_at(g, i);
        const bool depthwise = strcmp(nd->op->name, "depthwise") == 0;
        struct dnnl_conv s;
        double t;

        if (!depthwise && strcmp(nd->op->name, "conv2d") != 0)
            continue;
        s = shape_of(nd, depthwise);
        forward += t = best_pass(&s, FORWARD);
        all += t + best_pass(&s, BACKWARD_WEIGHTS);
        all += first ? 0.0 : best_pass(&s, BACKWARD_DATA);
        first = false;
    }
    printf("%s: oneDNN's convolutions alone: forward %.2f ms/image, forward "
           "and backward %.2f\n",
           net->name, forward * 1e3 / BATCH, all * 1e3 / BATCH);
    graph_free(g);
}

int main(int argc, char **argv)
{
    if (!getenv("OMP_NUM_THREADS"))
        omp_set_num_threads(2);
    BUG_ON(dnnl_engine_create(&engine, dnnl_cpu, 0));
    BUG_ON(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));
    bench_limits();
    for (int i = argc > 1 ? 1 : 0; i < argc; i++) {
        struct err err = {0};
        const struct net *net;

        if (i && atoi(argv[i]) > 0) {
            side = atoi(argv[i]);
            continue;
        }
        net = net_find(i ? argv[i] : "mobilenetv2", &err);
        if (!net) {
            fprintf(stderr, "bench_conv: %s\n", err.text);
            return 2;
        }
        bench_network(net);
    }
    dnnl_stream_destroy(stream);
    dnnl_engine_destroy(engine);
    return 0;
}

#else

int main(void)
{
    puts("bench_conv: built without oneDNN, nothing to measure");
    return 0;
}

#endif
