/* block_float32.c - a block in float32, some rows at a time in registers */
#include "nn/block_product.h"

#include <string.h>

#include "nn/simd.h"

enum {
    LANES = 16,
    MOST_ROWS = 8,
    MOST_VECTORS = BLOCK_SIDE / LANES,
    AHEAD =
        2048, /* floats of a panel, which a shared cache needs a while for */
};

typedef float vec
    __attribute__((vector_size(LANES * sizeof(float)), aligned(4), may_alias));

static void do_nothing(void)
{
}

/* 'n' rows from 'row' on, of so many vectors of columns.  Rows past the last
 * that is wanted are the last one once more. */
INLINE void multiply_rows(const struct block_product *p, const size_t n,
                          const size_t vectors, size_t row, size_t column,
                          float *c)
{
    const size_t last = (size_t)p->rows - 1;
    const float *a[MOST_ROWS], *b = (const float *)p->b + column;
    vec s[MOST_ROWS][MOST_VECTORS] = {{{0}}};

    for (size_t i = 0; i < n; i++)
        a[i] = (const float *)p->a + (row + i < last ? row + i : last) * p->lda;
    for (int t = 0; t < p->n_tap; t++)
        for (size_t k = p->tap[t]; k < p->tap[t] + p->k; k++, b += BLOCK_SIDE)
#pragma GCC unroll 2
            for (size_t v = 0; v < vectors; v++) {
                const vec x = *(const vec *)(const void *)(b + v * LANES);

                __builtin_prefetch(b + v * LANES + AHEAD);
#pragma GCC unroll 8
                for (size_t i = 0; i < n; i++)
                    s[i][v] += a[i][k] * x;
            }
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < vectors; v++)
            memcpy(c + (row + i) * BLOCK_SIDE + column + v * LANES, &s[i][v],
                   sizeof(vec));
}

INLINE void multiply_block(const struct block_product *p, const size_t n,
                           const size_t vectors, float *c)
{
    for (size_t i = 0; i < (size_t)p->rows; i += n)
        for (size_t j = 0; j < BLOCK_SIDE; j += vectors * LANES)
            multiply_rows(p, n, vectors, i, j, c);
}

static void plain_multiply(const struct block_product *p, float *c)
{
    multiply_block(p, 2, 1, c);
}

static const struct block_kernel plain = {
    "plain", sizeof(float), 1, false, do_nothing, do_nothing, plain_multiply};

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("arch=x86-64-v3"))) static void avx2_multiply(
    const struct block_product *p, float *c)
{
    multiply_block(p, 4, 1, c);
}

__attribute__((target("arch=x86-64-v4"))) static void avx512_multiply(
    const struct block_product *p, float *c)
{
    multiply_block(p, MOST_ROWS, MOST_VECTORS, c);
}

static const struct block_kernel avx2 = {
    "avx2", sizeof(float), 1, false, do_nothing, do_nothing, avx2_multiply};
static const struct block_kernel avx512 = {
    "avx512", sizeof(float), 1, false, do_nothing, do_nothing, avx512_multiply};
#endif

int block_kernels_float32(const struct block_kernel *can[BLOCK_KERNELS])
{
    int n = 0;

#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("x86-64-v4"))
        can[n++] = &avx512;
    if (__builtin_cpu_supports("x86-64-v3"))
        can[n++] = &avx2;
#endif
    can[n++] = &plain;
    return n;
}

const struct block_kernel *block_kernel_float32(void)
{
    const struct block_kernel *can[BLOCK_KERNELS];

    block_kernels_float32(can);
    return can[0];
}
