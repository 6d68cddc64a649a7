/*
 * conv_bf16.c - convolution with products in bf16
 *
 *     Y  = sum over taps of  X(p + distance) W          a panel of 32 channels
 *     dX = the same of dY with W turned round and transposed
 *
 * of the positions p of bf16_map.h.  x, y and gradients are float32 in memory;
 * what is multiplied is rounded here, some positions at a time, so that it lies
 * in a core's own cache.
 */
#include "nn/bf16.h"
#include "nn/bf16_map.h"
#include "nn/conv_bf16_private.h"
#include "nn/layers.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "nn/simd.h"

enum {
    B = BF16_BLOCK,
    LEAST_CHANNELS = 16,    /* with fewer most of a product would be zeros */
    MAX_TAPS = 225,         /* of layers.h's largest kernel */
    TILE_BYTES = 512 << 10, /* of rounded x that a thread has at once */
    LEAST_TILE = 2 * B,     /* positions of it */
};

HOT void bf16_round_numbers(size_t n, const float *x, uint16_t *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = bf16_of(x[i]);
}

HOT void bf16_interleave(size_t n, const float *a, const float *b,
                         uint16_t *restrict to)
{
    for (size_t j = 0; j < n; j++) {
        to[2 * j] = bf16_of(a[j]);
        to[2 * j + 1] = bf16_of(b[j]);
    }
}

#define INLINE static inline __attribute__((always_inline))

/* --- Y, and dX -------------------------------------------------------------*/

struct products {
    struct bf16_map m;
    int threads;
    const float *x;
    const uint16_t *panels;
    const struct gemm_after *after; /* NULL: nothing */
    bool add;                       /* to y */
    float *y;
    uint16_t *scratch;
    const struct bf16_kernel *by;
};

static size_t most_positions(const struct bf16_map *m)
{
    const size_t n = TILE_BYTES / sizeof(uint16_t) / m->depth / B * B;

    return n < LEAST_TILE ? LEAST_TILE : n;
}

/* Numbers of a thread's scratch. */
static size_t tile_len(const struct bf16_map *m)
{
    return (most_positions(m) + bf16_map_reach(m)) * m->depth;
}

/* rows = x of positions [from, to). */
static void copy_positions(const struct bf16_map *m, const float *x,
                           size_t from, size_t to, uint16_t *rows)
{
    const size_t c = (size_t)m->in.c;
    struct bf16_place p = bf16_map_place(m, from);

    for (; from < to; from++, rows += m->depth, bf16_map_next(m, &p)) {
        const size_t pixel = bf16_map_input(m, &p);
        const size_t n = pixel == BF16_NOWHERE ? 0 : c;

        bf16_round_numbers(n, x + (n ? pixel : 0), rows);
        memset(rows + n, 0, (m->depth - n) * sizeof(*rows));
    }
}

INLINE void put_row(const struct bf16_rows *r, size_t columns,
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

HOT void bf16_put_rows(const struct bf16_rows *r)
{
    float bias[B] = {0};

    if (r->f && r->f->bias)
        memcpy(bias, r->f->bias, r->columns * sizeof(*bias));
    for (int i = 0; i < r->n; i++) {
        const float *block = r->block + (size_t)i * B;

        if (r->to[i] && r->columns == B)
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
    struct bf16_place p = bf16_map_place(&d->m, from);
    struct gemm_after f;
    float *to[B];

    for (int i = 0; i < n; i++, bf16_map_next(&d->m, &p)) {
        const size_t pixel = bf16_map_output(&d->m, &p);

        to[i] = pixel == BF16_NOWHERE ? NULL : d->y + pixel + q * B;
    }
    if (d->after) {
        f = *d->after;
        f.bias = f.bias ? f.bias + q * B : NULL;
    }
    bf16_put_rows(&(struct bf16_rows){n, left < B ? left : B, block,
                                      d->after ? &f : NULL, d->add, to});
}

/* Outputs at positions [at[0], at[1]) of panels [panel[0], panel[1]). */
static void multiply_tile(const struct products *d, const size_t at[2],
                          const size_t panel[2])
{
    const struct bf16_map *m = &d->m;
    uint16_t *rows = d->scratch + (size_t)omp_get_thread_num() * tile_len(m);
    float block[B * B];
    size_t tap[MAX_TAPS];

    for (size_t t = 0; t < bf16_map_taps(m); t++)
        tap[t] =
            (t / (size_t)m->size * m->width + t % (size_t)m->size) * m->depth;
    copy_positions(m, d->x, at[0], at[1] + bf16_map_reach(m), rows);
    for (size_t q = panel[0]; q < panel[1]; q++)
        for (size_t p = at[0]; p < at[1]; p += B) {
            const int n = (int)(at[1] - p < B ? at[1] - p : B);

            d->by->multiply(
                &(struct bf16_block){.a = rows + (p - at[0]) * m->depth,
                                     .lda = m->depth,
                                     .tap = tap,
                                     .n_tap = (int)bf16_map_taps(m),
                                     .k = m->depth,
                                     .b = d->panels + q * bf16_map_panel_len(m),
                                     .rows = n},
                block);
            put_block(d, p, n, q, block);
        }
}

/*
 * Threads share out positions, or panels where the weights are more than x is:
 * no sum is divided, so that the bits are the same.
 */
static void multiply_all(const struct products *d)
{
    const struct bf16_map *m = &d->m;
    const size_t n = bf16_map_positions(m), panels = bf16_map_panels(m);
    const bool by_panels = n * m->depth < panels * bf16_map_panel_len(m);
    const size_t share = (n + (size_t)d->threads - 1) / (size_t)d->threads;
    size_t step = most_positions(m);
    struct simd_chunks at, q;

    if (n == 0)
        return;
    if (!by_panels && share < step)
        step = share;
    at = simd_chunks(n, bf16_round_up(step, B), n);
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

static void pack_panel(const struct bf16_map *m, const struct kernel *f,
                       size_t q, uint16_t *panel)
{
    enum { HALF = B / 2 };
    const size_t taps = bf16_map_taps(m);
    const size_t end = f->j < q * B + B ? f->j : q * B + B;

    memset(panel, 0, bf16_map_panel_len(m) * sizeof(*panel));
    for (size_t t = 0; t < taps; t++, panel += m->depth * B) {
        const float *w = f->w + (f->turned ? taps - 1 - t : t) * f->k * f->j;

        for (size_t j = q * B; j < end; j += HALF)
            for (size_t k = 0; k < f->k; k += 2)
                pack_pair(f, w + j * f->across, k,
                          end - j < HALF ? end - j : HALF,
                          panel + bf16_panel_at(k, j - q * B));
    }
}

static void pack_panels(const struct conv *c, const struct bf16_map *m,
                        const struct kernel *f)
{
    uint16_t *to = (uint16_t *)(void *)c->ready;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (size_t q = 0; q < bf16_map_panels(m); q++)
        pack_panel(m, f, q, to + q * bf16_map_panel_len(m));
}

static void bf16_prepare(const struct conv *c, const float *w)
{
    const struct bf16_map m = bf16_map_forward(c);
    const size_t k = (size_t)c->ci, j = (size_t)c->co;

    pack_panels(c, &m, &(struct kernel){w, false, k, j, j, 1});
}

static void bf16_prepare_back(const struct conv *c, const float *w)
{
    const struct bf16_map m = bf16_map_backward(c);
    const size_t k = (size_t)c->co, j = (size_t)c->ci;

    pack_panels(c, &m, &(struct kernel){w, true, k, j, 1, k});
}

static void bf16_forward(const struct conv *c, const float *x, const float *w,
                         const float *bias, float *y)
{
    const struct gemm_after after = conv_after(c, bias);

    (void)w;
    multiply_all(
        &(struct products){.m = bf16_map_forward(c),
                           .threads = c->threads,
                           .x = x,
                           .panels = (const uint16_t *)(const void *)c->ready,
                           .after = bias || c->act != ACT_NONE ? &after : NULL,
                           .y = y,
                           .scratch = (uint16_t *)(void *)c->scratch,
                           .by = c->bf16});
}

static void bf16_backward(const struct conv *c, const struct conv_back *b)
{
    const size_t dx =
        (size_t)c->n * (size_t)c->h * (size_t)c->w * (size_t)c->ci;

    if (b->dw)
        conv_bf16_gradient(c, b->x, b->dy, b->dw);
    if (!b->dx)
        return;
    if (c->stride > 1 && !b->add)
        memset(b->dx, 0, dx * sizeof(float));
    multiply_all(
        &(struct products){.m = bf16_map_backward(c),
                           .threads = c->threads,
                           .x = b->dy,
                           .panels = (const uint16_t *)(const void *)c->ready,
                           .add = b->add,
                           .y = b->dx,
                           .scratch = (uint16_t *)(void *)c->scratch,
                           .by = c->bf16});
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t bf16_scratch(const struct conv *c)
{
    const struct bf16_map y = bf16_map_forward(c), dx = bf16_map_backward(c);

    return larger((size_t)c->threads * larger(tile_len(&y), tile_len(&dx)) / 2,
                  conv_bf16_gradient_scratch(c));
}

static size_t bf16_n_ready(const struct conv *c)
{
    const struct bf16_map y = bf16_map_forward(c), dx = bf16_map_backward(c);

    return larger(bf16_map_panels(&y) * bf16_map_panel_len(&y),
                  bf16_map_panels(&dx) * bf16_map_panel_len(&dx)) /
           2;
}

bool conv_bf16_fits(const struct conv *c)
{
    const bool one = c->size == 1 && c->top == 0 && c->left == 0;
    const bool many = c->stride == 1 && c->top < c->size && c->left < c->size;

    return c->bf16 && c->ci >= LEAST_CHANNELS && c->co >= LEAST_CHANNELS &&
           (one || many);
}

const struct conv_provider conv_bf16 = {.name = "bf16",
                                        .scratch = bf16_scratch,
                                        .n_ready = bf16_n_ready,
                                        .prepare = bf16_prepare,
                                        .prepare_back = bf16_prepare_back,
                                        .forward = bf16_forward,
                                        .backward = bf16_backward};
