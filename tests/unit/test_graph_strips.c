/*
 * test_graph_strips.c - inference in strips computes what the whole batch at
 * once does, in less memory
 */
#include "golden/nn_digest.h"
#include "nn/nets.h"

#include <stdlib.h>

enum { CLASSES = 5, H = 61, W = 75, BATCH = 27 };

static struct graph *new_net(const struct net *net, enum graph_memory memory,
                             int max_batch)
{
    struct err err = {0};
    struct graph *g =
        net_new(net, &(struct net_args){.h = H, .w = W, .classes = CLASSES},
                &(struct graph_args){
                    .max_batch = max_batch, .seed = 1, .memory = memory},
                &err);

    need(g != NULL, &err);
    fill_weights(g);
    return g;
}

/* Logits of images first .. first + n - 1 of a row of drawn ones. */
static const float *logits_of(struct graph *g, int first, int n)
{
    const size_t row = (size_t)H * W * 3;
    float *all = calloc((size_t)(first + n) * row + 1, sizeof(*all));

    if (!all)
        exit(1);
    fill_values("x", 0, 1, all, (size_t)(first + n) * row);
    graph_set_batch(g, n);
    memcpy(graph_input(g), all + (size_t)first * row,
           (size_t)n * row * sizeof(*all));
    free(all);
    graph_forward(g, PHASE_INFER);
    return graph_output(g)->out.data;
}

/* The largest difference, of the largest value. */
static double worst_difference(const float *x, const float *y, size_t n)
{
    double most = 0, scale = 1e-30;

    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)x[i] - (double)y[i]));
        scale = fmax(scale, fabs((double)y[i]));
    }
    return most / scale;
}

static void check_net(const struct net *net)
{
    struct graph *whole = new_net(net, GRAPH_KEEP_ALL, BATCH);
    struct graph *strips = new_net(net, GRAPH_INFER, BATCH);
    struct graph *one = new_net(net, GRAPH_INFER, 1);
    const float *x = logits_of(strips, 0, BATCH);
    const float *input = graph_input(strips);
    float first[BATCH * CLASSES];

    memcpy(first, x, sizeof(first));
    ok(worst_difference(x, logits_of(whole, 0, BATCH), BATCH * CLASSES) < 1e-4,
       "a full batch: the logits but for rounding");
    ok(worst_difference(logits_of(strips, 3, 1), logits_of(whole, 3, 1),
                        CLASSES) < 1e-4,
       "one image in a graph for many");
    ok(worst_difference(logits_of(one, BATCH - 1, 1),
                        first + (BATCH - 1) * CLASSES, CLASSES) < 1e-4,
       "the last image alone, as in the batch");
    logits_of(strips, 0, 0);
    ok(graph_input(strips) == input && graph_output(strips)->out.n == 0,
       "no image: nothing moves");
    ok(!memcmp(logits_of(strips, 0, BATCH), first, sizeof(first)),
       "again, after smaller batches: the same bits");
    graph_free(whole);
    graph_free(strips);
    graph_free(one);
}

/* MobileNetV2 is nearly all values: of its first layers, only a few images'. */
static void check_memory(void)
{
    struct err err = {0};
    const struct net *net = net_find("mobilenetv2", &err);
    struct graph *few = new_net(net, GRAPH_INFER, 27),
                 *many = new_net(net, GRAPH_INFER, 108);

    ok(graph_bytes(many) < 2 * graph_bytes(few),
       "four times the batch, less than twice the memory");
    graph_free(few);
    graph_free(many);
}

int main(void)
{
    static const char *const name[] = {"mobilenetv2", "resnet50", "densenet169",
                                       "vgg16", "vgg19"};

    for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
        struct err err = {0};

        printf("# %s\n", name[i]);
        check_net(net_find(name[i], &err));
    }
    check_memory();
    return tap_done();
}
