/*
 * test_average.c - the mean of several epochs' weights and its statistics of
 * batch normalisation, held against PyTorch's torch.optim.swa_utils
 */
#include "nn/ema.h"
#include "nn/graph.h"
#include "nn/layers.h"
#include "tap.h"

#include <stdlib.h>

#include "../golden/average_golden.inc"

enum { N = (int)(sizeof(mean_weights) / sizeof(float)) };
enum { N_STATE = (int)(sizeof(mean_state) / sizeof(float)) };
enum { ROW = H * W * C };

static struct graph *make_net(void)
{
    struct graph *g = graph_new(&(struct graph_args){
        .max_batch = IMAGES, .threads = 1, .memory = GRAPH_TRAIN});
    const struct conv_args three = {
        .filters = 3, .size = 3, .pad = PAD_SAME, .bias = true};
    const struct conv_args one = {.filters = 5, .size = 1, .bias = true};
    const struct bn_args bn = {
        .momentum = .9f, .act = ACT_RELU, .act_name = "relu"};
    const struct bn_args bn_1 = {
        .momentum = .9f, .act = ACT_RELU, .act_name = "relu_1"};
    struct node *x = nn_input(g, "input", H, W, C);
    struct err err = {0};

    x = nn_batch_norm(g, nn_conv2d(g, x, "conv", three), "bn", bn);
    x = nn_batch_norm(g, nn_conv2d(g, x, "conv_1", one), "bn_1", bn_1);
    x = nn_global_avg_pool(g, x, "pool");
    nn_dense(g, x, "dense", (struct dense_args){.units = CLASSES});
    if (graph_finish(g, &err) < 0) {
        ok(false, err.text);
        exit(1);
    }
    return g;
}

static double worst_of(const float *is, const float *want, int n)
{
    double worst = 0;

    for (int i = 0; i < n; i++)
        worst = fmax(worst, fabs((double)is[i] - (double)want[i]) /
                                (1 + fabs((double)want[i])));
    return worst;
}

static void feed(struct graph *g, int first, int n)
{
    graph_set_batch(g, n);
    memcpy(graph_input(g), images[first], sizeof(float) * (size_t)(n * ROW));
}

/* One pass in batches, the last of them short. */
static void remake(struct graph *g)
{
    for (int at = 0; at < IMAGES; at += BATCH) {
        const int n = IMAGES - at < BATCH ? IMAGES - at : BATCH;

        feed(g, at, n);
        graph_set_share(g, (double)n / (at + n));
        graph_forward(g, PHASE_TRAIN);
    }
    graph_set_share(g, 0);
}

static void check_swa(struct graph *g)
{
    float *mean = graph_param(g);

    for (int k = 1; k <= EPOCHS; k++)
        ema_step(mean, epoch_weights[k - 1], N, (k - 1.0) / k, 1);
    near(worst_of(mean, mean_weights[0], N), 0, 1e-6,
         "the mean of the weights is AveragedModel's");
    for (int i = 0; i < N_STATE; i++)
        graph_state(g)[i] = 1e6f; /* none of it stays */
    remake(g);
    near(worst_of(graph_state(g), mean_state[0], N_STATE), 0, 1e-5,
         "  and its statistics are those of a pass of PyTorch's");
    feed(g, 0, IMAGES);
    graph_forward(g, PHASE_INFER);
    near(worst_of(graph_output(g)->out.data, mean_logits[0], IMAGES * CLASSES),
         0, 1e-5, "  and so are the logits");
}

/* Without a share the layers' momentum is as it was. */
static void check_momentum(struct graph *g)
{
    float was[N_STATE], batch[N_STATE];
    double worst = 0;

    memcpy(was, graph_state(g), sizeof(was));
    feed(g, 0, BATCH);
    graph_set_share(g, 1);
    graph_forward(g, PHASE_TRAIN);
    memcpy(batch, graph_state(g), sizeof(batch));
    memcpy(graph_state(g), was, sizeof(was));
    graph_set_share(g, 0);
    graph_forward(g, PHASE_TRAIN);
    for (int i = 0; i < N_STATE; i++)
        worst = fmax(worst, fabs((double)graph_state(g)[i] -
                                 .9 * (double)was[i] - .1 * (double)batch[i]));
    near(worst, 0, 1e-6, "with share 0 statistics move by the momentum");
}

int main(void)
{
    struct graph *g = make_net();

    ok(graph_n_param(g) == (size_t)N && graph_n_state(g) == (size_t)N_STATE,
       "a network of PyTorch's shape");
    check_swa(g);
    check_momentum(g);
    graph_free(g);
    return tap_done();
}
