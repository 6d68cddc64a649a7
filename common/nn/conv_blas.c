/*
 * conv_blas.c - convolution by matrix products
 *
 * A 1x1 kernel of stride 1 is Y = X W with a pixel a row.  Otherwise a tile of
 * output pixels becomes the matrix col (pixels, size*size*ci) of what each of
 * them sees, and Y = col W, dcol = dY W', dW += col' dY.
 */
#include "nn/bf16.h"
#include "nn/conv.h"
#include "nn/gemm.h"
#include "nn/layers.h"

#include <omp.h>
#include <string.h>

#include "nn/simd.h"

enum {
    COL = 1 << 16,     /* floats of col in a tile, if a row is not longer */
    GROUPS = 16,       /* partial sums of dW */
    GROUP_W = 1 << 18, /* floats of W above which there are fewer of them */
};

static bool is_plain(const struct conv *c)
{
    return c->size == 1 && c->stride == 1 && c->top == 0 && c->left == 0;
}

static int col_row(const struct conv *c)
{
    return c->size * c->size * c->ci;
}

/* Output pixels of a tile: part of an image, so that no two tiles of
 * different images meet. */
static struct simd_chunks image_tiles(const struct conv *c)
{
    const size_t rows = (size_t)COL / (size_t)col_row(c) / 16 * 16 + 16;

    return simd_chunks((size_t)c->oh * (size_t)c->ow, rows,
                       (size_t)c->oh * (size_t)c->ow);
}

static size_t col_len(const struct conv *c)
{
    return image_tiles(c).step * (size_t)col_row(c);
}

/* What kernel row 'ky' of output pixel 'o' sees of image 'x': columns
 * [*x0, *x1) of the kernel; NULL if the row is outside. */
static const float *kernel_row(const struct conv *c, const float *x, size_t o,
                               int ky, int span[2])
{
    const int oy = (int)o / c->ow, ox = (int)o % c->ow;
    const int iy = oy * c->stride + ky - c->top, ix = ox * c->stride - c->left;

    span[0] = ix < 0 ? -ix : 0;
    span[1] = ix + c->size > c->w ? c->w - ix : c->size;
    if (iy < 0 || iy >= c->h || span[0] >= span[1])
        return NULL;
    return x +
           ((size_t)iy * (size_t)c->w + (size_t)(ix + span[0])) * (size_t)c->ci;
}

/* col = what output pixels [o0, o1) of image 'x' see. */
static void image_to_columns(const struct conv *c, const float *x, size_t o0,
                             size_t o1, float *col)
{
    const size_t ci = (size_t)c->ci, row = (size_t)c->size * ci;

    for (size_t o = o0; o < o1; o++)
        for (int ky = 0; ky < c->size; ky++, col += row) {
            int s[2];
            const float *from = kernel_row(c, x, o, ky, s);

            if (!from || s[1] - s[0] < c->size)
                memset(col, 0, row * sizeof(float));
            if (from)
                memcpy(col + (size_t)s[0] * ci, from,
                       (size_t)(s[1] - s[0]) * ci * sizeof(float));
        }
}

/* dx += col where output pixels [o0, o1) see it. */
static void columns_to_image(const struct conv *c, const float *col, size_t o0,
                             size_t o1, float *dx)
{
    const size_t ci = (size_t)c->ci, row = (size_t)c->size * ci;

    for (size_t o = o0; o < o1; o++)
        for (int ky = 0; ky < c->size; ky++, col += row) {
            int s[2];
            const float *at = kernel_row(c, dx, o, ky, s);
            const size_t n = at ? (size_t)(s[1] - s[0]) * ci : 0;
            float *to = at ? dx + (at - dx) : NULL;

            for (size_t j = 0; j < n; j++)
                to[j] += col[(size_t)s[0] * ci + j];
        }
}

/* What forward reads. */
struct conv_operands {
    const float *x, *w;
    const struct gemm_after *after;
};

/* Floats of a tile of y that is to be rounded. */
static size_t outputs_len(const struct conv *c)
{
    return image_tiles(c).step * (size_t)c->co;
}

/* Outputs [o[0], o[1]) of y, of those of the image from 'at' on; where y is
 * bf16 they are made in the scratch first. */
static void multiply_columns(const struct conv *c, const float *col,
                             const struct conv_operands *in, const size_t o[2],
                             void *y, size_t at)
{
    const size_t from = at + o[0] * (size_t)c->co;
    float *made = c->scratch + (size_t)c->threads * col_len(c) +
                  (size_t)omp_get_thread_num() * outputs_len(c);
    float *to = c->y_bf16 ? made : (float *)y + from;

    gemm_one(&(struct gemm){.m = (int)(o[1] - o[0]),
                            .n = c->co,
                            .k = col_row(c),
                            .a = col,
                            .b = in->w,
                            .c = to,
                            .after = in->after});
    if (c->y_bf16)
        bf16_round((o[1] - o[0]) * (size_t)c->co, to, (uint16_t *)y + from);
}

static void forward_tile(const struct conv *c, const struct conv_operands *in,
                         const size_t o[2], void *y, size_t at)
{
    float *col = c->scratch + (size_t)omp_get_thread_num() * col_len(c);

    image_to_columns(c, in->x, o[0], o[1], col);
    multiply_columns(c, col, in, o, y, at);
}

/* Rows of the plain product of y that are made, then rounded, at once. */
static struct simd_chunks plain_tiles(const struct conv *c)
{
    const size_t m = (size_t)c->n * (size_t)c->oh * (size_t)c->ow;

    return simd_chunks(m, (size_t)COL / (size_t)(c->ci + c->co) / 16 * 16 + 64,
                       m + 1);
}

static void forward_rounded(const struct conv *c,
                            const struct conv_operands *in, uint16_t *y)
{
    const struct simd_chunks s = plain_tiles(c);
    const size_t ci = (size_t)c->ci, co = (size_t)c->co;

#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++) {
        const size_t at = simd_chunk_begin(&s, i), m = simd_chunk_len(&s, i);
        float *to = c->scratch + (size_t)omp_get_thread_num() * s.step * co;

        gemm_one(&(struct gemm){.m = (int)m,
                                .n = c->co,
                                .k = c->ci,
                                .a = in->x + at * ci,
                                .b = in->w,
                                .c = to,
                                .after = in->after});
        bf16_round(m * co, to, y + at * co);
    }
}

static void forward_plain(const struct conv *c, const struct conv_operands *in,
                          void *y)
{
    if (c->y_bf16) {
        forward_rounded(c, in, y);
        return;
    }
    gemm(&(struct gemm){.m = c->n * c->oh * c->ow,
                        .n = c->co,
                        .k = c->ci,
                        .a = in->x,
                        .b = in->w,
                        .c = y,
                        .after = in->after},
         c->threads);
}

static void blas_forward(const struct conv *c, const void *x, const float *w,
                         const float *bias, void *y)
{
    const size_t out = (size_t)c->oh * (size_t)c->ow * (size_t)c->co;
    const size_t x_row = (size_t)c->h * (size_t)c->w * (size_t)c->ci;
    const struct gemm_after after = conv_after(c, bias);
    const bool any = bias || c->act != ACT_NONE;
    const struct conv_operands all = {x, w, any ? &after : NULL};
    const struct simd_chunks s = image_tiles(c);

    if (is_plain(c)) {
        forward_plain(c, &all, y);
        return;
    }
#pragma omp parallel for collapse(2) num_threads(c->threads) schedule(static)
    for (int i = 0; i < c->n; i++)
        for (int t = 0; t < s.pieces; t++) {
            struct conv_operands in = all;

            in.x += (size_t)i * x_row;
            forward_tile(
                c, &in,
                (size_t[]){simd_chunk_begin(&s, t), simd_chunk_end(&s, t)}, y,
                (size_t)i * out);
        }
}

/* dx of one image; its tiles overlap, so they go one by one. */
static void data_image(const struct conv *c, const float *dy, const float *w,
                       bool add, float *dx)
{
    const struct simd_chunks s = image_tiles(c);
    float *col = c->scratch + (size_t)omp_get_thread_num() * col_len(c);

    if (!add)
        memset(dx, 0,
               (size_t)c->h * (size_t)c->w * (size_t)c->ci * sizeof(float));
    for (int t = 0; t < s.pieces; t++) {
        const size_t o0 = simd_chunk_begin(&s, t), o1 = simd_chunk_end(&s, t);

        gemm_one(&(struct gemm){.tb = TRANSPOSED,
                                .m = (int)(o1 - o0),
                                .n = col_row(c),
                                .k = c->co,
                                .a = dy + o0 * (size_t)c->co,
                                .b = w,
                                .beta = 0.0f,
                                .c = col});
        columns_to_image(c, col, o0, o1, dx);
    }
}

static void blas_backward_data(const struct conv *c, const float *dy,
                               const float *w, bool add, float *dx)
{
    const size_t y_row = (size_t)c->oh * (size_t)c->ow * (size_t)c->co;
    const size_t x_row = (size_t)c->h * (size_t)c->w * (size_t)c->ci;

    if (is_plain(c)) {
        gemm(&(struct gemm){.tb = TRANSPOSED,
                            .m = c->n * c->oh * c->ow,
                            .n = c->ci,
                            .k = c->co,
                            .a = dy,
                            .b = w,
                            .beta = add ? 1.0f : 0.0f,
                            .c = dx},
             c->threads);
        return;
    }
#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int i = 0; i < c->n; i++)
        data_image(c, dy + (size_t)i * y_row, w, add, dx + (size_t)i * x_row);
}

static size_t weights_len(const struct conv *c)
{
    return (size_t)col_row(c) * (size_t)c->co;
}

/* At most how many partial sums of dW there are. */
static size_t max_groups(const struct conv *c)
{
    return weights_len(c) > GROUP_W ? 2 : GROUPS;
}

/* How tiles, counted through the batch, are grouped for them. */
static struct simd_chunks tile_groups(const struct conv *c)
{
    return simd_chunks((size_t)c->n * (size_t)image_tiles(c).pieces, 1,
                       max_groups(c));
}

/* part = the sum over tiles [t0, t1). */
static void weights_group(const struct conv *c, const float *const xdy[2],
                          const size_t t[2], float *part)
{
    const struct simd_chunks s = image_tiles(c);
    const size_t out = (size_t)c->oh * (size_t)c->ow * (size_t)c->co;
    const size_t x_row = (size_t)c->h * (size_t)c->w * (size_t)c->ci;
    float *col = c->scratch + (size_t)omp_get_thread_num() * col_len(c);

    for (size_t i = t[0]; i < t[1]; i++) {
        const size_t image = i / (size_t)s.pieces;
        const int tile = (int)(i % (size_t)s.pieces);
        const size_t o0 = simd_chunk_begin(&s, tile),
                     o1 = simd_chunk_end(&s, tile);

        image_to_columns(c, xdy[0] + image * x_row, o0, o1, col);
        gemm_one(&(struct gemm){.ta = TRANSPOSED,
                                .m = col_row(c),
                                .n = c->co,
                                .k = (int)(o1 - o0),
                                .a = col,
                                .b = xdy[1] + image * out + o0 * (size_t)c->co,
                                .beta = i == t[0] ? 0.0f : 1.0f,
                                .c = part});
    }
}

static void blas_backward_weights(const struct conv *c, const float *x,
                                  const float *dy, float *dw)
{
    const size_t len = weights_len(c);
    const struct simd_chunks s = tile_groups(c);
    float *part = c->scratch + (size_t)c->threads * col_len(c);

    if (is_plain(c)) {
        gemm_long(&(struct gemm){.ta = TRANSPOSED,
                                 .m = c->ci,
                                 .n = c->co,
                                 .k = c->n * c->oh * c->ow,
                                 .a = x,
                                 .b = dy,
                                 .c = dw},
                  c->threads, c->scratch);
        return;
    }
#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (int i = 0; i < s.pieces; i++)
        weights_group(
            c, (const float *[]){x, dy},
            (size_t[]){simd_chunk_begin(&s, i), simd_chunk_end(&s, i)},
            part + (size_t)i * len);
    for (int i = 0; i < s.pieces; i++)
        for (size_t j = 0; j < len; j++)
            dw[j] += part[(size_t)i * len + j];
}

static void blas_backward(const struct conv *c, const struct conv_back *b)
{
    if (b->dw)
        blas_backward_weights(c, b->x, b->dy, b->dw);
    if (b->dx)
        blas_backward_data(c, b->dy, b->w, b->add, b->dx);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t blas_scratch(const struct conv *c)
{
    const size_t t = (size_t)c->threads, co = (size_t)c->co;

    if (is_plain(c))
        return larger(c->y_bf16 ? t * plain_tiles(c).step * co : 0,
                      gemm_long_scratch(c->ci, c->co, c->n * c->oh * c->ow));
    return t * col_len(c) + larger(c->y_bf16 ? t * outputs_len(c) : 0,
                                   max_groups(c) * weights_len(c));
}

const struct conv_provider conv_blas = {.name = "blas",
                                        .scratch = blas_scratch,
                                        .forward = blas_forward,
                                        .backward = blas_backward};
