/*
 * conv_winograd_few.c - Winograd's convolution with few channels
 *
 * With few channels V and M of a group of tiles (see conv_winograd.c) fit in a
 * core's own cache, but a library's products of these shapes take longer to
 * begin and to rearrange their matrices than to multiply.  So one thread does a
 * group from beginning to end, and V and U are written as the products read
 * them:
 *     U  (36, co/32, ci, 32)          a panel of 32 output channels
 *     V  (36, tiles/12, ci/16, 12, 16)
 *     M  (36, co/32, tiles, 32)       of a block of output channels
 * Products are 12 x 32 at once, all of it in registers.  Each sum runs over
 * the input channels in order, whatever the processor and the group.
 */
#include <omp.h>
#include <string.h>

#include "nn/winograd.h"

enum {
    FEW = 1 << 15, /* ci co, at most */
    ROWS = MULTIPLY_ROWS,
    PANEL = MULTIPLY_COLUMNS,
    BLOCK = 64,              /* output channels that M has at once */
    GROUP_BYTES = 400 << 10, /* of V and M */
    APART = 16,              /* floats between points, lest they share the
                                lines of a cache */
};

bool winograd_few(const struct conv *c)
{
    return (size_t)c->ci * (size_t)c->co <= FEW;
}

static size_t count_panels(const struct conv *c)
{
    return ((size_t)c->co + PANEL - 1) / PANEL;
}

size_t winograd_few_ready(const struct conv *c)
{
    return POINTS * count_panels(c) * PANEL * (size_t)c->ci;
}

/* --- products --------------------------------------------------------------*/

typedef float half __attribute__((vector_size(LANES / 2 * sizeof(float)),
                                  aligned(4), may_alias));

#define HALF(p)    ((const half *)(const void *)(p))
#define HALF_TO(p) ((half *)(void *)(p))

/* Half of the rows and half of the columns: all that 16 registers of 8 floats
 * hold. */
INLINE void multiply_quarter(size_t k, const float *a, const float *b, float *c)
{
    enum { SOME = ROWS / 2, WIDTH = LANES / 2 };
    half s[SOME][2] = {{{0}}};

    for (size_t l = 0; l < k; l += LANES, a += ROWS * LANES)
        for (size_t j = 0; j < LANES; j++, b += PANEL) {
            const half b0 = *HALF(b), b1 = *HALF(b + WIDTH);

#pragma GCC unroll 6
            for (size_t i = 0; i < SOME; i++) {
                s[i][0] += a[i * LANES + j] * b0;
                s[i][1] += a[i * LANES + j] * b1;
            }
        }
    for (size_t i = 0; i < SOME; i++) {
        *HALF_TO(c + i * PANEL) = s[i][0];
        *HALF_TO(c + i * PANEL + WIDTH) = s[i][1];
    }
}

INLINE void multiply_quarters(size_t k, const float *a, const float *b,
                              float *c)
{
    for (size_t j = 0; j < PANEL; j += LANES)
        for (size_t i = 0; i < ROWS; i += ROWS / 2)
            multiply_quarter(k, a + i * LANES, b + j, c + i * PANEL + j);
}

static void multiply_plain(size_t k, const float *a, const float *b, float *c)
{
    multiply_quarters(k, a, b, c);
}

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("arch=x86-64-v3"))) static void multiply_avx2(
    size_t k, const float *a, const float *b, float *c)
{
    multiply_quarters(k, a, b, c);
}

__attribute__((target("arch=x86-64-v4"))) static void multiply_avx512(
    size_t k, const float *a, const float *b, float *c)
{
    vec s[ROWS][2] = {{{0}}};

    for (size_t l = 0; l < k; l += LANES, a += ROWS * LANES)
        for (size_t j = 0; j < LANES; j++, b += PANEL) {
            const vec b0 = *VEC(b), b1 = *VEC(b + LANES);

#    pragma GCC unroll 12
            for (size_t i = 0; i < ROWS; i++) {
                s[i][0] += a[i * LANES + j] * b0;
                s[i][1] += a[i * LANES + j] * b1;
            }
        }
    for (size_t i = 0; i < ROWS; i++) {
        *VEC_TO(c + i * PANEL) = s[i][0];
        *VEC_TO(c + i * PANEL + LANES) = s[i][1];
    }
}
#endif

int winograd_multiplies(multiply_f *can[MULTIPLIES])
{
    int n = 0;

#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("x86-64-v4"))
        can[n++] = multiply_avx512;
    if (__builtin_cpu_supports("x86-64-v3"))
        can[n++] = multiply_avx2;
#endif
    can[n++] = multiply_plain;
    return n;
}

/* --- transforms ------------------------------------------------------------*/

/* Of 16 channels: rows of B' d B go to v, points 'step' floats apart. */
INLINE void put_rows(const vec b[POINTS], float *v, size_t step)
{
    for (int i = 0; i < IN; i++) {
        vec o[IN];

        winograd_transform_in(b + i * IN, o, 1);
        for (int k = 0; k < IN; k++)
            *VEC_TO(v + (size_t)(i * IN + k) * step) = o[k];
    }
}

/* V of a tile all of which is inside: pixels are 'c' numbers apart, rows
 * 'row'. */
INLINE void transform_square(const void *x, bool bf16, const size_t row_c[2],
                             float *v, size_t step)
{
    const size_t row = row_c[0], c = row_c[1];

    for (size_t j = 0; j < c; j += LANES, v += ROWS * LANES) {
        vec a[IN], b[POINTS], o[IN];

        for (int k = 0; k < IN; k++) {
            for (int i = 0; i < IN; i++)
                winograd_get(x, bf16, (size_t)i * row + (size_t)k * c + j,
                             &a[i]);
            winograd_transform_in(a, o, 1);
            for (int i = 0; i < IN; i++)
                b[i * IN + k] = o[i];
        }
        put_rows(b, v, step);
    }
}

HOT static void transform_inside(const void *x, bool bf16,
                                 const size_t row_c[2], float *v, size_t step)
{
    if (bf16)
        transform_square(x, true, row_c, v, step);
    else
        transform_square(x, false, row_c, v, step);
}

/* V of any tile. */
HOT static void transform_border(void *const at[POINTS], bool bf16, size_t c,
                                 float *v, size_t step)
{
    for (size_t j = 0; j < c; j += LANES, v += ROWS * LANES) {
        vec a[POINTS], b[POINTS];

        for (int k = 0; k < POINTS; k++)
            winograd_get(at[k], bf16, j, &a[k]);
        for (int k = 0; k < IN; k++)
            winograd_transform_in(a + k, b + k, IN);
        put_rows(b, v, step);
    }
}

INLINE void put_numbers(const float *m, const size_t step[2], size_t c,
                        const struct gemm_after *f, void *const at[OUT * OUT],
                        bool bf16)
{
    for (size_t j = 0; j < c; j += LANES) {
        const float *from = m + j / PANEL * step[1] + j % PANEL;
        vec a[POINTS];

        for (int k = 0; k < POINTS; k++)
            a[k] = *VEC(from + (size_t)k * step[0]);
        winograd_put_outputs(a, f, j, at, bf16);
    }
}

/* y = clip(A' m A + bias) */
HOT static void transform_out(const float *m, const size_t step[2], size_t c,
                              const struct gemm_after *f,
                              void *const at[OUT * OUT], bool bf16)
{
    if (bf16)
        put_numbers(m, step, c, f, at, true);
    else
        put_numbers(m, step, c, f, at, false);
}

/* U = G g G' of 16 kernels, 'step' floats between points. */
HOT static void transform_kernel(const vec g[TAPS], float *u, size_t step)
{
    vec b[IN * 3], o[IN];

    for (int k = 0; k < 3; k++)
        winograd_transform_kernel(g + k, b + k, 3);
    for (int i = 0; i < IN; i++) {
        winograd_transform_kernel(b + i * 3, o, 1);
        for (int k = 0; k < IN; k++)
            *VEC_TO(u + (size_t)(i * IN + k) * step) = o[k];
    }
}

/* --- passes ----------------------------------------------------------------*/

void winograd_few_prepare(const struct conv *c, const float *w)
{
    const size_t ci = (size_t)c->ci, co = (size_t)c->co;
    const size_t step = winograd_few_ready(c) / POINTS;

    if (co % PANEL) /* half of the last panel stays empty */
        memset(c->ready, 0, POINTS * step * sizeof(float));
#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (size_t i = 0; i < ci; i++)
        for (size_t j = 0; j < co; j += LANES) {
            vec g[TAPS];

            for (size_t k = 0; k < TAPS; k++)
                g[k] = *VEC(w + (k * ci + i) * co + j);
            transform_kernel(
                g, c->ready + (j / PANEL * ci + i) * PANEL + j % PANEL, step);
        }
}

/* What does not change between groups. */
struct few {
    struct tiling t;
    size_t group;          /* tiles of a group, whole products */
    size_t v_step, m_step; /* floats between points */
    multiply_f *multiply;
    const void *x;
    const float *u;
    float *zero; /* as many as there are input channels */
    struct gemm_after after;
    void *y;
};

/* Tiles of a group at most. */
static size_t most_tiles(const struct conv *c)
{
    const size_t bytes = POINTS * ((size_t)c->ci + BLOCK) * sizeof(float);
    const size_t n = GROUP_BYTES / bytes / ROWS * ROWS;

    return n < ROWS ? ROWS : n;
}

static size_t v_len(const struct conv *c, size_t group)
{
    return POINTS * (group * (size_t)c->ci + APART);
}

static size_t m_len(size_t group)
{
    return POINTS * (group * BLOCK + APART);
}

/* As many groups as there are threads, or a multiple, if one would not do. */
static size_t even_group(const struct conv *c, size_t tiles)
{
    const size_t most = most_tiles(c), threads = (size_t)c->threads;
    size_t n = (tiles + most - 1) / most;

    n = (n + threads - 1) / threads * threads;
    return n ? ((tiles + n - 1) / n + ROWS - 1) / ROWS * ROWS : ROWS;
}

static size_t zero_len(const struct conv *c)
{
    return (size_t)c->ci;
}

size_t winograd_few_scratch(const struct conv *c)
{
    const size_t most = most_tiles(c);

    return zero_len(c) + (size_t)c->threads * (v_len(c, most) + m_len(most));
}

static void make_v(const struct few *w, size_t t, float *v)
{
    const struct conv *c = w->t.c;
    const struct tile i = winograd_tile_at(&w->t, t);
    const int y = i.y - c->top, x = i.x - c->left;
    const size_t ci = (size_t)c->ci, row = (size_t)c->w * ci;
    void *at[POINTS];

    if (y >= 0 && x >= 0 && y + IN <= c->h && x + IN <= c->w) {
        const size_t first =
            (i.image * (size_t)c->h + (size_t)y) * row + (size_t)x * ci;

        transform_inside((const char *)w->x +
                             first * bf16_or_float_bytes(c->x_bf16),
                         c->x_bf16, (size_t[]){row, ci}, v, w->v_step);
        return;
    }
    winograd_tile_inputs(&w->t, w->x, c->x_bf16, t, w->zero, at);
    transform_border(at, c->x_bf16, ci, v, w->v_step);
}

/* Products of 'n' tiles with panels [p0, p1). */
static void make_m(const struct few *w, size_t n, const size_t p[2],
                   const float *v, float *m)
{
    const size_t ci = (size_t)w->t.c->ci, all = count_panels(w->t.c);

    for (size_t k = 0; k < POINTS; k++)
        for (size_t q = p[0]; q < p[1]; q++)
            for (size_t t = 0; t < n; t += ROWS)
                w->multiply(ci, v + k * w->v_step + t * ci,
                            w->u + (k * all + q) * ci * PANEL,
                            m + k * w->m_step +
                                ((q - p[0]) * w->group + t) * PANEL);
}

/* Outputs of 'n' tiles from 't0' on, in 'co' channels from 'j' on. */
static void make_y(const struct few *w, const size_t t0_n[2],
                   const size_t j_co[2], const float *m, float *nowhere)
{
    const bool bf16 = w->t.c->y_bf16;
    struct gemm_after after = w->after;

    if (after.bias)
        after.bias += j_co[0];
    for (size_t i = 0; i < t0_n[1]; i++) {
        void *at[OUT * OUT];

        winograd_tile_outputs(
            &w->t, (char *)w->y + j_co[0] * bf16_or_float_bytes(bf16), bf16,
            t0_n[0] + i, nowhere, at);
        transform_out(m + i * PANEL, (size_t[]){w->m_step, w->group * PANEL},
                      j_co[1], &after, at, bf16);
    }
}

static void do_group(const struct few *w, size_t t0, float *v)
{
    enum { STEP = BLOCK / PANEL };
    const struct conv *c = w->t.c;
    const size_t ci = (size_t)c->ci, co = (size_t)c->co, all = count_panels(c);
    const size_t left = w->t.tiles - t0, n = left < w->group ? left : w->group;
    float *m = v + v_len(c, w->group), nowhere[BLOCK] = {0};

    for (size_t i = 0; i < n; i++)
        make_v(w, t0 + i, v + i / ROWS * ROWS * ci + i % ROWS * LANES);
    for (size_t q = 0; q < all; q += STEP) {
        const size_t end = q + STEP < all ? q + STEP : all;
        const size_t j = q * PANEL, j1 = end * PANEL < co ? end * PANEL : co;

        make_m(w, n, (size_t[]){q, end}, v, m);
        make_y(w, (size_t[]){t0, n}, (size_t[]){j, j1 - j}, m, nowhere);
    }
}

void winograd_few_forward(const struct conv *c, const void *x,
                          const float *bias, void *y)
{
    multiply_f *can[MULTIPLIES];
    struct few w = {.t = winograd_tiling(c),
                    .x = x,
                    .u = c->ready,
                    .zero = c->scratch,
                    .after = conv_after(c, bias),
                    .y = y};

    winograd_multiplies(can);
    w.multiply = can[0];
    w.group = even_group(c, w.t.tiles);
    w.v_step = w.group * (size_t)c->ci + APART;
    w.m_step = w.group * BLOCK + APART;
    memset(c->scratch, 0, zero_len(c) * sizeof(float));
#pragma omp parallel for num_threads(c->threads) schedule(static, 1)
    for (size_t t = 0; t < w.t.tiles; t += w.group)
        do_group(&w, t,
                 c->scratch + zero_len(c) +
                     (size_t)omp_get_thread_num() *
                         (v_len(c, w.group) + m_len(w.group)));
}
