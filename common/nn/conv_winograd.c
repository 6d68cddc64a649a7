/*
 * conv_winograd.c - 3x3 convolutions of stride 1 as 36 small products
 *
 * F(4x4, 3x3): a tile of 4 x 4 outputs reads 6 x 6 inputs d.  With the
 * constant matrices A, B, G,
 *     U = G g G'           of each kernel, 36 matrices ci x co
 *     V = B' d B           of each tile,   36 matrices tiles x ci
 *     M = V U              36 products, a quarter of the direct work
 *     y = A' M A           of each tile
 * and, since all of it is linear, backward is the same read from behind:
 *     Z = A dy A',  dU += V' Z,  dV = Z U',  dx += B dV B',  dg += G' dU G.
 * A group of tiles at a time: the threads share its tiles in the transforms
 * and the 36 products between them, so sums have one order for any number of
 * threads.  The error is some ten times that of the direct sum (about 1e-6).
 * Where there are few channels conv_winograd_few.c makes y instead.
 * Source: Lavin and Gray 2016 (arXiv:1509.09308), section 4.3.
 */

#include <string.h>

#include "nn/winograd.h"

enum {
    GROUP_BYTES = 6 << 20, /* of V and M that a group should fit in */
    GROUP_LEAST = 256,     /* tiles of a group, if there are as many */
};

/* --- one dimension, of backward; more in winograd.h ------------------------*/

/* o = B i, the transpose of winograd_transform_in() */
INLINE void b_out(const vec *i, vec *o, size_t s)
{
    const vec t0 = i[0], t1 = i[s], t2 = i[2 * s], t3 = i[3 * s];
    const vec t4 = i[4 * s], t5 = i[5 * s];
    const vec p = t1 + t2, q = t1 - t2, r = t3 + t4, u = 2.0f * (t3 - t4);

    o[0] = 4.0f * t0;
    o[s] = 4.0f * t5 - 4.0f * q - u;
    o[2 * s] = -5.0f * t0 - 4.0f * p - r;
    o[3 * s] = q + u - 5.0f * t5;
    o[4 * s] = t0 + p + r;
    o[5 * s] = t5;
}

/* o (6) = A i (4), the transpose of winograd_transform_out() */
INLINE void a_in(const vec *i, vec *o, size_t s)
{
    const vec y0 = i[0], y1 = i[s], y2 = i[2 * s], y3 = i[3 * s];
    const vec p = y0 + y2, q = y1 + y3, r = y0 + 4.0f * y2;
    const vec u = 2.0f * y1 + 8.0f * y3;

    o[0] = y0;
    o[s] = p + q;
    o[2 * s] = p - q;
    o[3 * s] = r + u;
    o[4 * s] = r - u;
    o[5 * s] = y3;
}

/* o (3) = G' i (6), the transpose of winograd_transform_kernel() */
INLINE void g_out(const vec *i, vec *o, size_t s)
{
    const vec p = (-1.0f / 6) * (i[s] + i[2 * s]);
    const vec q = (1.0f / 24) * (i[3 * s] + i[4 * s]);

    o[0] = .25f * i[0] + p + q;
    o[s] =
        (-1.0f / 6) * (i[s] - i[2 * s]) + (1.0f / 12) * (i[3 * s] - i[4 * s]);
    o[2 * s] = p + 4.0f * q + i[5 * s];
}

/* --- where all of it lies --------------------------------------------------*/

struct winograd_plan {
    const struct conv *c;
    struct tiling t;
    size_t group;  /* tiles of a group at most */
    float *u, *du; /* (36, ci, co); one if there is one group */
    float *v;      /* (36, group, ci), points point_stride() */
    float *m;      /* (36, group, co), likewise */
    float *zero;   /* as many zeros as there are channels */
};

static size_t max_channels(const struct conv *c)
{
    return (size_t)(c->ci > c->co ? c->ci : c->co);
}

static size_t kernel_len(const struct conv *c)
{
    return (size_t)POINTS * (size_t)c->ci * (size_t)c->co;
}

/* Floats from one point of V, or M, to the next: an odd number of lines of a
 * cache, or many points would share the same ones. */
static size_t point_stride(size_t tiles, size_t channels)
{
    return (tiles * channels / LANES | 1) * LANES;
}

static struct winograd_plan make_plan(const struct conv *c)
{
    struct winograd_plan p = {.c = c, .t = winograd_tiling(c)};
    const size_t bytes =
        POINTS * sizeof(float) * ((size_t)c->ci + (size_t)c->co);
    float *at = c->scratch;

    p.group = GROUP_BYTES / bytes;
    if (p.group < GROUP_LEAST)
        p.group = GROUP_LEAST;
    if (p.group > p.t.tiles)
        p.group = p.t.tiles;
    p.zero = at;
    p.u = c->ready;
    at += max_channels(c);
    p.du = p.group < p.t.tiles ? at : p.u;
    p.v = at += p.group < p.t.tiles ? kernel_len(c) : 0;
    p.m = at + POINTS * point_stride(p.group, (size_t)c->ci);
    return p;
}

static size_t winograd_scratch(const struct conv *c)
{
    const struct winograd_plan p = make_plan(c);
    const size_t n = max_channels(c) +
                     (p.group < p.t.tiles ? kernel_len(c) : 0) +
                     POINTS * (point_stride(p.group, (size_t)c->ci) +
                               point_stride(p.group, (size_t)c->co));
    const size_t few = winograd_few(c) ? winograd_few_scratch(c) : 0;

    return few > n ? few : n;
}

static size_t winograd_ready(const struct conv *c)
{
    return winograd_few(c) ? winograd_few_ready(c) : kernel_len(c);
}

/* --- two dimensions --------------------------------------------------------*/

INLINE void transform_numbers(void *const at[POINTS], bool bf16, size_t c,
                              float *v, size_t step)
{
    for (size_t j = 0; j < c; j += LANES) {
        vec a[POINTS], b[POINTS];

        for (int k = 0; k < POINTS; k++)
            winograd_get(at[k], bf16, j, &a[k]);
        for (int k = 0; k < IN; k++)
            winograd_transform_in(a + k, b + k, IN);
        for (int k = 0; k < IN; k++)
            winograd_transform_in(b + k * IN, a + k * IN, 1);
        for (int k = 0; k < POINTS; k++)
            *VEC_TO(v + (size_t)k * step + j) = a[k];
    }
}

/* v[36][.] = B' d B for 'c' channels; points of v are 'step' floats apart. */
HOT static void transform_in(void *const at[POINTS], bool bf16, size_t c,
                             float *v, size_t step)
{
    if (bf16)
        transform_numbers(at, true, c, v, step);
    else
        transform_numbers(at, false, c, v, step);
}

INLINE void put_numbers(const float *m, size_t step, size_t c,
                        const struct gemm_after *f, void *const at[OUT * OUT],
                        bool bf16)
{
    for (size_t j = 0; j < c; j += LANES) {
        vec a[POINTS];

        for (int k = 0; k < POINTS; k++)
            a[k] = *VEC(m + (size_t)k * step + j);
        winograd_put_outputs(a, f, j, at, bf16);
    }
}

/* y = clip(A' m A + bias) */
HOT static void transform_out(const float *m, size_t step, size_t c,
                              const struct gemm_after *f,
                              void *const at[OUT * OUT], bool bf16)
{
    if (bf16)
        put_numbers(m, step, c, f, at, true);
    else
        put_numbers(m, step, c, f, at, false);
}

INLINE void transform_gradient(void *const at[OUT * OUT], bool bf16, size_t c,
                               float *z, size_t step)
{
    for (size_t j = 0; j < c; j += LANES) {
        vec y[OUT * OUT], b[IN * OUT], a[POINTS];

        for (int k = 0; k < OUT * OUT; k++)
            winograd_get(at[k], bf16, j, &y[k]);
        for (int k = 0; k < OUT; k++)
            a_in(y + k, b + k, OUT);
        for (int k = 0; k < IN; k++)
            a_in(b + k * OUT, a + k * IN, 1);
        for (int k = 0; k < POINTS; k++)
            *VEC_TO(z + (size_t)k * step + j) = a[k];
    }
}

/* z[36][.] = A dy A' */
HOT static void transform_dy(void *const at[OUT * OUT], bool bf16, size_t c,
                             float *z, size_t step)
{
    if (bf16)
        transform_gradient(at, true, c, z, step);
    else
        transform_gradient(at, false, c, z, step);
}

/* dx += B dv B' */
HOT static void transform_dx(const float *dv, size_t step, size_t c,
                             void *const at[POINTS])
{
    for (size_t j = 0; j < c; j += LANES) {
        vec a[POINTS], b[POINTS];

        for (int k = 0; k < POINTS; k++)
            a[k] = *VEC(dv + (size_t)k * step + j);
        for (int k = 0; k < IN; k++)
            b_out(a + k, b + k, IN);
        for (int k = 0; k < IN; k++)
            b_out(b + k * IN, a + k * IN, 1);
        for (int k = 0; k < POINTS; k++)
            *VEC_TO((float *)at[k] + j) += a[k];
    }
}

/* u (36, n) = G g G' for g (9, n) */
HOT static void transform_kernel(const float *g, size_t n, size_t from,
                                 size_t to, float *u)
{
    for (size_t j = from; j < to; j += LANES) {
        vec a[TAPS], b[IN * 3], o[POINTS];

        for (int k = 0; k < TAPS; k++)
            a[k] = *VEC(g + (size_t)k * n + j);
        for (int k = 0; k < 3; k++)
            winograd_transform_kernel(a + k, b + k, 3);
        for (int k = 0; k < IN; k++)
            winograd_transform_kernel(b + k * 3, o + k * IN, 1);
        for (int k = 0; k < POINTS; k++)
            *VEC_TO(u + (size_t)k * n + j) = o[k];
    }
}

/* dg (9, n) += G' du G for du (36, n) */
HOT static void transform_dkernel(const float *du, size_t n, size_t from,
                                  size_t to, float *dg)
{
    for (size_t j = from; j < to; j += LANES) {
        vec a[POINTS], b[3 * IN], o[TAPS];

        for (int k = 0; k < POINTS; k++)
            a[k] = *VEC(du + (size_t)k * n + j);
        for (int k = 0; k < IN; k++)
            g_out(a + k, b + k, IN);
        for (int k = 0; k < 3; k++)
            g_out(b + k * IN, o + k * 3, 1);
        for (int k = 0; k < TAPS; k++)
            *VEC_TO(dg + (size_t)k * n + j) += o[k];
    }
}

/* --- passes ----------------------------------------------------------------*/

enum { KERNEL_PIECES = 16 };

static struct simd_chunks kernel_pieces(const struct conv *c)
{
    const size_t n = (size_t)c->ci * (size_t)c->co / LANES;

    return simd_chunks(n, 64, KERNEL_PIECES);
}

/* U as all passes below read it. */
static void make_u(const struct conv *c, const float *w)
{
    const struct simd_chunks s = kernel_pieces(c);
    const size_t n = (size_t)c->ci * (size_t)c->co;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        transform_kernel(w, n, simd_chunk_begin(&s, i) * LANES,
                         simd_chunk_end(&s, i) * LANES, c->ready);
}

static void add_dg(const struct winograd_plan *p, float *dw)
{
    const struct conv *c = p->c;
    const struct simd_chunks s = kernel_pieces(c);
    const size_t n = (size_t)c->ci * (size_t)c->co;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        transform_dkernel(p->du, n, simd_chunk_begin(&s, i) * LANES,
                          simd_chunk_end(&s, i) * LANES, dw);
}

/* V of tiles [t0, t1). */
static void make_v(const struct winograd_plan *p, const void *x, size_t t0,
                   size_t t1)
{
    const struct conv *c = p->c;
    const size_t ci = (size_t)c->ci;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (size_t t = t0; t < t1; t++) {
        void *at[POINTS];

        winograd_tile_inputs(&p->t, x, c->x_bf16, t, p->zero, at);
        transform_in(at, c->x_bf16, ci, p->v + (t - t0) * ci,
                     point_stride(t1 - t0, ci));
    }
}

/* Z of tiles [t0, t1), in the place of M. */
static void make_z(const struct winograd_plan *p, const void *dy, size_t t0,
                   size_t t1)
{
    const struct conv *c = p->c;
    const size_t co = (size_t)c->co;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (size_t t = t0; t < t1; t++) {
        void *at[OUT * OUT];

        winograd_tile_outputs(&p->t, dy, c->dy_bf16, t, p->zero, at);
        transform_dy(at, c->dy_bf16, co, p->m + (t - t0) * co,
                     point_stride(t1 - t0, co));
    }
}

static void make_m(const struct winograd_plan *p, size_t tiles)
{
    const struct conv *c = p->c;
    const size_t ci = (size_t)c->ci, co = (size_t)c->co;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int k = 0; k < POINTS; k++)
        gemm_one(
            &(struct gemm){.m = (int)tiles,
                           .n = c->co,
                           .k = c->ci,
                           .a = p->v + (size_t)k * point_stride(tiles, ci),
                           .b = p->u + (size_t)k * ci * co,
                           .c = p->m + (size_t)k * point_stride(tiles, co)});
}

static void make_y(const struct winograd_plan *p, const struct gemm_after *f,
                   void *y, size_t t0, size_t t1)
{
    const struct conv *c = p->c;
    const size_t co = (size_t)c->co;

#pragma omp parallel num_threads(c->threads)
    {
        float nowhere[CONV_WINOGRAD_MAX];

#pragma omp for schedule(static)
        for (size_t t = t0; t < t1; t++) {
            void *at[OUT * OUT];

            winograd_tile_outputs(&p->t, y, c->y_bf16, t, nowhere, at);
            transform_out(p->m + (t - t0) * co, point_stride(t1 - t0, co), co,
                          f, at, c->y_bf16);
        }
    }
}

static void winograd_prepare(const struct conv *c, const float *w)
{
    if (winograd_few(c))
        winograd_few_prepare(c, w);
    else
        make_u(c, w);
}

static void winograd_forward(const struct conv *c, const void *x,
                             const float *w, const float *bias, void *y)
{
    const struct winograd_plan p = make_plan(c);
    const struct gemm_after f = conv_after(c, bias);

    (void)w;
    if (winograd_few(c)) {
        winograd_few_forward(c, x, bias, y);
        return;
    }
    memset(p.zero, 0, max_channels(c) * sizeof(float));
    for (size_t t = 0; t < p.t.tiles; t += p.group) {
        const size_t end = t + p.group < p.t.tiles ? t + p.group : p.t.tiles;

        make_v(&p, x, t, end);
        make_m(&p, end - t);
        make_y(&p, &f, y, t, end);
    }
}

/* dU += V' Z, where 'first' tells that there is nothing yet. */
static void add_du(const struct winograd_plan *p, size_t tiles, bool first)
{
    const struct conv *c = p->c;
    const size_t ci = (size_t)c->ci, co = (size_t)c->co;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int k = 0; k < POINTS; k++)
        gemm_one(&(struct gemm){.ta = TRANSPOSED,
                                .m = c->ci,
                                .n = c->co,
                                .k = (int)tiles,
                                .a = p->v + (size_t)k * point_stride(tiles, ci),
                                .b = p->m + (size_t)k * point_stride(tiles, co),
                                .beta = first ? 0.0f : 1.0f,
                                .c = p->du + (size_t)k * ci * co});
}

/* dV = Z U', in the place of V. */
static void make_dv(const struct winograd_plan *p, size_t tiles)
{
    const struct conv *c = p->c;
    const size_t ci = (size_t)c->ci, co = (size_t)c->co;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int k = 0; k < POINTS; k++)
        gemm_one(
            &(struct gemm){.tb = TRANSPOSED,
                           .m = (int)tiles,
                           .n = c->ci,
                           .k = c->co,
                           .a = p->m + (size_t)k * point_stride(tiles, co),
                           .b = p->u + (size_t)k * ci * co,
                           .c = p->v + (size_t)k * point_stride(tiles, ci)});
}

/* Tiles of neighbouring rows overlap: even rows of tiles first, then odd. */
static void add_dx(const struct winograd_plan *p, float *dx, size_t t0,
                   size_t t1)
{
    const struct conv *c = p->c;
    const size_t ci = (size_t)c->ci, cols = (size_t)p->t.cols;
    const size_t row0 = t0 / cols, row1 = (t1 + cols - 1) / cols;

    for (size_t odd = 0; odd < 2; odd++)
#pragma omp parallel for num_threads(c->threads) schedule(static)
        for (size_t r = row0; r < row1; r++) {
            float nowhere[CONV_WINOGRAD_MAX];
            void *at[POINTS];

            if (r % (size_t)p->t.rows % 2 != odd)
                continue;
            for (size_t t = r * cols; t < (r + 1) * cols; t++)
                if (t >= t0 && t < t1) {
                    winograd_tile_inputs(&p->t, dx, false, t, nowhere, at);
                    transform_dx(p->v + (t - t0) * ci,
                                 point_stride(t1 - t0, ci), ci, at);
                }
        }
}

static void winograd_backward(const struct conv *c, const struct conv_back *b)
{
    const struct winograd_plan p = make_plan(c);

    memset(p.zero, 0, max_channels(c) * sizeof(float));
    if (b->dx && !b->add)
        memset(b->dx, 0,
               (size_t)c->n * (size_t)c->h * (size_t)c->w * (size_t)c->ci *
                   sizeof(float));
    for (size_t t = 0; t < p.t.tiles; t += p.group) {
        const size_t end = t + p.group < p.t.tiles ? t + p.group : p.t.tiles;

        make_z(&p, b->dy, t, end);
        if (b->dx) {
            make_dv(&p, end - t);
            add_dx(&p, b->dx, t, end);
        }
        if (b->dw) { /* last: dU may lie where U does */
            make_v(&p, b->x, t, end);
            add_du(&p, end - t, t == 0);
        }
    }
    if (b->dw && p.t.tiles)
        add_dg(&p, b->dw);
}

bool conv_winograd_fits(const struct conv *c)
{
    return c->size == 3 && c->stride == 1 && c->ci % LANES == 0 &&
           c->co % LANES == 0 && max_channels(c) <= CONV_WINOGRAD_MAX;
}

const struct conv_provider conv_winograd = {
    .name = "winograd",
    .reads_bf16 = true,
    .scratch = winograd_scratch,
    .n_ready = winograd_ready,
    .prepare = winograd_prepare,
    .prepare_back = make_u,
    .forward = winograd_forward,
    .backward = winograd_backward,
};
