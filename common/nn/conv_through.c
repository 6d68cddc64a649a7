#include "nn/conv_through.h"

#include "nn/bf16.h"
#include "nn/layers.h"

#include <omp.h>
#include <string.h>

#include "nn/simd.h"

enum {
    TILE = 1 << 16,     /* floats of what a tile reads and writes */
    GROUPS = 16,        /* partial sums of W's gradient, */
    GROUP_LEAST = 1024, /* rows of each, */
    GROUP_W = 1 << 16   /* and floats of a W that is not too large for it */
};

bool conv_through_fits(const struct conv *c)
{
    return c->size == 1 && c->stride == 1 &&
           (size_t)c->ci * (size_t)c->co <= GROUP_W;
}

static size_t weights_len(const struct conv *c)
{
    return (size_t)c->ci * (size_t)c->co;
}

static size_t all_rows(const struct conv *c)
{
    return (size_t)c->n * (size_t)c->h * (size_t)c->w;
}

static size_t tile_rows(const struct conv *c)
{
    return TILE / (size_t)(c->ci + c->co) / 16 * 16 + 64;
}

static struct simd_chunks row_groups(const struct conv *c)
{
    return simd_chunks(all_rows(c), GROUP_LEAST, GROUPS);
}

size_t conv_through_scratch(const struct conv *c)
{
    const size_t tiles = (size_t)c->threads * tile_rows(c);
    const size_t forward = tiles * (size_t)(c->ci + c->co);
    const size_t backward =
        tiles * (size_t)c->ci +
        (size_t)GROUPS * (weights_len(c) + 2 * (size_t)c->ci);

    return c->y_bf16 && forward > backward ? forward : backward;
}

/* This thread's tile of what the normalisation makes. */
static float *own_tile(const struct conv *c)
{
    return c->scratch +
           (size_t)omp_get_thread_num() * tile_rows(c) * (size_t)c->ci;
}

/* And of y, where that is rounded. */
static float *own_outputs(const struct conv *c)
{
    const size_t rows = tile_rows(c);

    return c->scratch + (size_t)c->threads * rows * (size_t)c->ci +
           (size_t)omp_get_thread_num() * rows * (size_t)c->co;
}

void conv_through_forward(const struct conv *c, const struct bn_rows *x,
                          const float *w, const float *bias, void *y)
{
    const struct gemm_after after = conv_after(c, bias);
    const bool any = bias || c->act != ACT_NONE;
    const size_t rows = all_rows(c);
    const struct simd_chunks s = simd_chunks(rows, tile_rows(c), rows + 1);

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t from = simd_chunk_begin(&s, i);
        const size_t m = simd_chunk_len(&s, i);
        const size_t at = from * (size_t)c->co;
        float *tile = own_tile(c);
        float *to = c->y_bf16 ? own_outputs(c) : (float *)y + at;

        bn_rows_make(x, from, m, tile);
        gemm_one(&(struct gemm){.m = (int)m,
                                .n = c->co,
                                .k = c->ci,
                                .a = tile,
                                .b = w,
                                .c = to,
                                .after = any ? &after : NULL});
        if (c->y_bf16)
            bf16_round(m * (size_t)c->co, to, (uint16_t *)y + at);
    }
}

/* The tile of 'm' rows from 'from': its dx; add to this group's sums and, if it
 * is wanted, to its dw. */
static void backward_tile(const struct conv *c, const struct bn_rows *x,
                          const struct conv_back *b, const size_t row[2],
                          float *sum)
{
    const size_t from = row[0], m = row[1] - row[0];
    const float *dy = (const float *)b->dy + from * (size_t)c->co;
    float *dx = (float *)b->dx + from * (size_t)c->ci, *tile = own_tile(c);

    gemm_one(&(struct gemm){.tb = TRANSPOSED,
                            .m = (int)m,
                            .n = c->ci,
                            .k = c->co,
                            .a = dy,
                            .b = b->w,
                            .c = dx});
    bn_rows_sum(x, from, m, dx, false, sum);
    if (!b->dw)
        return;
    bn_rows_make(x, from, m, tile);
    gemm_one(&(struct gemm){.ta = TRANSPOSED,
                            .m = c->ci,
                            .n = c->co,
                            .k = (int)m,
                            .a = tile,
                            .b = dy,
                            .beta = 1.0f,
                            .c = b->dw});
}

static void backward_group(const struct conv *c, const struct bn_rows *x,
                           const struct conv_back *b, const size_t row[2],
                           float *sum)
{
    const size_t step = tile_rows(c);

    memset(sum, 0, 2 * x->c * sizeof(float));
    if (b->dw)
        memset(b->dw, 0, weights_len(c) * sizeof(float));
    for (size_t at = row[0]; at < row[1]; at += step)
        backward_tile(c, x, b,
                      (size_t[]){at, at + step < row[1] ? at + step : row[1]},
                      sum);
}

/* dw += the groups' gradients, in their order. */
static void add_groups(size_t len, int n, const float *parts, float *dw)
{
    for (int i = 0; i < n; i++)
        for (size_t j = 0; j < len; j++)
            dw[j] += parts[(size_t)i * len + j];
}

void conv_through_backward(const struct conv *c, const struct bn_rows *x,
                           const struct conv_back *b, double *sum)
{
    const struct simd_chunks s = row_groups(c);
    float *sums =
        c->scratch + (size_t)c->threads * tile_rows(c) * (size_t)c->ci;
    float *parts = sums + (size_t)GROUPS * 2 * (size_t)c->ci;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        struct conv_back group = *b;

        group.dw = b->dw ? parts + (size_t)i * weights_len(c) : NULL;
        backward_group(
            c, x, &group,
            (size_t[]){simd_chunk_begin(&s, i), simd_chunk_end(&s, i)},
            sums + (size_t)i * 2 * x->c);
    }
    bn_rows_add(s.pieces, x->c, sums, sum);
    if (b->dw)
        add_groups(weights_len(c), s.pieces, parts, b->dw);
}
