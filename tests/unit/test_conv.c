/*
 * test_conv.c - the providers of convolutions against each other
 *
 * conv_blas is held against PyTorch in test_layers; here conv_winograd is held
 * against conv_blas: forward, both gradients, borders, accumulation, and the
 * same bits for any number of threads.
 */
#include "base/rng.h"
#include "golden/nn_digest.h"
#include "nn/conv.h"
#include "nn/layers.h"

#include <stdlib.h>

#include "nn/winograd.h"

static const struct conv_case {
    int n, h, w, ci, co, pad, act;
    bool bias, add;
} shapes[] = {
    {2, 12, 12, 16, 16, PAD_SAME, ACT_NONE, false, false},
    {1, 13, 13, 32, 48, PAD_SAME, ACT_RELU, true, false},
    {5, 7, 9, 48, 32, PAD_SAME, ACT_RELU6, true, true},
    {3, 5, 4, 16, 64, PAD_VALID, ACT_NONE, true, false},
    {1, 3, 3, 64, 16, PAD_VALID, ACT_NONE, false, true},
    {1, 1, 1, 16, 16, PAD_SAME, ACT_RELU, true, false},
    {2, 1, 17, 16, 32, PAD_SAME, ACT_NONE, false, false},
    {6, 33, 31, 128, 32, PAD_SAME, ACT_NONE, false, false},
    {32, 3, 3, 128, 32, PAD_SAME, ACT_NONE, false, false},
    {4, 27, 27, 256, 256, PAD_SAME, ACT_RELU, true, false},
    {1, 41, 43, 16, 144, PAD_SAME, ACT_RELU6, true, false},
    {3, 9, 11, 144, 112, PAD_VALID, ACT_NONE, true, true},
    {1, 6, 6, 192, 176, PAD_SAME, ACT_NONE, false, true},
};

static float *draw_values(uint32_t id, size_t n)
{
    float *x = malloc((n + 1) * sizeof(*x));
    struct rng rng;

    rng_init(&rng, 1, RNG_TEST, id, 0);
    for (size_t i = 0; x && i < n; i++)
        x[i] = rng_uniform_in(&rng, -1, 1);
    return x;
}

struct result {
    float *y, *dx, *dw; /* owned */
    size_t ny, nx, nw;
};

static struct result run_provider(const struct conv_provider *by,
                                  const struct conv_case *s, int threads)
{
    struct conv c = {.n = s->n,
                     .h = s->h,
                     .w = s->w,
                     .ci = s->ci,
                     .co = s->co,
                     .size = 3,
                     .stride = 1,
                     .act = s->act,
                     .threads = threads};
    struct result r;
    float *x, *w, *bias, *dy;

    c.oh = conv_axis(s->h, 3, 1, s->pad, &c.top);
    c.ow = conv_axis(s->w, 3, 1, s->pad, &c.left);
    r.nx = (size_t)(s->n * s->h * s->w) * (size_t)s->ci;
    r.ny = (size_t)(s->n * c.oh * c.ow) * (size_t)s->co;
    r.nw = 9 * (size_t)s->ci * (size_t)s->co;
    x = draw_values(1, r.nx);
    w = draw_values(2, r.nw);
    bias = draw_values(3, (size_t)s->co);
    dy = draw_values(4, r.ny);
    r.y = draw_values(5, r.ny);
    r.dx = draw_values(6, r.nx);
    r.dw = draw_values(7, r.nw);
    c.scratch = malloc((by->scratch(&c) + 1) * sizeof(float));
    c.ready = malloc(((by->n_ready ? by->n_ready(&c) : 0) + 1) * sizeof(float));
    if (by->prepare)
        by->prepare(&c, w);
    by->forward(&c, x, w, s->bias ? bias : NULL, r.y);
    if (by->prepare_back)
        by->prepare_back(&c, w);
    by->backward(&c, &(struct conv_back){x, dy, w, r.dw, r.dx, s->add});
    free(c.scratch);
    free(c.ready);
    free(x);
    free(w);
    free(bias);
    free(dy);
    return r;
}

static void release_result(struct result *r)
{
    free(r->y);
    free(r->dx);
    free(r->dw);
}

static void check_shape(const struct conv_case *s)
{
    struct result a = run_provider(&conv_winograd, s, 1),
                  b = run_provider(&conv_blas, s, 1);
    struct result two = run_provider(&conv_winograd, s, 2);
    char what[128];
    int n = snprintf(what, sizeof(what), "%d x %dx%d, %d to %d: ", s->n, s->h,
                     s->w, s->ci, s->co);
    const size_t left = sizeof(what) - (size_t)n;

    snprintf(what + n, left, "forward within 1e-5");
    ok(relative_gap(a.y, b.y, a.ny) < 1e-5, what);
    snprintf(what + n, left, "dx within 1e-5");
    ok(relative_gap(a.dx, b.dx, a.nx) < 1e-5, what);
    snprintf(what + n, left, "dw within 1e-5");
    ok(relative_gap(a.dw, b.dw, a.nw) < 1e-5, what);
    snprintf(what + n, left, "the same bits from two threads");
    ok(!memcmp(a.y, two.y, a.ny * sizeof(float)) &&
           !memcmp(a.dx, two.dx, a.nx * sizeof(float)) &&
           !memcmp(a.dw, two.dw, a.nw * sizeof(float)),
       what);
    release_result(&a);
    release_result(&b);
    release_result(&two);
}

static void test_fits(void)
{
    struct conv c = {.size = 3, .stride = 1, .ci = 16, .co = 32};

    ok(conv_winograd_fits(&c), "3x3 of stride 1 over 16s of channels");
    c.stride = 2;
    ok(!conv_winograd_fits(&c), "Winograd does not take a stride of 2");
    c.stride = 1;
    c.ci = 24;
    ok(!conv_winograd_fits(&c), "Winograd does not take other channels");
    c.ci = 16;
    c.size = 1;
    ok(!conv_winograd_fits(&c) && conv_choose(&c) == &conv_blas,
       "Winograd does not take another size: then products");
}

/* Every product that this processor can make, against sums in double. */
static void test_multiplies(void)
{
    enum { K = 48, R = MULTIPLY_ROWS, N = MULTIPLY_COLUMNS };
    multiply_f *can[MULTIPLIES];
    const int n = winograd_multiplies(can);
    float *a = draw_values(8, K * R), *b = draw_values(9, K * N), c[R * N],
          want[R * N];

    for (size_t i = 0; i < R; i++)
        for (size_t j = 0; j < N; j++) {
            double sum = 0;

            for (size_t k = 0; k < K; k++)
                sum += (double)a[(k / 16 * R + i) * 16 + k % 16] *
                       (double)b[k * N + j];
            want[i * N + j] = (float)sum;
        }
    ok(n >= 1, "there is a product of matrices for this machine");
    for (int i = 0; i < n; i++) {
        can[i](K, a, b, c);
        ok(relative_gap(c, want, R * N) < 1e-6,
           "each product of matrices gives the same");
    }
    free(a);
    free(b);
}

/* Wide enough that columns are cut into pieces, each with its part of 'bias'. */
static void test_bias(void)
{
    enum { M = 2, N = 600, K = 3 };
    static float a[M * K], b[K * N], bias[N], c[M * N], want[M * N];
    const struct gemm_after after = {bias, -INFINITY, INFINITY};
    const struct gemm g = {
        .m = M, .n = N, .k = K, .a = a, .b = b, .c = c, .after = &after};

    for (int i = 0; i < M * K; i++)
        a[i] = (float)(i + 1);
    for (int i = 0; i < K * N; i++)
        b[i] = (float)(i % 7);
    for (int j = 0; j < N; j++)
        bias[j] = (float)j;
    for (int i = 0; i < M * N; i++) {
        want[i] = bias[i % N];
        for (int k = 0; k < K; k++)
            want[i] += a[i / N * K + k] * b[k * N + i % N];
    }
    gemm(&g, 2);
    ok(relative_gap(c, want, (size_t)M * N) < 1e-6,
       "a wide product has the bias of each column");
}

int main(void)
{
    gemm_setup();
    test_multiplies();
    test_bias();
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        check_shape(&shapes[i]);
    test_fits();
    return tap_done();
}
