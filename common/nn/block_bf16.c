/* block_bf16.c - a block in bf16 by AMX, by AVX512_BF16, or by plain loops */
#define _GNU_SOURCE /* syscall() */
#include "nn/block_product.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#    define HAVE_X86 1
#    include <cpuid.h>
#    include <immintrin.h>
#    include <sys/syscall.h>
#    include <unistd.h>
#endif

#include "nn/simd.h"

enum {
    HALF = BLOCK_SIDE / 2,
    PAIRS = BLOCK_DEPTH / 2,
    STEP = BLOCK_DEPTH * BLOCK_SIDE, /* of a panel */
};

static void do_nothing(void)
{
}

/* --- plain -----------------------------------------------------------------*/

typedef float vec
    __attribute__((vector_size(HALF * sizeof(float)), aligned(4), may_alias));
typedef uint32_t bits
    __attribute__((vector_size(HALF * sizeof(float)), aligned(2), may_alias));

enum { PLAIN_ROWS = 4 };

/* Both numbers of a pair; the first one is the lower half. */
static inline void split_pair(const uint16_t *pair, float to[2])
{
    const uint32_t u[2] = {(uint32_t)pair[0] << 16, (uint32_t)pair[1] << 16};

    memcpy(to, u, sizeof(u));
}

HOT static void plain_rows(const struct block_product *p, const uint16_t *a,
                           float *c)
{
    vec s[PLAIN_ROWS][2] = {{{0}}};
    const uint16_t *b = p->b;

    for (int t = 0; t < p->n_tap; t++)
        for (size_t k = 0; k < p->k; k += BLOCK_DEPTH, b += STEP)
            for (size_t r = 0; r < PAIRS; r++)
                for (size_t h = 0; h < 2; h++) {
                    const bits u =
                        *(const bits *)(const void *)(b + h * (STEP / 2) +
                                                      r * BLOCK_SIDE);
                    const vec even = (vec)(u << 16);
                    const vec odd = (vec)(u & 0xffff0000u);

                    for (size_t i = 0; i < PLAIN_ROWS; i++) {
                        float x[2];

                        split_pair(a + i * p->lda + p->tap[t] + k + 2 * r, x);
                        s[i][h] += x[0] * even;
                        s[i][h] += x[1] * odd;
                    }
                }
    for (size_t i = 0; i < PLAIN_ROWS; i++)
        memcpy(c + i * BLOCK_SIDE, s[i], sizeof(s[i]));
}

static void plain_multiply(const struct block_product *p, float *c)
{
    for (int i = 0; i < p->rows; i += PLAIN_ROWS)
        plain_rows(p, (const uint16_t *)p->a + (size_t)i * p->lda,
                   c + (size_t)i * BLOCK_SIDE);
}

static const struct block_kernel plain = {
    "plain",    sizeof(uint16_t), BLOCK_DEPTH,   false,
    do_nothing, do_nothing,       plain_multiply};

#ifdef HAVE_X86

/* --- AVX512_BF16 -----------------------------------------------------------*/

#    define AVX512 __attribute__((target("avx512f,avx512bw,avx512bf16")))

enum { VECTOR_ROWS = 8 };

AVX512 static inline __m512bh load_pairs(const uint16_t *b)
{
    return (__m512bh)_mm512_loadu_si512(b);
}

AVX512 static inline __m512bh repeat_pair(const uint16_t *a)
{
    int pair;

    memcpy(&pair, a, sizeof(pair));
    return (__m512bh)_mm512_set1_epi32(pair);
}

AVX512 static void avx512_rows(const struct block_product *p,
                               const uint16_t *rows, float *c)
{
    __m512 s[VECTOR_ROWS][2];
    const uint16_t *b = p->b;

#    pragma GCC unroll 8
    for (int i = 0; i < VECTOR_ROWS; i++)
        s[i][0] = s[i][1] = _mm512_setzero_ps();
    for (int t = 0; t < p->n_tap; t++)
        for (size_t k = 0; k < p->k; k += BLOCK_DEPTH, b += STEP / 2)
            for (size_t r = 0; r < PAIRS; r++, b += BLOCK_SIDE) {
                const uint16_t *a = rows + p->tap[t] + k + 2 * r;
                const __m512bh b0 = load_pairs(b);
                const __m512bh b1 = load_pairs(b + STEP / 2);

#    pragma GCC unroll 8
                for (size_t i = 0; i < VECTOR_ROWS; i++) {
                    const __m512bh x = repeat_pair(a + i * p->lda);

                    s[i][0] = _mm512_dpbf16_ps(s[i][0], x, b0);
                    s[i][1] = _mm512_dpbf16_ps(s[i][1], x, b1);
                }
            }
#    pragma GCC unroll 8
    for (int i = 0; i < VECTOR_ROWS; i++) {
        _mm512_storeu_ps(c + i * BLOCK_SIDE, s[i][0]);
        _mm512_storeu_ps(c + i * BLOCK_SIDE + HALF, s[i][1]);
    }
}

static void avx512_multiply(const struct block_product *p, float *c)
{
    for (int i = 0; i < p->rows; i += VECTOR_ROWS)
        avx512_rows(p, (const uint16_t *)p->a + (size_t)i * p->lda,
                    c + (size_t)i * BLOCK_SIDE);
}

static const struct block_kernel avx512 = {
    "avx512_bf16", sizeof(uint16_t), BLOCK_DEPTH,    false,
    do_nothing,    do_nothing,       avx512_multiply};

/* --- AMX -------------------------------------------------------------------*/

#    define AMX __attribute__((target("amx-tile,amx-bf16")))

enum {
    TILE_ROWS = 16,
    TILE_BYTES = 64, /* of a row */
    C_BYTES = BLOCK_SIDE * sizeof(float),
    PERMIT = 0x1023,    /* ARCH_REQ_XCOMP_PERM of arch_prctl() */
    TILE_DATA = 18,     /* XFEATURE_XTILEDATA */
    FEATURES = 7,       /* leaf of cpuid */
    AMX_BF16 = 1 << 22, /* in its edx */
};

/* All eight tiles are as large as they can be. */
static const struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
} tiles = {
    .palette = 1,
    .bytes = {TILE_BYTES, TILE_BYTES, TILE_BYTES, TILE_BYTES, TILE_BYTES,
              TILE_BYTES, TILE_BYTES, TILE_BYTES},
    .rows = {TILE_ROWS, TILE_ROWS, TILE_ROWS, TILE_ROWS, TILE_ROWS, TILE_ROWS,
             TILE_ROWS, TILE_ROWS},
};

AMX static void amx_begin(void)
{
    _tile_loadconfig(&tiles);
}

AMX static void amx_end(void)
{
    _tile_release();
}

/* Tiles 0 .. 3 are C, 4 and 5 A's rows, 6 and 7 B's columns. */
AMX static void amx_all(const struct block_product *p, float *c)
{
    const size_t bytes = p->lda * sizeof(uint16_t);
    const uint16_t *b = p->b;

    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int t = 0; t < p->n_tap; t++) {
        const uint16_t *a = (const uint16_t *)p->a + p->tap[t];

        for (size_t k = 0; k < p->k; k += BLOCK_DEPTH, b += STEP) {
            _tile_loadd(6, b, TILE_BYTES);
            _tile_loadd(4, a + k, bytes);
            _tile_dpbf16ps(0, 4, 6);
            _tile_loadd(7, b + STEP / 2, TILE_BYTES);
            _tile_dpbf16ps(1, 4, 7);
            _tile_loadd(5, a + k + TILE_ROWS * p->lda, bytes);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
    }
    _tile_stored(0, c, C_BYTES);
    _tile_stored(1, c + HALF, C_BYTES);
    _tile_stored(2, c + TILE_ROWS * BLOCK_SIDE, C_BYTES);
    _tile_stored(3, c + TILE_ROWS * BLOCK_SIDE + HALF, C_BYTES);
}

AMX static void amx_half(const struct block_product *p, float *c)
{
    const size_t bytes = p->lda * sizeof(uint16_t);
    const uint16_t *b = p->b;

    _tile_zero(0);
    _tile_zero(1);
    for (int t = 0; t < p->n_tap; t++) {
        const uint16_t *a = (const uint16_t *)p->a + p->tap[t];

        for (size_t k = 0; k < p->k; k += BLOCK_DEPTH, b += STEP) {
            _tile_loadd(4, a + k, bytes);
            _tile_loadd(6, b, TILE_BYTES);
            _tile_dpbf16ps(0, 4, 6);
            _tile_loadd(7, b + STEP / 2, TILE_BYTES);
            _tile_dpbf16ps(1, 4, 7);
        }
    }
    _tile_stored(0, c, C_BYTES);
    _tile_stored(1, c + HALF, C_BYTES);
}

static void amx_multiply(const struct block_product *p, float *c)
{
    if (p->rows > TILE_ROWS)
        amx_all(p, c);
    else
        amx_half(p, c);
}

static const struct block_kernel amx = {
    "amx",     sizeof(uint16_t), BLOCK_DEPTH, true,
    amx_begin, amx_end,          amx_multiply};

/* The system keeps the tiles of those programs alone that ask for it. */
static bool amx_allowed(void)
{
    unsigned a, b, c, d;

    return __get_cpuid_count(FEATURES, 0, &a, &b, &c, &d) && d & AMX_BF16 &&
           syscall(SYS_arch_prctl, PERMIT, TILE_DATA) == 0;
}

#endif

int block_kernels_bf16(const struct block_kernel *can[BLOCK_KERNELS])
{
    int n = 0;

#ifdef HAVE_X86
    if (amx_allowed())
        can[n++] = &amx;
    if (__builtin_cpu_supports("avx512bf16") &&
        __builtin_cpu_supports("avx512bw"))
        can[n++] = &avx512;
#endif
    can[n++] = &plain;
    return n;
}

int block_asks_bf16(const char *precision, bool *asked, struct err *err)
{
    *asked = precision && strcmp(precision, "bf16") == 0;
    return !precision || *asked || strcmp(precision, "float32") == 0
               ? 0
               : err_set(err, ERR_USAGE,
                         "precision '%.40s' is neither float32 nor bf16",
                         precision);
}

const struct block_kernel *block_kernel_bf16(void)
{
    const struct block_kernel *can[BLOCK_KERNELS];

    block_kernels_bf16(can);
    return can[0];
}
