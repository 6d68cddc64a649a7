/*
 * test_init.c - moments, bounds and streams of the initial weights
 *
 * The moments wanted are those of the distributions, by formula; with so many
 * draws the estimates lie within the tolerances by more than four of their
 * standard deviations.
 */
#include "nn/graph.h"
#include "nn/init.h"
#include "nn/layers.h"
#include "tap.h"

#include <stdlib.h>

enum { MANY = 400000 };

struct moments {
    double mean, deviation, kurtosis, largest, inner;
};

/* 'inner' is the share of draws below half of the largest. */
static struct moments moments_of(const float *w, size_t n)
{
    struct moments m = {0};
    double m2 = 0, m4 = 0;

    for (size_t i = 0; i < n; i++) {
        m.mean += (double)w[i] / (double)n;
        m.largest = fmax(m.largest, fabs((double)w[i]));
    }
    for (size_t i = 0; i < n; i++) {
        const double d = (double)w[i] - m.mean, d2 = d * d;

        m2 += d2 / (double)n;
        m4 += d2 * d2 / (double)n;
        m.inner += fabs((double)w[i]) < m.largest / 2 ? 1.0 / (double)n : 0.0;
    }
    m.deviation = sqrt(m2);
    m.kurtosis = m4 / (m2 * m2);
    return m;
}

static float *draw_weights(enum init init, uint32_t stream, struct fans fans)
{
    float *w = malloc(MANY * sizeof(*w));
    struct rng rng;

    if (!w)
        abort();
    rng_init(&rng, 1, RNG_INIT, stream, 0);
    init_kernel(init, &rng, fans, w, MANY);
    return w;
}

static void check_glorot(void)
{
    const double limit = sqrt(6.0 / (300 + 100));
    float *w = draw_weights(INIT_GLOROT_UNIFORM, 1, (struct fans){300, 100});
    const struct moments m = moments_of(w, MANY);

    near(m.mean / limit, 0, 0.005, "glorot: the mean is 0");
    near(m.deviation / limit, 1 / sqrt(3), 0.002, "glorot: the deviation");
    near(m.kurtosis, 1.8, 0.01, "glorot: the fourth moment is a uniform one's");
    near(m.largest / limit, 1, 1e-4, "glorot: the limit is reached");
    ok(m.largest <= limit * (1 + 1e-6), "glorot: and not exceeded");
    near(m.inner, 0.5, 0.005, "glorot: half of them lie in the inner half");
    free(w);
}

static void check_he(void)
{
    const double want = sqrt(2.0 / 300), edge = 2 / 0.87962566103423978;
    const double phi = exp(-2.0) / sqrt(2 * 3.14159265358979323846);
    const double mass = erf(sqrt(2.0)), v = 1 - 4 * phi / mass;
    float *w = draw_weights(INIT_HE_NORMAL, 1, (struct fans){300, 100});
    const struct moments m = moments_of(w, MANY);

    near(sqrt(v), 0.87962566103423978, 1e-14, "the constant is the deviation");
    near(m.mean / want, 0, 0.008, "he: the mean is 0");
    near(m.deviation / want, 1, 0.004, "he: the deviation is sqrt(2 / fan_in)");
    near(m.kurtosis, (3 * v - 16 * phi / mass) / (v * v), 0.02,
         "he: the fourth moment is a cut normal's");
    near(m.largest / want, edge, 1e-4, "he: cut at two deviations");
    ok(m.largest <= want * edge * (1 + 1e-6), "he: nothing is beyond");
    near(m.inner, erf(sqrt(0.5)) / mass, 0.005,
         "he: within one deviation as many as there should be");
    free(w);
}

static void check_streams(void)
{
    static const enum init all[] = {INIT_GLOROT_UNIFORM, INIT_HE_NORMAL};

    for (int i = 0; i < 2; i++) {
        const struct fans fans = {9, 27}, other = {18, 27};
        float *a = draw_weights(all[i], 1, fans),
              *b = draw_weights(all[i], 1, fans);
        float *c = draw_weights(all[i], 2, fans),
              *d = draw_weights(all[i], 1, other);
        const size_t size = MANY * sizeof(*a);

        ok(!memcmp(a, b, size), "the same stream, the same weights");
        ok(memcmp(a, c, size) != 0, "another stream, other weights");
        ok(memcmp(a, d, size) != 0, "another fan_in, other weights");
        free(a);
        free(b);
        free(c);
        free(d);
    }
}

/* What layers ask for, and that they give their own fans. */
static void check_layers(void)
{
    struct graph *g = graph_new(&(struct graph_args){.max_batch = 1});
    struct node *x = nn_input(g, "x", 8, 8, 48);
    struct err err = {0};
    struct moments m;

    x = nn_conv2d(
        g, x, "c",
        (struct conv_args){
            .filters = 256, .size = 3, .bias = true, .init = INIT_HE_NORMAL});
    x = nn_conv2d(g, x, "e", (struct conv_args){.filters = 256, .size = 3});
    x = nn_global_avg_pool(g, x, "g");
    nn_dense(g, x, "d",
             (struct dense_args){.units = 300, .init = INIT_HE_NORMAL});
    nn_dense(g, x, "f", (struct dense_args){.units = 300});
    ok(graph_finish(g, &err) == 0, "a network with kernels of all kinds");
    m = moments_of(graph_node(g, "c")->param, 9 * 48 * 256);
    near(m.deviation / sqrt(2.0 / (9 * 48)), 1, 0.01,
         "a convolution by he normal");
    near(m.largest / m.deviation, 2 / 0.87962566, 0.01,
         "  cut off at two deviations");
    ok(graph_node(g, "c")->param[9 * 48 * 256] == 0.0f, "  its bias is 0");
    m = moments_of(graph_node(g, "e")->param, 9 * 256 * 256);
    near(m.largest / sqrt(6.0 / (9 * 512)), 1, 1e-3,
         "a convolution that says nothing is glorot uniform");
    m = moments_of(graph_node(g, "d")->param, 256 * 300);
    near(m.deviation / sqrt(2.0 / 256), 1, 0.01, "a dense layer by he normal");
    m = moments_of(graph_node(g, "f")->param, 256 * 300);
    near(m.largest / sqrt(6.0 / 556), 1, 1e-3,
         "a dense layer that says nothing is glorot uniform");
    graph_free(g);
}

int main(void)
{
    check_glorot();
    check_he();
    check_streams();
    check_layers();
    return tap_done();
}
