/*
 * test_mixstyle.c - MixStyle against the authors' code in PyTorch, along
 * directions that leave the statistics as they are, and as a part of the
 * networks: where it is, that it is drawn alike however batches are shared out,
 * and that nothing of it is left when a network is used
 */
#include "golden/nn_digest.h"
#include "nn/layers.h"
#include "nn/mixstyle.h"
#include "nn/nets.h"
#include "tap.h"

#include <stdlib.h>

static const struct golden_digest golden[] = {
#include "golden/mixstyle.inc"
};

enum { STEP = 2, IDLE = 3 }; /* in which layer "f" of seed 1 mixes; does not */

static const struct style_case {
    const char *name; /* in mixstyle.py */
    int n, h, w, c;
    uint32_t first;
    bool flat; /* channels without variance */
} cases[] = {
    {"mixstyle", 5, 4, 6, 19, 0, false},
    {"mixstyle odd", 5, 7, 9, 6, 0, false},
    {"mixstyle of one image", 1, 5, 3, 8, 0, false},
    {"mixstyle of a later part", 2, 3, 1, 5, 3, false},
    {"mixstyle without variance", 5, 5, 5, 4, 0, true},
};

enum { N_CASE = sizeof(cases) / sizeof(cases[0]) };

static void fill_input(const struct style_case *s, float *x)
{
    const int pixels = s->h * s->w;

    fill_values("x", 1, 3, x, (size_t)(s->n * pixels * s->c));
    for (int i = 0; s->flat && i < s->n * pixels; i++) {
        x[i * s->c + 1] = 0.625f;
        if (i / pixels == 2)
            x[i * s->c + 3] = -1.5f;
    }
}

static struct graph *finish(struct graph *g)
{
    struct err err = {0};

    if (graph_finish(g, &err) < 0) {
        ok(false, err.text);
        exit(1);
    }
    return g;
}

/* x, MixStyle, and with 'beside' a sum with x, so that dx is added to. */
static struct graph *new_graph(const struct style_case *s, int threads,
                               bool beside)
{
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = s->n + 1, .threads = threads, .seed = 1});
    struct node *x = nn_input(g, "x", s->h, s->w, s->c);
    struct node *y =
        nn_mixstyle(g, x, "f", (struct mixstyle_args){.alpha = 0.4});

    if (beside)
        nn_add(g, x, y, "a");
    finish(g);
    graph_set_batch(g, s->n);
    fill_input(s, graph_input(g));
    return g;
}

static void run_graph(struct graph *g, enum phase phase, uint32_t step,
                      uint32_t first)
{
    const struct tensor *dy = &graph_output(g)->dout;

    graph_set_step(g, step, first);
    graph_forward(g, phase);
    fill_values("dy", 0, 1, dy->data, tensor_len(dy));
    graph_backward(g);
}

/* --- the layer -------------------------------------------------------------*/

static void check_digest(const struct style_case *s, const char *tensor,
                         const struct tensor *t, const float *x)
{
    const struct golden_digest *want = find_golden(
        golden, sizeof(golden) / sizeof(golden[0]), s->name, tensor);
    char what[100];
    double d;

    snprintf(what, sizeof(what), "%s: %s is PyTorch's", s->name, tensor);
    BUG_ON(!want);
    d = digest_distance(want, MAX_SUMS, x, tensor_len(t));
    if (!ok(d < 1e-5, what))
        printf("# relative distance %g\n", d);
}

static void check_golden(const struct style_case *s)
{
    struct graph *g = new_graph(s, 2, false), *one = new_graph(s, 1, true);
    const struct node *x = graph_node(g, "x"), *f = graph_node(g, "f");
    const struct node *beside = graph_node(one, "x");
    const size_t n = tensor_len(&x->out);
    bool sum = true, same;

    run_graph(g, PHASE_TRAIN, STEP, s->first);
    run_graph(one, PHASE_TRAIN, STEP, s->first);
    check_digest(s, "y", &f->out, f->out.data);
    check_digest(s, "dx", &x->dout, x->dout.data);
    same = memcmp(f->out.data, graph_node(one, "f")->out.data,
                  n * sizeof(float)) == 0;
    for (size_t i = 0; i < n; i++)
        sum = sum &&
              fabsf(beside->dout.data[i] - f->dout.data[i] - x->dout.data[i]) <=
                  1e-5f * (1.0f + fabsf(x->dout.data[i]));
    ok(same, "  the same bits by one thread and two");
    ok(sum, "  dx is added where x is read beside");
    graph_free(g);
    graph_free(one);
}

static void check_identity(const struct style_case *s)
{
    struct graph *g = new_graph(s, 2, false);
    const struct node *x = graph_node(g, "x"), *f = graph_node(g, "f");
    const size_t size = tensor_len(&x->out) * sizeof(float);

    run_graph(g, PHASE_INFER, STEP, s->first);
    ok(memcmp(f->out.data, x->out.data, size) == 0 &&
           memcmp(f->dout.data, x->dout.data, size) == 0,
       "without training y is x, dx is dy");
    run_graph(g, PHASE_TRAIN, IDLE, s->first);
    ok(memcmp(f->out.data, x->out.data, size) == 0 &&
           memcmp(f->dout.data, x->dout.data, size) == 0,
       "  and in the steps that do not mix");
    graph_set_share(g, 0.5);
    run_graph(g, PHASE_TRAIN, STEP, s->first);
    ok(memcmp(f->out.data, x->out.data, size) == 0,
       "  and while statistics are made anew");
    graph_free(g);
}

/* Take out of v[0], v[c], .. what would move mean or variance of x there. */
static void keep_statistics(const float *x, float *v, int pixels, int c)
{
    double mean = 0, drift = 0, along = 0, square = 0;

    for (int i = 0; i < pixels; i++) {
        mean += (double)x[i * c] / pixels;
        drift += (double)v[i * c] / pixels;
    }
    for (int i = 0; i < pixels; i++) {
        const double d = (double)x[i * c] - mean;

        along += d * ((double)v[i * c] - drift);
        square += d * d;
    }
    for (int i = 0; i < pixels; i++)
        v[i * c] -= square < 1e-9
                        ? v[i * c]
                        : (float)(drift + along / fmax(square, 1e-12) *
                                              ((double)x[i * c] - mean));
}

/* The slope along v is that of the gradient. */
static void check_slope(const struct style_case *s)
{
    struct graph *g = new_graph(s, 1, false);
    float *x = graph_input(g), h = 1e-2f;
    const struct node *in = graph_node(g, "x"), *f = graph_node(g, "f");
    const size_t n = tensor_len(&in->out);
    const int pixels = s->h * s->w;
    float *v = calloc(n, sizeof(*v)), *dx = calloc(n, sizeof(*dx));
    double want = 0, got = 0, norm = 0;

    BUG_ON(!v || !dx);
    fill_values("direction", 0, 1, v, n);
    for (int i = 0; i < s->n; i++)
        for (int k = 0; k < s->c; k++)
            keep_statistics(x + i * pixels * s->c + k,
                            v + i * pixels * s->c + k, pixels, s->c);
    run_graph(g, PHASE_TRAIN, STEP, s->first);
    memcpy(dx, in->dout.data, n * sizeof(*dx));
    for (int side = -1; side <= 1; side += 2) {
        fill_input(s, x);
        for (size_t i = 0; i < n; i++)
            x[i] += (float)side * h * v[i];
        run_graph(g, PHASE_TRAIN, STEP, s->first);
        for (size_t i = 0; i < n; i++)
            got += side * (double)f->out.data[i] * (double)f->dout.data[i] /
                   (2.0 * (double)h);
    }
    for (size_t i = 0; i < n; i++) {
        want += (double)dx[i] * (double)v[i];
        norm += (double)dx[i] * (double)dx[i];
    }
    near(got / sqrt(norm), want / sqrt(norm), 2e-2, "  the slope");
    free(v);
    free(dx);
    graph_free(g);
}

/* --- what is drawn ---------------------------------------------------------*/

static void check_draws(void)
{
    uint32_t partner[40], other[40];
    bool seen[40] = {false};
    int acts = 0, all = 0;

    for (uint32_t step = 0; step < 4000; step++)
        acts += mixstyle_acts(7, step);
    near(acts / 4000.0, 0.5, 0.03, "half of the steps mix");
    mixstyle_partners(7, 1, 0, 40, partner);
    mixstyle_partners(7, 1, 40, 40, other);
    for (int i = 0; i < 40; i++) {
        all += partner[i] < 40 && !seen[partner[i]];
        seen[partner[i] % 40] = true;
    }
    ok(all == 40, "everyone is a partner once");
    ok(memcmp(partner, other, sizeof(partner)) != 0,
       "parts have other partners");
    ok(mixstyle_share(7, 1, 0, 0.1) != mixstyle_share(7, 1, 1, 0.1) &&
           mixstyle_share(7, 1, 0, 0.1) != mixstyle_share(7, 2, 0, 0.1) &&
           mixstyle_share(7, 1, 0, 0.1) != mixstyle_share(8, 1, 0, 0.1),
       "each sample, step and layer has a share of its own");
}

static void check_faults(void)
{
    static const double bad[] = {0, 0.04, 101, -1};

    for (int i = 0; i < 4; i++) {
        struct graph *g = graph_new(&(struct graph_args){.max_batch = 1});
        struct err err = {0};

        nn_mixstyle(g, nn_input(g, "x", 2, 2, 3), "f",
                    (struct mixstyle_args){.alpha = bad[i]});
        fails(graph_finish(g, &err), err, ERR_USAGE, "mixstyle: 'alpha' is",
              "an alpha out of range is refused");
        graph_free(g);
    }
}

/* --- in networks -----------------------------------------------------------*/

static struct graph *new_network(const struct net *net, double alpha,
                                 int freeze, bool sizes)
{
    struct err err = {0};
    struct graph *g = net_new(net,
                              &(struct net_args){.h = 32,
                                                 .w = 32,
                                                 .classes = 3,
                                                 .freeze = freeze,
                                                 .mixstyle = alpha},
                              &(struct graph_args){.max_batch = 2,
                                                   .threads = 1,
                                                   .seed = 5,
                                                   .memory = GRAPH_TRAIN,
                                                   .sizes = sizes},
                              &err);

    if (!g) {
        ok(false, err.text);
        exit(1);
    }
    return g;
}

/* The i-th MixStyle stands behind its layer, and all that read that one read
 * it. */
static bool stands(struct graph *g, const char *layer, int i)
{
    char name[NN_NAME_MAX];
    const struct node *nd, *x = graph_node(g, layer);
    int readers = 0;

    snprintf(name, sizeof(name), "mixstyle_%d", i + 1);
    nd = graph_node(g, name);
    for (int j = 0; nd && j < graph_n_node(g); j++)
        for (int k = 0; k < NN_MAX_IN; k++) {
            const struct node *reader = graph_node_at(g, j);

            if (reader->in[k] == x && reader != nd)
                return false;
            readers += reader->in[k] == nd;
        }
    return nd && nd->in[0] == x && readers > 0;
}

static void check_places(const struct net *net)
{
    struct graph *plain = new_network(net, 0, 0, true);
    struct graph *g = new_network(net, 0.1, 0, true);
    struct err err = {0};

    ok(graph_n_node(g) == graph_n_node(plain) + NET_STYLES &&
           stands(g, net->style[0], 0) && stands(g, net->style[1], 1),
       net->name);
    ok(net_count_styles(net, NULL, 0, &err) == NET_STYLES &&
           net_count_styles(net, net->paper_cut, net->paper_freeze, &err) == 0,
       "  nothing is frozen, or all that is mixed");
    graph_free(plain);
    graph_free(g);
}

static void check_network(const struct net *net)
{
    struct graph *plain = new_network(net, 0, 0, false);
    struct graph *g = new_network(net, 0.1, 0, false);
    const struct named_tensor *a, *b;
    const size_t side = 32 * 32 * 3;
    size_t n, m;
    bool same;

    graph_tensors(plain, &a, &n);
    graph_tensors(g, &b, &m);
    same = n == m && graph_n_all(g) == graph_n_all(plain) &&
           memcmp(graph_param(g), graph_param(plain),
                  graph_n_all(g) * sizeof(float)) == 0;
    for (size_t i = 0; same && i < n; i++)
        same = strcmp(a[i].name, b[i].name) == 0 && a[i].len == b[i].len;
    ok(same, "weights and their names are those of the network without");
    fill_values("image", 0, 1, graph_input(plain), 2 * side);
    memcpy(graph_input(g), graph_input(plain), 2 * side * sizeof(float));
    graph_forward(plain, PHASE_INFER);
    graph_forward(g, PHASE_INFER);
    ok(memcmp(graph_output(g)->out.data, graph_output(plain)->out.data,
              6 * sizeof(float)) == 0,
       "  and so is what it says of an image");
    graph_free(plain);
    graph_free(g);
}

/* Of layers that are frozen in part MixStyle stands behind the others, so that
 * what the frozen ones put out is the same. */
static void check_frozen(void)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    const int freeze = net_layer_index(net, "block_4_expand", &err);
    struct graph *g = new_network(net, 0.1, freeze, true);

    ok(!graph_node(g, "mixstyle_1") && stands(g, "block_5_add", 1),
       "behind frozen layers there is none");
    ok(net_count_styles(net, NULL, freeze, &err) == 1, "  and one is left");
    ok(net_count_styles(net, "block_4_add", 0, &err) == 1,
       "what is cut away has none");
    fails(net_count_styles(net, "block_4_ad", 0, &err), err, ERR_USAGE,
          "no layer 'block_4_ad'", "an unknown layer is refused");
    graph_free(g);
}

int main(void)
{
    struct err err = {0};

    for (int i = 0; i < N_CASE; i++) {
        check_golden(&cases[i]);
        check_identity(&cases[i]);
        check_slope(&cases[i]);
    }
    check_draws();
    check_faults();
    for (size_t i = 0; net_at(i); i++)
        check_places(net_at(i));
    check_network(net_find("mobilenetv2", &err));
    check_frozen();
    return tap_done();
}
