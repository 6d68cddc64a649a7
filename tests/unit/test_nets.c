/*
 * test_nets.c - the five networks: sizes, names, Keras' order, cuts, freezing
 */
#include "base/hash.h"
#include "nn/nets.h"
#include "tap.h"

#include <stdlib.h>

enum { CLASSES = 5, SIDE = 110 };

static const struct {
    const char *net;
    int n;
    const char *sha256; /* of the names, each with a line feed behind it */
} order[] = {
#include "golden/nn_layers.inc"
};

static const struct {
    const char *net;
    size_t whole;         /* parameters and statistics of the trunk */
    size_t total, learnt; /* cut and frozen as in the notebooks, with the
                             notebooks' head; 0: they do not say */
    const char *cut;      /* where the authors cut */
    int h, c;             /* map behind the cut at 110 pixels */
    const char *frozen;   /* last frozen layer */
    const char *first;    /* first layer that learns */
} want[] = {
    {"vgg16", 14714688, 8171845, 2893317, "block4_conv3", 13, 512,
     "block4_conv2", "block4_conv3"},
    {"vgg19", 20024384, 15841349, 5253125, "block5_conv2", 6, 512,
     "block4_pool", "block5_conv1"},
    {"resnet50", 23587712, 3048325, 1584133, "conv4_block1_0_conv", 7, 1024,
     "conv4_block1_2_bn", "conv4_block1_2_relu"},
    {"mobilenetv2", 2257984, 0, 0, NULL, 4, 1280, "block_11_expand_BN",
     "block_11_expand_relu"},
    {"densenet169", 12642880, 0, 0, NULL, 3, 1664, "conv4_block16_1_conv",
     "conv4_block16_1_bn"},
};

enum { N = sizeof(want) / sizeof(want[0]) };

static struct graph *new_net(const struct net *net, struct net_args a,
                             enum graph_memory memory)
{
    struct err err = {0};
    struct graph *g;

    a.classes = CLASSES;
    a.h = a.h ? a.h : SIDE;
    a.w = a.w ? a.w : SIDE;
    g = net_new(net, &a,
                &(struct graph_args){
                    .max_batch = 1, .threads = 1, .seed = 1, .memory = memory},
                &err);
    need(g != NULL, &err);
    return g;
}

static void check_order(const struct net *net)
{
    struct err err = {0};
    struct net_layers *l = net_layers(net, &err);
    char text[GRAPH_MAX_NODES * 24] = "", hex[HASH_HEX];
    size_t len = 0;

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (strcmp(order[i].net, net->name) != 0)
            continue;
        for (int k = 0; k < l->n; k++)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\n",
                                    l->name[k]);
        hash_of(text, len, hex);
        ok(l->n == order[i].n && strcmp(hex, order[i].sha256) == 0,
           "layers in Keras' order");
    }
    free(l);
}

static void check_size(size_t i, const struct net *net)
{
    struct graph *g =
        new_net(net, (struct net_args){.head = HEAD_NONE}, GRAPH_INFER);

    ok(graph_n_all(g) + graph_n_state(g) == want[i].whole &&
           net->n_trunk == want[i].whole,
       "a trunk has as many parameters as Keras'");
    ok(graph_node(g, net->cam_layer) != NULL, "the CAM layer exists");
    graph_free(g);
    g = new_net(net, (struct net_args){.h = 32, .w = 32, .head = HEAD_POOL},
                GRAPH_INFER);
    ok(graph_output(g)->out.h == 1, "a network fits pictures of 32 pixels");
    graph_free(g);
}

static void check_paper(size_t i, const struct net *net)
{
    const struct net_args none = {.cut = net->paper_cut, .head = HEAD_NONE};
    const struct net_args paper = {.cut = net->paper_cut,
                                   .freeze = net->paper_freeze};
    struct err err = {0};
    struct graph *g = new_net(net, none, GRAPH_INFER);
    const struct tensor *out = &graph_output(g)->out;
    const int first = net_layer_index(net, want[i].first, &err);

    ok(out->h == want[i].h && out->w == want[i].h && out->c == want[i].c,
       "the map behind the authors' cut");
    graph_free(g);
    ok(first == net->paper_freeze, "the authors freeze up to here");
    ok(net_layer_index(net, want[i].frozen, &err) == first - 1,
       "this one is the last that they freeze");
    g = new_net(net, paper, GRAPH_TRAIN);
    if (want[i].total)
        ok(graph_n_all(g) + graph_n_state(g) == want[i].total &&
               graph_n_param(g) == want[i].learnt,
           "  as many parameters, and learnt ones, as the authors print");
    ok(graph_n_param(g) < graph_n_all(g), "some parameters are frozen");
    graph_free(g);
}

static void check_faults(void)
{
    const struct net *vgg = net_at(0);
    const struct graph_args ga = {.max_batch = 1, .memory = GRAPH_INFER};
    struct err err = {0};

    ok(net_layer_index(vgg, "block4_convv3", &err) < 0 &&
           err.code == ERR_USAGE && strstr(err.text, "'block4_conv3'"),
       "a misspelt layer: the nearest is named");
    err = (struct err){0};
    ok(!net_new(
           vgg,
           &(struct net_args){.h = 32, .w = 32, .classes = 2, .cut = "block9"},
           &ga, &err) &&
           err.code == ERR_USAGE && strstr(err.text, "block9"),
       "a cut that is not there");
    err = (struct err){0};
    ok(!net_new(net_at(2),
                &(struct net_args){
                    .h = 32, .w = 32, .classes = 2, .cut = "conv1_bn"},
                &ga, &err) &&
           err.code == ERR_USAGE && strstr(err.text, "one with"),
       "a cut between layers that are one here");
    err = (struct err){0};
    ok(!net_new(
           vgg,
           &(struct net_args){.h = 32, .w = 32, .classes = 2, .freeze = 20},
           &ga, &err) &&
           err.code == ERR_USAGE && strstr(err.text, "it has 19"),
       "more frozen layers than there are");
}

/* --- projections -----------------------------------------------------------*/

/* y = x kernel + bias, of 'n' to 'm' numbers, in double. */
static void dense_rows(struct graph *g, const char *layer, const double *x,
                       int n, int m, double *y)
{
    const struct named_tensor *t;
    const float *w = NULL, *b = NULL;
    char name[64];
    size_t left;

    graph_tensors(g, &t, &left);
    for (; left--; t++) {
        snprintf(name, sizeof(name), "%.40s/kernel:0", layer);
        w = strcmp(t->name, name) == 0 ? t->data : w;
        snprintf(name, sizeof(name), "%.40s/bias:0", layer);
        b = strcmp(t->name, name) == 0 ? t->data : b;
    }
    for (int j = 0; j < m; j++) {
        y[j] = b ? (double)b[j] : (double)NAN;
        for (int i = 0; i < n; i++)
            y[j] += w ? x[i] * (double)w[i * m + j] : (double)NAN;
    }
}

/* Before it has learnt a network's features are so small that the L2 norm's
 * guard would show. */
static void enlarge_projection(struct graph *g)
{
    const struct named_tensor *t;
    size_t n;

    graph_tensors(g, &t, &n);
    for (; n--; t++)
        for (size_t i = 0;
             strncmp(t->name, "projection", 10) == 0 && i < t->len; i++)
            t->data[i] *= 1000;
}

/* Khosla's head is a hidden layer as wide as the features, then one of 128. */
static void check_projection(void)
{
    enum { WIDE = 1280, OUT = 128 };
    static double x[WIDE], hidden[WIDE], z[OUT];
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *g = new_net(
        net, (struct net_args){.h = 64, .w = 64, .head = HEAD_PROJECT_TWO},
        GRAPH_KEEP_ALL);
    enum net_head head = HEAD_PAPER;
    double norm = 0, worst = 0;
    const struct node *pool = graph_node(g, "global_average_pooling2d");

    ok(net_head_find("project_two", &head, &err) == 0 &&
           head == HEAD_PROJECT_TWO,
       "the head of two projections is found by name");
    ok(graph_n_all(g) + graph_n_state(g) ==
           net->n_trunk + WIDE * (WIDE + 1) + OUT * (WIDE + 1),
       "  the head's parameters");
    for (int i = 0; i < 64 * 64 * 3; i++)
        graph_input(g)[i] = (float)(i * 37 % 101) / 50 - 1;
    enlarge_projection(g);
    graph_forward(g, PHASE_INFER);
    for (int i = 0; pool && i < WIDE; i++)
        x[i] = (double)pool->out.data[i];
    dense_rows(g, "projection", x, WIDE, WIDE, hidden);
    for (int i = 0; i < WIDE; i++)
        hidden[i] = fmax(hidden[i], 0);
    dense_rows(g, "projection_1", hidden, WIDE, OUT, z);
    for (int j = 0; j < OUT; j++)
        norm += z[j] * z[j];
    for (int j = 0; j < OUT; j++)
        worst = fmax(worst, fabs(z[j] / sqrt(norm) -
                                 (double)graph_output(g)->out.data[j]));
    printf("# furthest off: %.3g\n", worst);
    ok(pool && norm > 0 && worst < 1e-6, "  the head's embeddings");
    graph_free(g);
}

/* The paper's head with dropout has the weights of that without, and drops
 * only while it trains. */
static void check_dropout(const char *name)
{
    enum { SMALL = 32 };
    enum net_head head = HEAD_PAPER;
    struct err err = {0};
    const struct net *net = net_find(name, &err);
    struct net_args a = {.h = SMALL, .w = SMALL, .head = HEAD_DROPOUT};
    struct graph *g = new_net(net, a, GRAPH_KEEP_ALL), *p;
    float kept[CLASSES];
    int n = 0;

    a.head = HEAD_PAPER;
    p = new_net(net, a, GRAPH_KEEP_ALL);
    ok(net_head_find("dropout", &head, &err) == 0 && head == HEAD_DROPOUT,
       "the head with dropout is found by name");
    for (int i = 0; i < graph_n_node(g); i++)
        n += strncmp(graph_node_at(g, i)->name, "dropout", 7) == 0;
    ok(n == 2 && graph_n_all(g) == graph_n_all(p), "  two of them, no weights");
    memcpy(graph_param(p), graph_param(g), graph_n_param(g) * sizeof(float));
    for (int i = 0; i < SMALL * SMALL * 3; i++)
        graph_input(g)[i] = graph_input(p)[i] = (float)(i * 37 % 101) / 50 - 1;
    graph_forward(g, PHASE_INFER);
    graph_forward(p, PHASE_INFER);
    memcpy(kept, graph_output(g)->out.data, sizeof(kept));
    ok(memcmp(kept, graph_output(p)->out.data, sizeof(kept)) == 0,
       "  nothing is dropped in inference");
    graph_forward(g, PHASE_TRAIN);
    ok(memcmp(kept, graph_output(g)->out.data, sizeof(kept)) != 0,
       "  but in training");
    graph_free(g);
    graph_free(p);
}

/* --- values made again for backward ----------------------------------------*/

static struct graph *after_backward(const struct net *net)
{
    struct err err = {0};
    struct graph *g = net_new(
        net,
        &(struct net_args){.h = 64, .w = 64, .classes = 5, .head = HEAD_LINEAR},
        &(struct graph_args){
            .max_batch = 2, .threads = 2, .seed = 1, .memory = GRAPH_TRAIN},
        &err);

    for (int step = 0; step < 2; step++) {
        float *x = graph_input(g);
        const struct node *y = graph_output(g);

        for (int i = 0; i < 2 * 64 * 64 * 3; i++)
            x[i] = (float)(i * 37 % 101) / 50 - 1;
        graph_forward(g, PHASE_TRAIN);
        for (int i = 0; i < 10; i++)
            y->dout.data[i] = (float)i / 10;
        graph_zero_grad(g);
        graph_backward(g);
    }
    return g;
}

static void check_remakes(const char *name)
{
    struct err err = {0};
    const struct net *net = net_find(name, &err);
    struct net other = *net;
    struct graph *g, *h;

    other.remakes = !net->remakes;
    g = after_backward(net);
    h = after_backward(&other);
    ok(memcmp(graph_dparam(g), graph_dparam(h),
              graph_n_param(g) * sizeof(float)) == 0,
       "gradients have the same bits whether values are kept or made again");
    ok((graph_bytes(g) < graph_bytes(h)) == net->remakes,
       "kept values take memory");
    graph_free(g);
    graph_free(h);
}

/* --- sizes without memory --------------------------------------------------*/

/* A graph as training or inference builds it, and one of sizes alone. */
static void check_sizes(const struct net *net, enum graph_memory memory,
                        enum graph_part part)
{
    struct err err = {0};
    const struct net_args na = {.h = 64,
                                .w = 64,
                                .classes = 5,
                                .cut = net->paper_cut,
                                .freeze = part ? net->paper_freeze : 0};
    struct graph_args ga = {.max_batch = part == GRAPH_FRONT ? 1 : 4,
                            .threads = 2,
                            .seed = 1,
                            .memory = memory,
                            .part = part};
    struct graph *g = net_new(net, &na, &ga, &err), *sizes;

    ga.sizes = true;
    sizes = net_new(net, &na, &ga, &err);
    ok(g && sizes && graph_bytes(g) == graph_bytes(sizes) &&
           graph_n_param(g) == graph_n_param(sizes) &&
           graph_n_all(g) == graph_n_all(sizes) &&
           graph_n_state(g) == graph_n_state(sizes) && !graph_param(sizes),
       "sizes are those of the graph that is allocated");
    graph_free(g);
    graph_free(sizes);
}

/* The momentum of the networks' own, or the one that is given. */
static void check_momentum(const char *name)
{
    static const char *const norms[] = {"batch_normalization",
                                        "batch_normalization_1"};
    struct err err;
    const struct net *net = net_find(name, &err);
    struct graph *own = new_net(net, (struct net_args){0}, GRAPH_INFER);
    struct graph *given =
        new_net(net, (struct net_args){.bn_momentum = .5f}, GRAPH_INFER);
    bool all = true;

    for (size_t i = 0; i < sizeof(norms) / sizeof(norms[0]); i++) {
        const struct op_form a = node_form(graph_node(own, norms[i]));
        const struct op_form b = node_form(graph_node(given, norms[i]));

        all = all && a.momentum == .99f && b.momentum == .5f;
    }
    ok(all, "the head's batch normalisations take the momentum that is given");
    graph_free(own);
    graph_free(given);
}

int main(void)
{
    for (size_t i = 0; i < N; i++) {
        struct err err = {0};
        const struct net *net = net_find(want[i].net, &err);

        printf("# %s\n", want[i].net);
        if (!ok(net != NULL, "the network is known"))
            continue;
        check_order(net);
        check_size(i, net);
        check_paper(i, net);
        check_sizes(net, GRAPH_TRAIN, GRAPH_WHOLE);
        check_sizes(net, GRAPH_TRAIN, GRAPH_FRONT);
        check_sizes(net, GRAPH_TRAIN, GRAPH_TAIL);
        check_sizes(net, GRAPH_INFER, GRAPH_WHOLE);
    }
    ok(net_at(N) == NULL, "there are no others");
    check_faults();
    check_projection();
    check_dropout("mobilenetv2");
    check_dropout("resnet50");
    check_momentum("vgg16");
    check_momentum("resnet50");
    check_remakes("resnet50");
    check_remakes("mobilenetv2");
    check_remakes("densenet169");
    return tap_done();
}
