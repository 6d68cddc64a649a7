/*
 * conv_panels_gradient.c - the gradient of a kernel with products in bf16
 *
 *     dW of a tap = X(p + distance)' dY                 32 x 32 at once
 *
 * summed over the positions p of conv_positions.h: a chunk of them, of x by
 * channels and of dy as a panel, is rounded by all threads, which then share
 * out the blocks of dW.  Every block has its chunks in order.
 */
#include "nn/bf16.h"
#include "nn/conv_panels_private.h"
#include "nn/conv_positions.h"

#include <string.h>

#include "nn/simd.h"

enum {
    B = BLOCK_SIDE,
    CHUNK_BYTES = 2 << 20, /* of rounded x and dy */
    LEAST_CHUNK = 16 * B,  /* positions */
};

/* Positions of a chunk. */
static size_t chunk_len(const struct conv_positions *m)
{
    const size_t c = m->depth + conv_positions_panels(m) * B;
    const size_t n = CHUNK_BYTES / sizeof(uint16_t) / c / B * B;

    return n < LEAST_CHUNK ? LEAST_CHUNK : n;
}

/* Numbers of a channel's row; not a power of two, lest rows share the lines of
 * a cache. */
static size_t row_len(const struct conv_positions *m)
{
    return conv_positions_round_up(chunk_len(m) + conv_positions_reach(m),
                                   2 * B) +
           B;
}

/* Of one chunk: x by channels, dy as panels. */
struct gradient {
    struct conv_positions m;
    bool x_bf16, dy_bf16;
    const void *x, *dy;
    size_t from, n;   /* positions */
    uint16_t *rows;   /* (depth, row_len) */
    uint16_t *panel;  /* (panels, chunk_len * 32) */
    const void *none; /* zeros for a pixel of dy */
    float *dw;
    const struct block_kernel *by;
};

/* to = 'n' channels from k on of x from 'pixel' on; of none 0. */
static void round_channels(const struct gradient *g, size_t pixel, size_t k,
                           size_t n, uint16_t *to)
{
    if (pixel == CONV_NOWHERE)
        memset(to, 0, n * sizeof(*to));
    else if (g->x_bf16)
        memcpy(to, (const uint16_t *)g->x + pixel + k, n * sizeof(*to));
    else
        bf16_round(n, (const float *)g->x + pixel + k, to);
}

/* Positions [p, p + B) of x, turned. */
static void turn_positions(const struct gradient *g, size_t p)
{
    const struct conv_positions *m = &g->m;
    const size_t c = (size_t)m->in.c, row = row_len(m);
    struct conv_place at = conv_positions_place(m, g->from + p);
    size_t pixel[B];

    for (int i = 0; i < B; i++, conv_positions_next(m, &at))
        pixel[i] = conv_positions_input(m, &at);
    for (size_t k = 0; k < m->depth; k += B) {
        const size_t n = k >= c ? 0 : c - k < B ? c - k : B;
        uint16_t t[B][B];

        if (n < B)
            memset(t, 0, sizeof(t));
        for (int i = 0; i < B; i++)
            round_channels(g, pixel[i], k, n, t[i]);
        bf16_turn(t[0], g->rows + k * row + p, row);
    }
}

/* 16 columns of two rows of a panel by turns; past n of them 0. */
INLINE void pair_columns(const void *a, const void *b, bool bf16, size_t n,
                         uint16_t *restrict to)
{
    enum { HALF = B / 2 };

    for (size_t j = 0; n >= HALF && j < HALF; j++) {
        to[2 * j] = bf16_rounded(a, bf16, j);
        to[2 * j + 1] = bf16_rounded(b, bf16, j);
    }
    for (size_t j = 0; n < HALF && j < HALF; j++) {
        to[2 * j] = j < n ? bf16_rounded(a, bf16, j) : 0;
        to[2 * j + 1] = j < n ? bf16_rounded(b, bf16, j) : 0;
    }
}

INLINE void pair_numbers(const void *a, const void *b, bool bf16,
                         const size_t c_step[2], uint16_t *panel)
{
    enum { HALF = B / 2 };
    const size_t bytes = bf16_or_float_bytes(bf16);
    const size_t c = c_step[0], all = conv_positions_round_up(c, B);

    for (size_t j = 0; j < all; j += HALF)
        pair_columns((const char *)a + (j < c ? j : 0) * bytes,
                     (const char *)b + (j < c ? j : 0) * bytes, bf16,
                     j < c ? c - j : 0,
                     panel + j / B * c_step[1] + block_pair_at(0, j % B));
}

/* Pixels a and b of dy as two rows of its panels, c_step[1] numbers apart. */
HOT static void pair_pixels(const void *a, const void *b, bool bf16,
                            const size_t c_step[2], uint16_t *panel)
{
    if (bf16)
        pair_numbers(a, b, true, c_step, panel);
    else
        pair_numbers(a, b, false, c_step, panel);
}

/* Positions p and p + 1 of dy. */
static void pair_positions(const struct gradient *g, size_t p)
{
    const struct conv_positions *m = &g->m;
    const size_t bytes = bf16_or_float_bytes(g->dy_bf16);
    struct conv_place at = conv_positions_place(m, g->from + p);
    const void *row[2];

    for (int i = 0; i < 2; i++, conv_positions_next(m, &at)) {
        const size_t pixel = conv_positions_output(m, &at);

        row[i] = pixel == CONV_NOWHERE ? g->none
                                       : (const char *)g->dy + pixel * bytes;
    }
    pair_pixels(row[0], row[1], g->dy_bf16,
                (size_t[]){(size_t)m->out.c, chunk_len(m) * B},
                g->panel + block_pair_at(p, 0));
}

/* dW (B, B) of tap 't' from input channel 'k' and of panel 'q'. */
static void add_block(const struct gradient *g, size_t t, size_t k, size_t q)
{
    const struct conv_positions *m = &g->m;
    const size_t ci = (size_t)m->in.c, co = (size_t)m->out.c;
    const size_t tap = conv_positions_distance(m, t);
    const size_t columns = co - q * B < B ? co - q * B : B;
    const int n = (int)(ci - k < B ? ci - k : B);
    float block[B * B];
    void *to[B];

    g->by->multiply(
        &(struct block_product){.a = g->rows + k * row_len(m),
                                .lda = row_len(m),
                                .tap = &tap,
                                .n_tap = 1,
                                .k = g->n,
                                .b = g->panel + q * chunk_len(m) * B,
                                .rows = n},
        block);
    for (int i = 0; i < n; i++)
        to[i] = g->dw + (t * ci + k + (size_t)i) * co + q * B;
    conv_panels_put(&(struct block_rows){
        .n = n, .columns = columns, .block = block, .add = true, .to = to});
}

/* One chunk, by all threads of the region that calls it. */
static void add_chunk(const struct gradient *g)
{
    const struct conv_positions *m = &g->m;
    const size_t inputs = m->depth / B, panels = conv_positions_panels(m);
    const size_t turned =
        conv_positions_round_up(g->n + conv_positions_reach(m), B) / B;

#pragma omp for schedule(static) nowait
    for (size_t p = 0; p < turned; p++)
        turn_positions(g, p * B);
#pragma omp for schedule(static)
    for (size_t p = 0; p < g->n / 2; p++)
        pair_positions(g, 2 * p);
#pragma omp for schedule(static)
    for (size_t i = 0; i < conv_positions_taps(m) * inputs * panels; i++)
        add_block(g, i / inputs / panels, i / panels % inputs * B, i % panels);
}

size_t conv_panels_gradient_scratch(const struct conv *c)
{
    const struct conv_positions m = conv_positions_forward(c);

    return (m.depth * row_len(&m) +
            conv_positions_panels(&m) * chunk_len(&m) * B) /
               2 +
           (size_t)m.out.c;
}

void conv_panels_gradient(const struct conv *c, const void *x, const void *dy,
                          float *dw)
{
    const struct conv_positions m = conv_positions_forward(c);
    const size_t n = conv_positions_count(&m), step = chunk_len(&m);
    struct gradient all = {.m = m,
                           .x_bf16 = c->x_bf16,
                           .dy_bf16 = c->dy_bf16,
                           .x = x,
                           .dy = dy,
                           .dw = dw,
                           .by = c->kernel};

    all.rows = (uint16_t *)(void *)c->scratch;
    all.panel = all.rows + m.depth * row_len(&m);
    all.none = memset(all.panel + conv_positions_panels(&m) * chunk_len(&m) * B,
                      0, (size_t)m.out.c * sizeof(float));
#pragma omp parallel num_threads(c->threads)
    {
        struct gradient g = all;

        g.by->begin();
        for (g.from = 0; g.from < n; g.from += step) {
            g.n = conv_positions_round_up(n - g.from < step ? n - g.from : step,
                                          B);
            add_chunk(&g);
        }
        g.by->end();
    }
}
