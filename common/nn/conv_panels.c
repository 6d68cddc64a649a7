/*
 * conv_panels.c - convolution by blocks of products
 *
 *     Y  = sum over taps of  X(p + distance) W          a panel of 32 channels
 *     dX = the same of dY with W turned round and transposed
 *
 * of the positions p of conv_positions.h.  x, y and their gradients may be bf16
 * in memory.  What is multiplied is copied here, in bf16 rounded, some positions
 * at a time, so that it lies in a core's own cache; or read where it lies, if
 * its numbers are of the right kind and have no zeros between them.
 */
#include "nn/bf16.h"
#include "nn/conv_panels_private.h"
#include "nn/conv_positions.h"
#include "nn/layers.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "nn/simd.h"

enum {
    B = BLOCK_SIDE,
    LEAST_CHANNELS = 16,    /* with fewer most of a product would be zeros */
    MAX_TAPS = 225,         /* of layers.h's largest kernel */
    TILE_BYTES = 512 << 10, /* of rounded x that a thread has at once */
    LEAST_TILE = 2 * B,     /* positions of it */
    LINE = 64,              /* bytes of a line of a cache */
};

/* --- Y, and dX -------------------------------------------------------------*/

struct products {
    struct conv_positions m;
    int threads;
    bool x_bf16, y_bf16;
    const void *x;
    const char *panels;
    const struct gemm_after *after; /* NULL: nothing */
    bool add;                       /* to y */
    void *y;
    char *scratch;
    const struct block_kernel *by;
};

static size_t most_positions(const struct conv_positions *m, size_t bytes)
{
    const size_t all = conv_positions_round_up(conv_positions_count(m), B);
    const size_t n = TILE_BYTES / bytes / m->depth / B * B;

    return all < LEAST_TILE ? all
           : n < LEAST_TILE ? LEAST_TILE
           : n < all        ? n
                            : all;
}

/* Bytes of a thread's scratch. */
static size_t tile_bytes(const struct conv_positions *m, size_t bytes)
{
    const size_t n = most_positions(m, bytes) + conv_positions_reach(m);

    return conv_positions_round_up(n * m->depth * bytes, LINE);
}

/* Positions are the pixels as they are, and whole blocks, behind whose rows a
 * product in bf16 reads. */
static bool is_in_place(const struct products *d, size_t positions)
{
    return d->by->bytes == bf16_or_float_bytes(d->x_bf16) && d->m.size == 1 &&
           d->m.in.step == 1 && d->m.depth == (size_t)d->m.in.c &&
           (d->by->bytes == sizeof(float) || positions % B == 0);
}

/* rows = x of positions [from, to). */
static void copy_positions(const struct products *d, size_t from, size_t to,
                           char *rows)
{
    const struct conv_positions *m = &d->m;
    const size_t c = (size_t)m->in.c, bytes = d->by->bytes;
    const size_t x_bytes = bf16_or_float_bytes(d->x_bf16);
    struct conv_place p = conv_positions_place(m, from);

    for (; from < to; from++, rows += m->depth * bytes) {
        const size_t pixel = conv_positions_input(m, &p);
        const size_t n = pixel == CONV_NOWHERE ? 0 : c;
        const char *x = (const char *)d->x + (n ? pixel : 0) * x_bytes;

        if (bytes == x_bytes)
            memcpy(rows, x, n * bytes);
        else
            bf16_round(n, (const void *)x, (uint16_t *)(void *)rows);
        memset(rows + n * bytes, 0, (m->depth - n) * bytes);
        conv_positions_next(m, &p);
    }
}

INLINE void put_row(const struct block_rows *r, size_t columns,
                    const float *restrict block, const float *restrict bias,
                    float *restrict y)
{
    const float lo = r->f ? r->f->lo : -INFINITY;
    const float hi = r->f ? r->f->hi : INFINITY;

    for (size_t j = 0; j < columns; j++) {
        const float v = (r->add ? y[j] : bias[j]) + block[j];
        const float w = lo > v ? lo : v;

        y[j] = hi < w ? hi : w;
    }
}

INLINE void put_rounded(const struct block_rows *r, size_t columns,
                        const float *restrict block, const float *restrict bias,
                        uint16_t *restrict y)
{
    const float lo = r->f ? r->f->lo : -INFINITY;
    const float hi = r->f ? r->f->hi : INFINITY;

    for (size_t j = 0; j < columns; j++) {
        const float v = bias[j] + block[j], w = lo > v ? lo : v;

        y[j] = bf16_of(hi < w ? hi : w);
    }
}

HOT void conv_panels_put(const struct block_rows *r)
{
    float bias[B] = {0};

    if (r->f && r->f->bias)
        memcpy(bias, r->f->bias, r->columns * sizeof(*bias));
    for (int i = 0; i < r->n; i++) {
        const float *block = r->block + (size_t)i * B;

        if (r->to[i] && r->bf16)
            put_rounded(r, r->columns, block, bias, r->to[i]);
        else if (r->to[i] && r->columns == B)
            put_row(r, B, block, bias, r->to[i]);
        else if (r->to[i])
            put_row(r, r->columns, block, bias, r->to[i]);
    }
}

/* Columns of panel 'q' of outputs at positions [from, from + n). */
static void put_block(const struct products *d, size_t from, int n, size_t q,
                      const float *block)
{
    const size_t left = (size_t)d->m.out.c - q * B;
    const size_t bytes = bf16_or_float_bytes(d->y_bf16);
    struct conv_place p = conv_positions_place(&d->m, from);
    struct gemm_after f = {0};
    void *to[B];

    for (int i = 0; i < n; i++, conv_positions_next(&d->m, &p)) {
        const size_t pixel = conv_positions_output(&d->m, &p);

        to[i] = pixel == CONV_NOWHERE ? NULL
                                      : (char *)d->y + (pixel + q * B) * bytes;
    }
    if (d->after) {
        f = *d->after;
        f.bias = f.bias ? f.bias + q * B : NULL;
    }
    conv_panels_put(&(struct block_rows){.n = n,
                                         .columns = left < B ? left : B,
                                         .block = block,
                                         .f = d->after ? &f : NULL,
                                         .add = d->add,
                                         .bf16 = d->y_bf16,
                                         .to = to});
}

/* Outputs at positions [at[0], at[1]) of panels [panel[0], panel[1]), whose
 * inputs are rows. */
static void multiply_rows(const struct products *d, const size_t at[2],
                          const size_t panel[2], const char *rows)
{
    const struct conv_positions *m = &d->m;
    const size_t bytes = d->by->bytes;
    float block[B * B];
    size_t tap[MAX_TAPS];

    for (size_t t = 0; t < conv_positions_taps(m); t++)
        tap[t] = conv_positions_distance(m, t) * m->depth;
    for (size_t q = panel[0]; q < panel[1]; q++)
        for (size_t p = at[0]; p < at[1]; p += B) {
            const int n = (int)(at[1] - p < B ? at[1] - p : B);

            d->by->multiply(
                &(struct block_product){
                    .a = rows + (p - at[0]) * m->depth * bytes,
                    .lda = m->depth,
                    .tap = tap,
                    .n_tap = (int)conv_positions_taps(m),
                    .k = m->depth,
                    .b = d->panels + q * conv_positions_panel_len(m) * bytes,
                    .rows = n},
                block);
            put_block(d, p, n, q, block);
        }
}

static void multiply_tile(const struct products *d, const size_t at[2],
                          const size_t panel[2])
{
    const struct conv_positions *m = &d->m;
    char *rows =
        d->scratch + (size_t)omp_get_thread_num() * tile_bytes(m, d->by->bytes);

    if (is_in_place(d, at[1] - at[0])) {
        multiply_rows(d, at, panel,
                      (const char *)d->x + at[0] * m->depth * d->by->bytes);
        return;
    }
    copy_positions(d, at[0], at[1] + conv_positions_reach(m), rows);
    multiply_rows(d, at, panel, rows);
}

/*
 * Threads share out positions, or panels where the weights are more than x is:
 * no sum is divided, so that the bits are the same.
 */
static void multiply_all(const struct products *d)
{
    const struct conv_positions *m = &d->m;
    const size_t n = conv_positions_count(m), panels = conv_positions_panels(m);
    const bool by_panels = n * m->depth < panels * conv_positions_panel_len(m);
    const size_t share = (n + (size_t)d->threads - 1) / (size_t)d->threads;
    size_t step = most_positions(m, d->by->bytes);
    struct simd_chunks at, q;

    if (n == 0)
        return;
    if (!by_panels && share < step)
        step = share;
    at = simd_chunks(n, conv_positions_round_up(step, B), n);
    q = simd_chunks(panels, 1, by_panels ? (size_t)d->threads : 1);
#pragma omp parallel num_threads(d->threads)
    {
        d->by->begin();
#pragma omp for collapse(2) schedule(static)
        for (int i = 0; i < at.pieces; i++)
            for (int j = 0; j < q.pieces; j++)
                multiply_tile(
                    d,
                    (size_t[]){simd_chunk_begin(&at, i),
                               simd_chunk_end(&at, i)},
                    (size_t[]){simd_chunk_begin(&q, j), simd_chunk_end(&q, j)});
        d->by->end();
    }
}

/* --- the provider ----------------------------------------------------------*/

/* Of 'k' input and 'j' output channels: w of tap t is at t taps + k down + j
 * across. */
struct kernel {
    const float *w;
    bool turned; /* taps come in reverse order */
    size_t k, j, down, across;
};

/* Both rows of a pair, of at most 16 columns. */
static void pack_pair(const struct kernel *f, const float *w, size_t k,
                      size_t n, uint16_t *to)
{
    static const float none[B] = {0};
    const float *even = w + k * f->down;

    if (f->across == 1) {
        bf16_interleave(n, even, k + 1 < f->k ? even + f->down : none, to);
        return;
    }
    for (size_t j = 0; j < n; j++, even += f->across, to += 2) {
        to[0] = bf16_of(even[0]);
        to[1] = k + 1 < f->k ? bf16_of(even[f->down]) : 0;
    }
}

static void pack_pairs(const struct conv_positions *m, const struct kernel *f,
                       size_t q, uint16_t *panel)
{
    enum { HALF = B / 2 };
    const size_t taps = conv_positions_taps(m);
    const size_t end = f->j < q * B + B ? f->j : q * B + B;

    memset(panel, 0, conv_positions_panel_len(m) * sizeof(*panel));
    for (size_t t = 0; t < taps; t++, panel += m->depth * B) {
        const float *w = f->w + (f->turned ? taps - 1 - t : t) * f->k * f->j;

        for (size_t j = q * B; j < end; j += HALF)
            for (size_t k = 0; k < f->k; k += 2)
                pack_pair(f, w + j * f->across, k,
                          end - j < HALF ? end - j : HALF,
                          panel + block_pair_at(k, j - q * B));
    }
}

/* In float32 as it lies: there is no backward. */
static void pack_rows(const struct conv_positions *m, const struct kernel *f,
                      size_t q, float *panel)
{
    const size_t rows = conv_positions_taps(m) * f->k;
    const size_t n = f->j - q * B < B ? f->j - q * B : B;

    memset(panel, 0, conv_positions_panel_len(m) * sizeof(*panel));
    for (size_t k = 0; k < rows; k++)
        memcpy(panel + block_row_at(k, 0), f->w + k * f->down + q * B,
               n * sizeof(*panel));
}

static void pack_panels(const struct conv *c, const struct conv_positions *m,
                        const struct kernel *f)
{
    const size_t len = conv_positions_panel_len(m);

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (size_t q = 0; q < conv_positions_panels(m); q++)
        if (c->kernel->bytes == sizeof(float))
            pack_rows(m, f, q, c->ready + q * len);
        else
            pack_pairs(m, f, q, (uint16_t *)(void *)c->ready + q * len);
}

static void panels_prepare(const struct conv *c, const float *w)
{
    const struct conv_positions m = conv_positions_forward(c);
    const size_t k = (size_t)c->ci, j = (size_t)c->co;

    pack_panels(c, &m, &(struct kernel){w, false, k, j, j, 1});
}

static void panels_prepare_back(const struct conv *c, const float *w)
{
    const struct conv_positions m = conv_positions_backward(c);
    const size_t k = (size_t)c->co, j = (size_t)c->ci;

    pack_panels(c, &m, &(struct kernel){w, true, k, j, 1, k});
}

static void panels_forward(const struct conv *c, const void *x, const float *w,
                           const float *bias, void *y)
{
    const struct gemm_after after = conv_after(c, bias);

    (void)w;
    multiply_all(
        &(struct products){.m = conv_positions_forward(c),
                           .threads = c->threads,
                           .x_bf16 = c->x_bf16,
                           .y_bf16 = c->y_bf16,
                           .x = x,
                           .panels = (const char *)c->ready,
                           .after = bias || c->act != ACT_NONE ? &after : NULL,
                           .y = y,
                           .scratch = (char *)c->scratch,
                           .by = c->kernel});
}

static void panels_backward(const struct conv *c, const struct conv_back *b)
{
    const size_t dx = (size_t)c->n * (size_t)c->h * (size_t)c->w *
                      (size_t)c->ci * bf16_or_float_bytes(c->dx_bf16);

    if (b->dw)
        conv_panels_gradient(c, b->x, b->dy, b->dw);
    if (!b->dx)
        return;
    if (c->stride > 1 && !b->add)
        memset(b->dx, 0, dx);
    multiply_all(&(struct products){.m = conv_positions_backward(c),
                                    .threads = c->threads,
                                    .x_bf16 = c->dy_bf16,
                                    .y_bf16 = c->dx_bf16,
                                    .x = b->dy,
                                    .panels = (const char *)c->ready,
                                    .add = b->add,
                                    .y = b->dx,
                                    .scratch = (char *)c->scratch,
                                    .by = c->kernel});
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t forward_scratch(const struct conv *c)
{
    const struct conv_positions y = conv_positions_forward(c);

    return (size_t)c->threads * tile_bytes(&y, c->kernel->bytes) /
           sizeof(float);
}

static size_t bf16_scratch(const struct conv *c)
{
    const struct conv_positions dx = conv_positions_backward(c);

    return larger(larger(forward_scratch(c),
                         (size_t)c->threads *
                             tile_bytes(&dx, c->kernel->bytes) / sizeof(float)),
                  conv_panels_gradient_scratch(c));
}

/* Floats that have room for all panels. */
static size_t count_ready(const struct conv *c, const struct conv_positions *m)
{
    return conv_positions_panels(m) * conv_positions_panel_len(m) *
           c->kernel->bytes / sizeof(float);
}

static size_t forward_ready(const struct conv *c)
{
    const struct conv_positions y = conv_positions_forward(c);

    return count_ready(c, &y);
}

static size_t bf16_ready(const struct conv *c)
{
    const struct conv_positions dx = conv_positions_backward(c);

    return larger(forward_ready(c), count_ready(c, &dx));
}

bool conv_panels_fit(const struct conv *c)
{
    const bool one = c->size == 1 && c->top == 0 && c->left == 0;
    const bool many = c->stride == 1 && c->top < c->size && c->left < c->size;

    return c->kernel && c->ci >= LEAST_CHANNELS && c->co >= LEAST_CHANNELS &&
           (one || many);
}

const struct conv_provider conv_bf16 = {.name = "bf16",
                                        .reads_bf16 = true,
                                        .gives_bf16 = true,
                                        .scratch = bf16_scratch,
                                        .n_ready = bf16_ready,
                                        .prepare = panels_prepare,
                                        .prepare_back = panels_prepare_back,
                                        .forward = panels_forward,
                                        .backward = panels_backward};

const struct conv_provider conv_panels = {.name = "panels",
                                          .scratch = forward_scratch,
                                          .n_ready = forward_ready,
                                          .prepare = panels_prepare,
                                          .forward = panels_forward};
