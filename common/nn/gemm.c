#include "nn/gemm.h"

#include "base/err.h"
#include "base/machine.h"
#include "base/thread.h"
#include "nn/blas_kernels.h"
#include "nn/simd.h"

#include <cblas.h>
#include <malloc.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef HAVE_DNNL
#    include <dnnl.h>
#endif

enum {
    TALL = 2048,       /* rows of C from which only rows are cut */
    TILE = 1 << 16,    /* floats of A and C in a tile: half of a small L2 */
    PIECES = 8,        /* tiles otherwise */
    LONG_PIECES = 16,  /* of k */
    LONG_LEAST = 1024, /* k of a piece */
    LONG_C = 1 << 16,  /* floats of C above which k is not cut */
    KEEP_BYTES = 32 << 20,
};

/*
 * oneDNN takes memory for every product and gives it back: what malloc would
 * return to the system with each is faulted in again, page by page, at the
 * next.  OpenBLAS' OpenMP build sets OpenMP's own number, too, so put that
 * back, or a quota of processor time if that is less.
 */
void gemm_setup(void)
{
    int threads = omp_get_max_threads();

    if (!getenv("OMP_NUM_THREADS") && machine_cores() < threads)
        threads = machine_cores();
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, KEEP_BYTES); /* the most that it accepts */
    mallopt(M_TRIM_THRESHOLD, 2 * KEEP_BYTES);
#endif
    blas_kernels_choose();
    openblas_set_num_threads(1);
    omp_set_num_threads(threads);
}

/* Who is inside, and how many threads OpenBLAS had before; under 'inside'. */
static pthread_mutex_t inside = PTHREAD_MUTEX_INITIALIZER;
static int n_inside, threads_before;

void gemm_enter(void)
{
    pthread_mutex_lock(&inside);
    if (n_inside++ == 0) {
        threads_before = openblas_get_num_threads();
        openblas_set_num_threads(1);
    }
    pthread_mutex_unlock(&inside);
}

void gemm_leave(void)
{
    pthread_mutex_lock(&inside);
    if (--n_inside == 0)
        openblas_set_num_threads(threads_before);
    pthread_mutex_unlock(&inside);
}

#ifdef HAVE_DNNL
/* Is this thread one of OpenMP's, at any level? */
static bool is_openmp_own(void)
{
    for (int i = omp_get_level(); i > 0; i--)
        if (omp_get_ancestor_thread_num(i) > 0)
            return true;
    return false;
}

/*
 * For a longer k oneDNN's kernels point the stack pointer at a block of malloc
 * while they work.  What the system writes there for a handler lands before the
 * block, on what others have.  OpenMP's own threads run no handler at all.
 */
static dnnl_status_t call_dnnl(const struct gemm *g)
{
    dnnl_status_t status;

    if (!thread_holds_signals() && is_openmp_own())
        thread_hold_signals(); /* for good */
    thread_hold_signals();
    status = dnnl_sgemm(g->ta == AS_IS ? 'N' : 'T', g->tb == AS_IS ? 'N' : 'T',
                        g->m, g->n, g->k, 1.0f, g->a, g->lda, g->b, g->ldb,
                        g->beta, g->c, g->ldc);
    thread_let_signals();
    return status;
}
#endif

/* True if oneDNN did it: it is not there in every build, and may run short of
 * memory. */
static bool by_dnnl(const struct gemm *g)
{
#ifdef HAVE_DNNL
    return g->by == GEMM_BEST && call_dnnl(g) == dnnl_success;
#else
    (void)g;
    return false;
#endif
}

static void by_openblas(const struct gemm *g)
{
    cblas_sgemm(CblasRowMajor, g->ta == AS_IS ? CblasNoTrans : CblasTrans,
                g->tb == AS_IS ? CblasNoTrans : CblasTrans, g->m, g->n, g->k,
                1.0f, g->a, g->lda, g->b, g->ldb, g->beta, g->c, g->ldc);
}

HOT void gemm_finish(const struct gemm_after *f, size_t rows, size_t n,
                     size_t ldc, float *c)
{
    const float lo = f->lo, hi = f->hi;

    for (size_t i = 0; i < rows; i++) {
        float *r = c + i * ldc;

        if (f->bias)
            for (size_t j = 0; j < n; j++)
                r[j] += f->bias[j];
        for (size_t j = 0; j < n; j++) {
            const float v = lo > r[j] ? lo : r[j];

            r[j] = hi < v ? hi : v;
        }
    }
}

/* Where the caller does not say how far rows are apart they lie together. */
static struct gemm with_strides(const struct gemm *g)
{
    struct gemm t = *g;

    t.lda = t.lda ? t.lda : t.ta == AS_IS ? t.k : t.m;
    t.ldb = t.ldb ? t.ldb : t.tb == AS_IS ? t.n : t.k;
    t.ldc = t.ldc ? t.ldc : t.n;
    return t;
}

/* A parallel region of one thread does not count as one for the libraries; the
 * number set here is that of this region's thread alone. */
void gemm_one(const struct gemm *g)
{
    const struct gemm t = with_strides(g);

    if (!omp_in_parallel() && omp_get_max_threads() > 1)
        omp_set_num_threads(1);
    if (!by_dnnl(&t))
        by_openblas(&t);
    if (t.after)
        gemm_finish(t.after, (size_t)t.m, (size_t)t.n, (size_t)t.ldc, t.c);
}

/* Rows [i0, i1) and columns [j0, j1) of C. */
static void gemm_tile(const struct gemm *g, const size_t row[2],
                      const size_t col[2])
{
    struct gemm t = *g;
    struct gemm_after f;
    const size_t lda = (size_t)g->lda, ldb = (size_t)g->ldb;

    t.a += g->ta == AS_IS ? row[0] * lda : row[0];
    t.b += g->tb == AS_IS ? col[0] : col[0] * ldb;
    t.c += row[0] * (size_t)g->ldc + col[0];
    t.m = (int)(row[1] - row[0]);
    t.n = (int)(col[1] - col[0]);
    if (g->after) {
        f = *g->after;
        f.bias = f.bias ? f.bias + col[0] : NULL;
        t.after = &f;
    }
    gemm_one(&t);
}

void gemm(const struct gemm *g, int threads)
{
    const size_t m = (size_t)g->m, n = (size_t)g->n, k = (size_t)g->k;
    const struct gemm all = with_strides(g);
    struct simd_chunks rows = simd_chunks(m, m, 1), cols = simd_chunks(n, n, 1);

    if (m == 0 || n == 0)
        return;
    if (m >= TALL)
        rows = simd_chunks(m, TILE / (n + k) / 16 * 16 + 64, m);
    else if (n >= m)
        cols = simd_chunks(n, (n / PIECES + 15) / 16 * 16 + 16, PIECES);
    else
        rows = simd_chunks(m, (m / PIECES + 15) / 16 * 16 + 16, PIECES);
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (int i = 0; i < rows.pieces; i++)
        for (int j = 0; j < cols.pieces; j++)
            gemm_tile(&all,
                      (size_t[]){simd_chunk_begin(&rows, i),
                                 simd_chunk_end(&rows, i)},
                      (size_t[]){simd_chunk_begin(&cols, j),
                                 simd_chunk_end(&cols, j)});
}

static struct simd_chunks split_long(int m, int n, int k)
{
    const size_t c = (size_t)m * (size_t)n;

    return simd_chunks((size_t)k, LONG_LEAST, c > LONG_C ? 1 : LONG_PIECES);
}

size_t gemm_long_scratch(int m, int n, int k)
{
    const size_t c = (size_t)m * (size_t)n;

    /* a shorter k may be cut into more pieces */
    return c > LONG_C || (size_t)k <= LONG_LEAST ? 0 : LONG_PIECES * c;
}

/* c[i] += the sum of part[0 .. n-1][i], in this order. */
HOT static void add_parts(const float *part, int n, size_t len, float *c)
{
    for (int i = 0; i < n; i++)
        for (size_t j = 0; j < len; j++)
            c[j] += part[(size_t)i * len + j];
}

void gemm_long(const struct gemm *g, int threads, float *scratch)
{
    const struct simd_chunks ks = split_long(g->m, g->n, g->k);
    const size_t len = (size_t)g->m * (size_t)g->n;
    struct gemm all = with_strides(g);

    BUG_ON(all.ldc != all.n);
    all.after = NULL;
    if (ks.pieces < 2) {
        all.beta = 1.0f;
        gemm(&all, threads);
        return;
    }
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < ks.pieces; i++) {
        const size_t k0 = simd_chunk_begin(&ks, i);
        struct gemm t = all;

        t.a += t.ta == AS_IS ? k0 : k0 * (size_t)t.lda;
        t.b += t.tb == AS_IS ? k0 * (size_t)t.ldb : k0;
        t.k = (int)(simd_chunk_end(&ks, i) - k0);
        t.beta = 0.0f;
        t.c = scratch + (size_t)i * len;
        gemm_one(&t);
    }
    add_parts(scratch, ks.pieces, len, g->c);
}

const char *gemm_library(void)
{
    return openblas_get_config();
}

const char *gemm_provider(void)
{
#ifdef HAVE_DNNL
    return "oneDNN";
#else
    return "OpenBLAS";
#endif
}

static const char *loop_name(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("x86-64-v4"))
        return "x86-64-v4";
    if (__builtin_cpu_supports("x86-64-v3"))
        return "x86-64-v3";
#endif
    return "plain";
}

void gemm_describe(char text[GEMM_DESCRIPTION])
{
    char dnnl[48] = "";

#ifdef HAVE_DNNL
    static const struct {
        dnnl_cpu_isa_t isa;
        const char *name;
    } isas[] = {{dnnl_cpu_isa_sse41, "sse41"},
                {dnnl_cpu_isa_avx, "avx"},
                {dnnl_cpu_isa_avx2, "avx2"},
                {dnnl_cpu_isa_avx512_core, "avx512"}};
    const dnnl_version_t *v = dnnl_version();
    const char *isa = "other";

    for (size_t i = 0; i < sizeof(isas) / sizeof(isas[0]); i++)
        if (dnnl_get_effective_cpu_isa() >= isas[i].isa)
            isa = isas[i].name;
    snprintf(dnnl, sizeof(dnnl), "oneDNN %d.%d.%d (%s), ", v->major, v->minor,
             v->patch, isa);
#endif
    snprintf(text, GEMM_DESCRIPTION, "%sOpenBLAS (%.32s), loops %s", dnnl,
             gemm_processor(), loop_name());
}

const char *gemm_processor(void)
{
    blas_kernels_choose();
    return openblas_get_corename();
}
