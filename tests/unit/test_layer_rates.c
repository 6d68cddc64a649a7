/*
 * test_layer_rates.c - stages of the networks, and a step in which each learns
 * at its own rate, compared with steps of its layers alone
 */
#include "base/rng.h"
#include "stages/train/layer_rates.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct graph *new_graph(const struct net *net, const char *cut,
                               int freeze)
{
    struct err err;
    struct graph *g = net_new(
        net,
        &(struct net_args){
            .h = 33, .w = 33, .classes = 3, .cut = cut, .freeze = freeze},
        &(struct graph_args){
            .max_batch = 1, .threads = 2, .seed = 5, .memory = GRAPH_TRAIN},
        &err);

    BUG_ON(!g);
    return g;
}

/* --- depths ----------------------------------------------------------------*/

/* The depth of the layer with these weights; -1: there is none. */
static int depth_of(const char *network, const char *cut, const char *layer)
{
    static int depth[GRAPH_MAX_NODES];
    struct err err;
    const struct net *net = net_find(network, &err);
    struct graph *g = new_graph(net, cut, 0);
    int found = -1;

    BUG_ON(net_depths(net, g, depth, &err) < 0);
    for (int i = 0; i < graph_n_node(g); i++)
        if (strcmp(graph_node_at(g, i)->prefix, layer) == 0)
            found = depth[i];
    graph_free(g);
    return found;
}

static void check_depths(void)
{
    static const struct {
        const char *network, *cut, *layer;
        int depth;
    } row[] = {
        {"vgg16", NULL, "dense_1", 0},
        {"vgg16", NULL, "block5_conv1", 1},
        {"vgg16", NULL, "block4_conv3", 2},
        {"vgg19", NULL, "block1_conv1", 5},
        {"vgg19", "block4_conv2", "block4_conv2", 1},
        {"vgg19", "block4_conv2", "block3_conv4", 2},
        {"resnet50", NULL, "batch_normalization", 0},
        {"resnet50", NULL, "conv5_block1_0_conv", 1},
        {"resnet50", NULL, "conv4_block6_3_bn", 2},
        {"resnet50", NULL, "conv2_block1_1_conv", 4},
        {"resnet50", NULL, "conv1_bn", 5},
        {"resnet50", "conv4_block1_0_conv", "conv4_block1_0_conv", 1},
        {"mobilenetv2", NULL, "Conv_1", 1},
        {"mobilenetv2", NULL, "block_12_project", 2},
        {"mobilenetv2", NULL, "expanded_conv_project_BN", 5},
        {"densenet169", NULL, "bn", 1},
        {"densenet169", NULL, "pool4_conv", 2},
        {"densenet169", NULL, "conv1/conv", 5},
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        char what[128];

        snprintf(what, sizeof(what), "%s: %s lies %d from the head",
                 row[i].network, row[i].layer, row[i].depth);
        ok(depth_of(row[i].network, row[i].cut, row[i].layer) == row[i].depth,
           what);
    }
}

/* --- steps -----------------------------------------------------------------*/

enum { STEPS = 3 };

static float *random_block(size_t n, uint32_t stream)
{
    float *x = malloc((n + 1) * sizeof(*x));
    struct rng rng;

    BUG_ON(!x);
    rng_init(&rng, 9, RNG_TEST, stream, 0);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)rng_below(&rng, 2001) * 1e-3f - 1.0f;
    return x;
}

/* What steps are made with. */
struct training {
    size_t n;
    float *w, *slot[OPTIM_MAX_SLOT]; /* owned */
};

static struct training start_training(size_t n)
{
    struct training t = {.n = n, .w = random_block(n, 0)};

    for (int k = 0; k < OPTIM_MAX_SLOT; k++)
        t.slot[k] = calloc(n + 1, sizeof(float));
    return t;
}

static void end_training(struct training *t)
{
    free(t->w);
    for (int k = 0; k < OPTIM_MAX_SLOT; k++)
        free(t->slot[k]);
}

static struct optim_step next_step(const struct training *t, const float *dw,
                                   uint32_t number, size_t from, size_t n)
{
    return (struct optim_step){.n = n,
                               .w = t->w + from,
                               .dw = dw + from,
                               .slot = {t->slot[0] + from, t->slot[1] + from},
                               .t = number,
                               .learning_rate = .01f,
                               .momentum = .9f,
                               .weight_decay = .1f,
                               .threads = 2};
}

/* Each layer by itself, at its rate. */
static void step_layers(const struct training *t, struct graph *g,
                        const int *depth, const struct optim *optim,
                        const float *dw, uint32_t number)
{
    for (int i = 0; i < graph_n_node(g); i++) {
        const struct node *nd = graph_node_at(g, i);
        struct optim_step s;

        if (nd->n_param == 0 || nd->frozen)
            continue;
        s = next_step(t, dw, number, (size_t)(nd->param - graph_param(g)),
                      nd->n_param);
        for (int d = 0; d < depth[i]; d++)
            s.learning_rate *= .5f;
        optim->step(&s);
    }
}

/* decay 1: as one step of all. */
static void check_optimizer(struct graph *g, const struct net *net,
                            const struct optim *optim, double decay)
{
    static int depth[GRAPH_MAX_NODES];
    const size_t n = graph_n_param(g);
    struct training a = start_training(n), b = start_training(n);
    struct layer_rates r;
    struct err err;
    char what[128];

    BUG_ON(layer_rates_init(&r, net, g, decay, &err) < 0 ||
           net_depths(net, g, depth, &err) < 0);
    for (uint32_t t = 1; t <= STEPS; t++) {
        float *dw = random_block(n, t);
        struct optim_step s = next_step(&a, dw, t, 0, n);

        layer_rates_step(&r, optim, &s);
        s = next_step(&b, dw, t, 0, n);
        if (decay < 1)
            step_layers(&b, g, depth, optim, dw, t);
        else
            optim->step(&s);
        free(dw);
    }
    snprintf(what, sizeof(what), "%s, decay %g: %d rates", optim->name, decay,
             r.n);
    ok(memcmp(a.w, b.w, n * sizeof(float)) == 0 && (r.n == 1) == !(decay < 1),
       what);
    layer_rates_release(&r);
    end_training(&a);
    end_training(&b);
}

static void check_steps(const char *network, int freeze, int parts)
{
    struct err err;
    const struct net *net = net_find(network, &err);
    struct graph *g = new_graph(net, NULL, freeze);
    struct layer_rates r;

    for (int i = 0; optim_at(i); i++) {
        check_optimizer(g, net, optim_at(i), 1);
        check_optimizer(g, net, optim_at(i), .5);
    }
    ok(layer_rates_init(&r, net, g, .5, &err) == 0 && r.n == parts &&
           r.part[r.n - 1].factor == 1.0f,
       "the head learns at the whole rate");
    layer_rates_release(&r);
    graph_free(g);
}

int main(void)
{
    check_depths();
    check_steps("mobilenetv2", 0, 6);
    check_steps("mobilenetv2", 100, 3); /* the last two stages, and the head */
    return tap_done();
}
