/*
 * winograd.h - the arithmetic of a tile, shared by conv_winograd*.c
 *
 * F(4x4, 3x3) in vectors of 16 channels: the one-dimensional transforms, which
 * are applied to columns, then to rows; and where a tile's pixels lie.
 * Include it last.  Source: Lavin and Gray 2016 (arXiv:1509.09308), 4.3.
 */
#ifndef NN_WINOGRAD_H
#define NN_WINOGRAD_H

#include "nn/bf16.h"
#include "nn/conv.h"
#include "nn/gemm.h"
#include "nn/simd.h"

enum {
    OUT = 4,     /* rows and columns of outputs of a tile */
    IN = 6,      /* of inputs */
    POINTS = 36, /* IN * IN */
    LANES = 16,  /* channels of a vector */
    TAPS = 9,
};

typedef float vec
    __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

typedef int bits
    __attribute__((vector_size(LANES * sizeof(int)), aligned(4), may_alias));

typedef unsigned word
    __attribute__((vector_size(LANES * sizeof(unsigned)), may_alias));

typedef uint16_t halfs __attribute__((vector_size(LANES * sizeof(uint16_t)),
                                      aligned(2), may_alias));

#define VEC(p)    ((const vec *)(const void *)(p))
#define VEC_TO(p) ((vec *)(void *)(p))

/* --- numbers that are bf16 or floats ---------------------------------------*/

/* to = 16 of them from number 'j' on. */
INLINE void winograd_get(const void *p, bool bf16, size_t j, vec *to)
{
    const halfs *h = (const void *)((const uint16_t *)p + j);

    if (bf16)
        *to = (vec)(__builtin_convertvector(*h, word) << 16);
    else
        *to = *VEC((const float *)p + j);
}

/* As bf16_of() rounds. */
INLINE void winograd_put_bf16(const vec *x, uint16_t *to)
{
    const word u = (word)*x, nan = (word)(*x != *x);
    const word rounded = u + 0x7fff + (u >> 16 & 1);
    const word w = (nan & (u | 0x400000)) | (~nan & rounded);

    *(halfs *)(void *)to = __builtin_convertvector(w >> 16, halfs);
}

/* --- one dimension; 's' is the distance between elements -------------------*/

/* o = B' i */
INLINE void winograd_transform_in(const vec *i, vec *o, size_t s)
{
    const vec d0 = i[0], d1 = i[s], d2 = i[2 * s], d3 = i[3 * s];
    const vec d4 = i[4 * s], d5 = i[5 * s];
    const vec a = d4 - 4.0f * d2, b = d3 - 4.0f * d1;
    const vec c = d4 - d2, e = 2.0f * (d3 - d1);

    o[0] = 4.0f * d0 - 5.0f * d2 + d4;
    o[s] = a + b;
    o[2 * s] = a - b;
    o[3 * s] = c + e;
    o[4 * s] = c - e;
    o[5 * s] = 4.0f * d1 - 5.0f * d3 + d5;
}

/* o (4) = A' i (6) */
INLINE void winograd_transform_out(const vec *i, vec *o, size_t s)
{
    const vec p = i[s] + i[2 * s], q = i[s] - i[2 * s];
    const vec r = i[3 * s] + i[4 * s], u = i[3 * s] - i[4 * s];

    o[0] = i[0] + p + r;
    o[s] = q + 2.0f * u;
    o[2 * s] = p + 4.0f * r;
    o[3 * s] = q + 8.0f * u + i[5 * s];
}

/* o (6) = G i (3) */
INLINE void winograd_transform_kernel(const vec *i, vec *o, size_t s)
{
    const vec p = i[0] + i[2 * s], q = i[0] + 4.0f * i[2 * s];

    o[0] = .25f * i[0];
    o[s] = (-1.0f / 6) * (p + i[s]);
    o[2 * s] = (-1.0f / 6) * (p - i[s]);
    o[3 * s] = (1.0f / 24) * (q + 2.0f * i[s]);
    o[4 * s] = (1.0f / 24) * (q - 2.0f * i[s]);
    o[5 * s] = i[2 * s];
}

/* A NaN stays one. */
INLINE void winograd_clip(vec *x, const struct gemm_after *f)
{
    const vec lo = f->lo + (vec){0}, hi = f->hi + (vec){0};
    bits b = (bits)*x, under = lo > *x, over = hi < *x;

    b = (b & ~under) | ((bits)lo & under);
    *x = (vec)((b & ~over) | ((bits)hi & over));
}

/* at[16] + j = clip(A' a A + bias) */
INLINE void winograd_put_outputs(const vec a[POINTS],
                                 const struct gemm_after *f, size_t j,
                                 void *const at[OUT * OUT], bool bf16)
{
    vec b[OUT * IN], y[OUT * OUT], bias = {0};

    if (f->bias)
        bias = *VEC(f->bias + j);
    for (int k = 0; k < IN; k++)
        winograd_transform_out(a + k, b + k, IN);
    for (int k = 0; k < OUT; k++)
        winograd_transform_out(b + k * IN, y + k * OUT, 1);
    for (int k = 0; k < OUT * OUT; k++) {
        y[k] += bias;
        winograd_clip(&y[k], f);
        if (bf16)
            winograd_put_bf16(&y[k], (uint16_t *)at[k] + j);
        else
            *VEC_TO((float *)at[k] + j) = y[k];
    }
}

/* --- where tiles lie -------------------------------------------------------*/

struct tiling {
    const struct conv *c;
    int rows, cols; /* of tiles in an image */
    size_t tiles;   /* in the batch */
};

static inline struct tiling winograd_tiling(const struct conv *c)
{
    struct tiling t = {.c = c,
                       .rows = (c->oh + OUT - 1) / OUT,
                       .cols = (c->ow + OUT - 1) / OUT};

    t.tiles = (size_t)c->n * (size_t)t.rows * (size_t)t.cols;
    return t;
}

/* A tile's first output row and column, and its image. */
struct tile {
    size_t image;
    int y, x;
};

static inline struct tile winograd_tile_at(const struct tiling *g, size_t t)
{
    const size_t cols = (size_t)g->cols, rows = (size_t)g->rows;

    return (struct tile){t / (rows * cols), (int)(t / cols % rows) * OUT,
                         (int)(t % cols) * OUT};
}

/* Images of (h, w, ch) numbers of so many bytes each. */
struct images {
    const void *data;
    int h, w, c;
    size_t bytes;
};

/*
 * The addresses of a square of 'side' pixels of image 'n' whose first one is at
 * (y, x); 'other' for those outside.
 */
static inline void winograd_tile_pixels(const struct images *m, size_t n, int y,
                                        int x, int side, void *other, void **at)
{
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++, at++) {
            const int r = y + i, s = x + j;
            const bool in = r >= 0 && r < m->h && s >= 0 && s < m->w;
            const size_t row = n * (size_t)m->h + (size_t)r;
            const char *p =
                (const char *)m->data +
                (row * (size_t)m->w + (size_t)s) * (size_t)m->c * m->bytes;

            *at = in ? (char *)other + (p - (char *)other) : other;
        }
}

/* Of x, or of its gradient, which is floats. */
static inline void winograd_tile_inputs(const struct tiling *g, const void *x,
                                        bool bf16, size_t t, void *other,
                                        void *at[POINTS])
{
    const struct conv *c = g->c;
    const struct tile i = winograd_tile_at(g, t);

    winograd_tile_pixels(
        &(struct images){x, c->h, c->w, c->ci, bf16_or_float_bytes(bf16)},
        i.image, i.y - c->top, i.x - c->left, IN, other, at);
}

/* The same of y. */
static inline void winograd_tile_outputs(const struct tiling *g, const void *y,
                                         bool bf16, size_t t, void *other,
                                         void *at[OUT * OUT])
{
    const struct conv *c = g->c;
    const struct tile i = winograd_tile_at(g, t);

    winograd_tile_pixels(
        &(struct images){y, c->oh, c->ow, c->co, bf16_or_float_bytes(bf16)},
        i.image, i.y, i.x, OUT, other, at);
}

/* --- convolutions with few channels: conv_winograd_few.c -------------------*/

/* Whether that is the faster way for as many channels. */
bool winograd_few(const struct conv *c);

/* Floats of U, at least as many as conv_winograd.c's, and of scratch. */
size_t winograd_few_ready(const struct conv *c);
size_t winograd_few_scratch(const struct conv *c);

/* U in c->ready, of W. */
void winograd_few_prepare(const struct conv *c, const float *w);

/*
 * What multiplies there: c (12, 32) = a (k/16, 12, 16) b (k, 32), k a multiple
 * of 16.  'can' gets those that this processor has the instructions for, the
 * one that is used first; returns how many.  All add in the same order.
 */
typedef void multiply_f(size_t k, const float *a, const float *b, float *c);
enum { MULTIPLY_ROWS = 12, MULTIPLY_COLUMNS = 32, MULTIPLIES = 3 };
int winograd_multiplies(multiply_f *can[MULTIPLIES]);

/* y = act(x * W + bias); bias may be NULL. */
void winograd_few_forward(const struct conv *c, const void *x,
                          const float *bias, void *y);

#endif
