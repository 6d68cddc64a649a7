/*
 * test_conv.c - the providers of convolutions against each other
 *
 * conv_blas is held against PyTorch in test_layers; here conv_winograd and
 * conv_bf16, with every kind of product that this processor has, are held
 * against conv_blas: forward, both gradients, borders, accumulation, and the
 * same bits for any number of threads.  Inputs are numbers that bf16 has, so
 * that its products are exact, and so that they can be given in bf16 as well:
 * what is read so gives the same bits, what is written so is rounded.
 */
#include "base/rng.h"
#include "golden/nn_digest.h"
#include "nn/bf16.h"
#include "nn/conv.h"
#include "nn/layers.h"

#include <stdlib.h>
#include <string.h>

#include "nn/winograd.h"

static const struct conv_case {
    int n, h, w, ci, co, pad, act;
    bool bias, add;
    int size, stride;
} shapes[] = {
    {2, 12, 12, 16, 16, PAD_SAME, ACT_NONE, false, false, 3, 1},
    {1, 13, 13, 32, 48, PAD_SAME, ACT_RELU, true, false, 3, 1},
    {5, 7, 9, 48, 32, PAD_SAME, ACT_RELU6, true, true, 3, 1},
    {3, 5, 4, 16, 64, PAD_VALID, ACT_NONE, true, false, 3, 1},
    {1, 3, 3, 64, 16, PAD_VALID, ACT_NONE, false, true, 3, 1},
    {1, 1, 1, 16, 16, PAD_SAME, ACT_RELU, true, false, 3, 1},
    {2, 1, 17, 16, 32, PAD_SAME, ACT_NONE, false, false, 3, 1},
    {6, 33, 31, 128, 32, PAD_SAME, ACT_NONE, false, false, 3, 1},
    {32, 3, 3, 128, 32, PAD_SAME, ACT_NONE, false, false, 3, 1},
    {4, 27, 27, 256, 256, PAD_SAME, ACT_RELU, true, false, 3, 1},
    {1, 41, 43, 16, 144, PAD_SAME, ACT_RELU6, true, false, 3, 1},
    {3, 9, 11, 144, 112, PAD_VALID, ACT_NONE, true, true, 3, 1},
    {1, 6, 6, 192, 176, PAD_SAME, ACT_NONE, false, true, 3, 1},
};

/* Other kernels, channels that are no multiple of 16, and so many positions
 * that there are several tiles, or chunks. */
static const struct conv_case other_shapes[] = {
    {2, 13, 11, 24, 40, PAD_SAME, ACT_RELU6, true, false, 1, 1},
    {3, 13, 11, 24, 40, PAD_SAME, ACT_NONE, false, false, 1, 2},
    {1, 14, 12, 32, 17, PAD_VALID, ACT_RELU, true, true, 1, 2},
    {1, 1, 1, 512, 160, PAD_SAME, ACT_NONE, true, false, 1, 1},
    {32, 28, 28, 96, 24, PAD_SAME, ACT_NONE, false, true, 1, 1},
    {2, 9, 10, 20, 33, PAD_SAME, ACT_NONE, true, true, 5, 1},
    {2, 9, 10, 20, 33, PAD_VALID, ACT_RELU, false, false, 2, 1},
    {3, 4, 5, 16, 16, PAD_SAME, ACT_NONE, false, false, 2, 1},
    {3, 53, 53, 64, 48, PAD_SAME, ACT_RELU, true, false, 1, 1},
    {1, 110, 110, 64, 64, PAD_SAME, ACT_RELU, true, false, 3, 1},
};

static float *draw_values(uint32_t id, size_t n)
{
    float *x = malloc((n + 1) * sizeof(*x));
    struct rng rng;

    rng_init(&rng, 1, RNG_TEST, id, 0);
    for (size_t i = 0; x && i < n; i++)
        x[i] = bf16_to(bf16_of(rng_uniform_in(&rng, -1, 1)));
    return x;
}

struct result {
    float *y, *dx, *dw; /* owned */
    size_t ny, nx, nw;
};

/* Which numbers are of bf16.h, not floats. */
struct in_bf16 {
    bool x, y, dx, dy;
};

static const struct in_bf16 nothing;

/* The n numbers of x as they are given to a provider; x is freed. */
static void *as_given(float *x, size_t n, bool bf16)
{
    uint16_t *to = bf16 ? malloc((n + 1) * sizeof(*to)) : NULL;

    if (!to)
        return x;
    bf16_round(n, x, to);
    free(x);
    return to;
}

/* And as floats again. */
static float *as_floats(void *x, size_t n, bool bf16)
{
    float *to = bf16 ? malloc((n + 1) * sizeof(*to)) : NULL;

    if (!to)
        return x;
    for (size_t i = 0; i < n; i++)
        to[i] = bf16_to(((uint16_t *)x)[i]);
    free(x);
    return to;
}

static struct conv conv_of(const struct conv_case *s,
                           const struct block_kernel *kernel,
                           const struct in_bf16 *in, int threads)
{
    struct conv c = {.n = s->n,
                     .h = s->h,
                     .w = s->w,
                     .ci = s->ci,
                     .co = s->co,
                     .size = s->size,
                     .stride = s->stride,
                     .act = s->act,
                     .x_bf16 = in->x,
                     .y_bf16 = in->y,
                     .dx_bf16 = in->dx,
                     .dy_bf16 = in->dy,
                     .kernel = kernel,
                     .threads = threads};

    c.oh = conv_axis(s->h, s->size, s->stride, s->pad, &c.top);
    c.ow = conv_axis(s->w, s->size, s->stride, s->pad, &c.left);
    return c;
}

/* The arguments of both passes, owned. */
struct arguments {
    void *x, *y, *dx, *dy;
    float *w, *bias, *dw;
};

static void run_passes(const struct conv_provider *by, struct conv *c,
                       const struct conv_case *s, const struct arguments *a)
{
    c->scratch = malloc((by->scratch(c) + 1) * sizeof(float));
    c->ready = malloc(((by->n_ready ? by->n_ready(c) : 0) + 1) * sizeof(float));
    if (by->prepare)
        by->prepare(c, a->w);
    by->forward(c, a->x, a->w, s->bias ? a->bias : NULL, a->y);
    if (by->prepare_back)
        by->prepare_back(c, a->w);
    if (by->backward)
        by->backward(
            c, &(struct conv_back){a->x, a->dy, a->w, a->dw, a->dx, s->add});
    free(c->scratch);
    free(c->ready);
}

static struct result run_in(const struct conv_provider *by,
                            const struct block_kernel *kernel,
                            const struct conv_case *s, int threads,
                            const struct in_bf16 *in)
{
    struct conv c = conv_of(s, kernel, in, threads);
    const size_t nx = (size_t)(s->n * s->h * s->w) * (size_t)s->ci;
    const size_t ny = (size_t)(s->n * c.oh * c.ow) * (size_t)s->co;
    const size_t nw =
        (size_t)(s->size * s->size) * (size_t)s->ci * (size_t)s->co;
    const struct arguments a = {.x = as_given(draw_values(1, nx), nx, in->x),
                                .w = draw_values(2, nw),
                                .bias = draw_values(3, (size_t)s->co),
                                .dy = as_given(draw_values(4, ny), ny, in->dy),
                                .y = as_given(draw_values(5, ny), ny, in->y),
                                .dx = as_given(draw_values(6, nx), nx, in->dx),
                                .dw = draw_values(7, nw)};

    run_passes(by, &c, s, &a);
    free(a.x);
    free(a.w);
    free(a.bias);
    free(a.dy);
    return (struct result){.y = as_floats(a.y, ny, in->y),
                           .dx = as_floats(a.dx, nx, in->dx),
                           .dw = a.dw,
                           .ny = ny,
                           .nx = nx,
                           .nw = nw};
}

static struct result run_provider(const struct conv_provider *by,
                                  const struct block_kernel *bf16,
                                  const struct conv_case *s, int threads)
{
    return run_in(by, bf16, s, threads, &nothing);
}

static void release_result(struct result *r)
{
    free(r->y);
    free(r->dx);
    free(r->dw);
}

static void check_shape(const struct conv_provider *by,
                        const struct block_kernel *bf16,
                        const struct conv_case *s)
{
    struct result a = run_provider(by, bf16, s, 1),
                  b = run_provider(&conv_blas, NULL, s, 1);
    struct result two = run_provider(by, bf16, s, 2);
    char what[128];
    int n = snprintf(what, sizeof(what),
                     "%s: %d x %dx%d, %d to %d: ", bf16 ? bf16->name : by->name,
                     s->n, s->h, s->w, s->ci, s->co);
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

static bool same_floats(const float *a, const float *b, size_t n)
{
    return memcmp(a, b, n * sizeof(*a)) == 0;
}

/* Are the n numbers of a those of b, rounded to bf16 if 'rounded'? */
static bool is_rounded(const float *a, const float *b, size_t n, bool rounded)
{
    size_t i = 0;

    if (!rounded)
        return same_floats(a, b, n);
    while (i < n && bf16_cut(a[i]) == bf16_of(b[i]))
        i++;
    return i == n;
}

/* The same but for what other sums may change before they are rounded. */
static bool is_close(const float *a, const float *b, size_t n)
{
    size_t i = 0;

    while (i < n && fabsf(a[i] - b[i]) <= 0x1p-8f * fabsf(b[i]) + 1e-5f)
        i++;
    return i == n;
}

/* What 'by' makes of numbers in bf16 beside 'want', of the same as floats. */
static void check_in(const struct conv_provider *by,
                     const struct block_kernel *kernel,
                     const struct conv_case *s, const struct in_bf16 *in,
                     const struct result *want)
{
    struct result a = run_in(by, kernel, s, 1, in),
                  two = run_in(by, kernel, s, 2, in);
    char what[160];

    snprintf(what, sizeof(what),
             "%s: %d x %dx%d, %d to %d, %dx%d of stride %d, bf16:%s%s%s%s",
             kernel ? kernel->name : by->name, s->n, s->h, s->w, s->ci, s->co,
             s->size, s->size, s->stride, in->x ? " x" : "", in->y ? " y" : "",
             in->dx ? " dx" : "", in->dy ? " dy" : "");
    ok(by == &conv_blas ? is_close(a.y, want->y, a.ny)
                        : is_rounded(a.y, want->y, a.ny, in->y),
       what);
    ok(is_rounded(a.dx, want->dx, a.nx, in->dx), "  dx is the same, too");
    ok(same_floats(a.dw, want->dw, a.nw), "  and dw");
    ok(same_floats(a.y, two.y, a.ny) && same_floats(a.dx, two.dx, a.nx) &&
           same_floats(a.dw, two.dw, a.nw),
       "  the same bits from two threads");
    release_result(&a);
    release_result(&two);
}

/* All that it can do at once, then y alone, which any provider rounds. */
static void check_numbers(const struct conv_provider *by,
                          const struct block_kernel *kernel,
                          const struct conv_case *s)
{
    const struct in_bf16 all = {.x = by->reads_bf16,
                                .y = true,
                                .dx = by->gives_bf16 && !s->add,
                                .dy = by->reads_bf16};
    struct result want = run_provider(by, kernel, s, 1);

    if (all.x)
        check_in(by, kernel, s, &all, &want);
    check_in(by, kernel, s, &(struct in_bf16){.y = true}, &want);
    release_result(&want);
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

/* So that ranks agree, but for their sums over images. */
static void check_alone(const struct block_kernel *bf16)
{
    const struct conv_case many = {6,        13,   11,    48, 40, PAD_SAME,
                                   ACT_RELU, true, false, 3,  1};
    struct conv_case one = many;
    struct result a = run_provider(&conv_bf16, bf16, &many, 2), b;

    one.n = 1;
    b = run_provider(&conv_bf16, bf16, &one, 2);
    ok(!memcmp(a.y, b.y, b.ny * sizeof(float)) &&
           !memcmp(a.dx, b.dx, b.nx * sizeof(float)),
       "an image has the same bits alone as among others");
    release_result(&a);
    release_result(&b);
}

static void check_bf16(void)
{
    const struct block_kernel *can[BLOCK_KERNELS];
    const int n = block_kernels_bf16(can);

    ok(n >= 1 && can[0] == block_kernel_bf16() &&
           !strcmp(can[n - 1]->name, "plain"),
       "any processor has products in bf16 at least by plain loops");
    for (int k = 0; k < n; k++) {
        check_alone(can[k]);
        for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
            check_shape(&conv_bf16, can[k], &shapes[i]);
        for (size_t i = 0; i < sizeof(other_shapes) / sizeof(shapes[0]); i++)
            check_shape(&conv_bf16, can[k], &other_shapes[i]);
    }
}

static void check_forward(const struct block_kernel *kernel,
                          const struct conv_case *s)
{
    struct result a = run_provider(&conv_panels, kernel, s, 1),
                  two = run_provider(&conv_panels, kernel, s, 2),
                  b = run_provider(&conv_blas, NULL, s, 1);
    char what[128];

    snprintf(what, sizeof(what), "%s: %d x %dx%d, %d to %d within 1e-5",
             kernel->name, s->n, s->h, s->w, s->ci, s->co);
    ok(relative_gap(a.y, b.y, a.ny) < 1e-5, what);
    ok(!memcmp(a.y, two.y, a.ny * sizeof(float)),
       "  the same bits from two threads");
    release_result(&a);
    release_result(&b);
    release_result(&two);
}

static void check_float32(void)
{
    const struct block_kernel *can[BLOCK_KERNELS];
    const int n = block_kernels_float32(can);

    ok(n >= 1 && can[0] == block_kernel_float32(),
       "there are blocks in float32 for this machine");
    for (int k = 0; k < n; k++) {
        for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
            check_forward(can[k], &shapes[i]);
        for (size_t i = 0; i < sizeof(other_shapes) / sizeof(shapes[0]); i++)
            check_forward(can[k], &other_shapes[i]);
    }
}

static const struct conv_case *shape_at(size_t i)
{
    enum { FIRST = sizeof(shapes) / sizeof(shapes[0]) };
    enum { OTHER = sizeof(other_shapes) / sizeof(shapes[0]) };

    if (i < FIRST)
        return &shapes[i];
    return i - FIRST < OTHER ? &other_shapes[i - FIRST] : NULL;
}

/* The largest shapes take too long, and the others have several tiles, too. */
static bool is_quick(const struct conv *c)
{
    enum { MOST = 40 << 20 };
    const size_t pixels = (size_t)c->n * (size_t)c->oh * (size_t)c->ow;
    const size_t taps = (size_t)c->size * (size_t)c->size;

    return pixels * taps * (size_t)c->ci * (size_t)c->co < MOST;
}

static void check_in_memory(void)
{
    const struct block_kernel *can[BLOCK_KERNELS], *blocks[BLOCK_KERNELS];
    const int n = block_kernels_bf16(can), m = block_kernels_float32(blocks);
    const struct conv_case *s;

    for (size_t i = 0; (s = shape_at(i)); i++) {
        const struct conv c = conv_of(s, NULL, &nothing, 1);

        if (!is_quick(&c))
            continue;
        check_numbers(&conv_blas, NULL, s);
        if (conv_winograd_fits(&c))
            check_numbers(&conv_winograd, NULL, s);
        for (int k = 0; k < n; k++)
            check_numbers(&conv_bf16, can[k], s);
        for (int k = 0; k < m; k++)
            check_numbers(&conv_panels, blocks[k], s);
    }
}

/* A convolution of n images, this size and so many channels, by tiles or by
 * vectors. */
static bool is_bf16_of(int n, int size, int channels, bool tiles)
{
    struct block_kernel kernel = *block_kernel_bf16();
    const int pad = size / 2, side = 8;
    const struct conv c = {.n = n,
                           .h = side,
                           .w = side,
                           .ci = channels,
                           .oh = side,
                           .ow = side,
                           .co = channels,
                           .size = size,
                           .stride = 1,
                           .top = pad,
                           .left = pad,
                           .kernel = &kernel,
                           .infers = true,
                           .threads = 1};

    kernel.tiles = tiles;
    return conv_choose(&c) == &conv_bf16;
}

static bool is_bf16(int size, int channels, bool tiles)
{
    return is_bf16_of(2, size, channels, tiles);
}

static void test_bf16_chosen(void)
{
    ok(is_bf16(3, 32, true) && is_bf16(3, 32, false),
       "bf16 takes 3x3 of stride 1");
    ok(is_bf16(3, 256, true) && !is_bf16(3, 256, false),
       "where Winograd saves products, bf16 needs tiles");
    ok(is_bf16_of(1, 3, 256, false),
       "  but for an image alone of a few pixels");
    ok(is_bf16(1, 64, true) && !is_bf16(1, 32, true) && is_bf16(1, 64, false) &&
           !is_bf16(1, 32, false),
       "float32 where few channels have a tap");
}

static void test_bf16_fits(void)
{
    struct conv c = {.size = 3, .stride = 1, .ci = 16, .co = 16, .top = 1};

    ok(!conv_panels_fit(&c), "float32 where nobody asks for bf16");
    c.kernel = block_kernel_bf16();
    ok(conv_panels_fit(&c), "bf16 takes padded convolutions");
    c.top = 1;
    c.stride = 2;
    ok(!conv_panels_fit(&c), "bf16 takes no stride but of one tap");
    c.stride = 1;
    c.ci = 3;
    ok(!conv_panels_fit(&c), "bf16 does not take a few channels");
}

int main(void)
{
    gemm_setup();
    test_multiplies();
    test_bias();
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        check_shape(&conv_winograd, NULL, &shapes[i]);
    check_bf16();
    check_float32();
    check_in_memory();
    test_fits();
    test_bf16_fits();
    test_bf16_chosen();
    return tap_done();
}
