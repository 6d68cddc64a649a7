/*
 * gemm.h - C = op(A) op(B) + beta C for row-major float matrices
 *
 * The one door to matrix products: oneDNN's where the build found that library
 * (it uses AVX-512 whatever kernels OpenBLAS was told to use), else OpenBLAS'.
 *
 * 'm', 'n', 'k' are the sizes after transposition:
 * op(A) is m x k, op(B) is k x n, C is m x n; any of them may be 0.  'lda' is
 * the distance between rows of A as it is stored.  Either runs one thread
 * inside ours, on tiles that depend on the sizes alone, so the bits of C do not
 * depend on the number of threads.  Signals wait until the product is there
 * (base/thread.h): oneDNN's kernels cannot bear a handler.
 */
#ifndef NN_GEMM_H
#define NN_GEMM_H

#include <stdbool.h>
#include <stddef.h>

enum trans { AS_IS, TRANSPOSED };
enum gemm_by { GEMM_BEST, GEMM_OPENBLAS };

/* What happens to C behind the product: c = clip(c + bias of its column). */
struct gemm_after {
    const float *bias; /* (n), borrowed; NULL: none */
    float lo, hi;
};

struct gemm {
    enum trans ta, tb;
    int m, n, k;
    const float *a, *b; /* borrowed */
    float beta;
    float *c;          /* borrowed; overlaps neither a nor b */
    int lda, ldb, ldc; /* floats from row to row; 0: rows lie together */
    const struct gemm_after *after; /* borrowed; NULL: nothing */
    enum gemm_by by;                /* for tests: which library */
};

/*
 * Call once before the others: OpenBLAS must not start threads of its own, and
 * malloc keeps blocks up to 32 MB instead of returning them to the system.
 */
void gemm_setup(void);

/*
 * For a library in a program that uses OpenBLAS, too: between the two OpenBLAS
 * starts no threads of its own, then it has as many as before the first of those
 * that are inside entered.  Any number of threads may be; it may also set
 * OpenMP's number for the calling thread.
 */
void gemm_enter(void);
void gemm_leave(void);

/* What 'after' does, to 'rows' rows of C that are already there. */
void gemm_finish(const struct gemm_after *f, size_t rows, size_t n, size_t ldc,
                 float *c);

/* In this thread alone; call it in an OpenMP region. */
void gemm_one(const struct gemm *g);

/* Tiles of C over 'threads' threads. */
void gemm(const struct gemm *g, int threads);

/*
 * For a long k and a small C: k is cut into pieces, whose products are added in
 * order.  Always C += op(A) op(B); 'beta' and 'after' are not read, and ldc
 * must be n.
 *   scratch [scratch] gemm_long_scratch(m, n, k) floats
 */
void gemm_long(const struct gemm *g, int threads, float *scratch);
size_t gemm_long_scratch(int m, int n, int k);

/* Who makes the products, "oneDNN" or "OpenBLAS". */
const char *gemm_provider(void);

/*
 * All that decides how the engine's sums are rounded here: libraries, their
 * kernels, the instructions of our own loops.  "oneDNN 2.7.2 (avx2), OpenBLAS
 * (Zen), loops x86-64-v3".  Algorithms follow from the shapes alone.
 */
enum { GEMM_DESCRIPTION = 160 };
void gemm_describe(char text[GEMM_DESCRIPTION]);

/* How OpenBLAS was built, and for which processor it works, "Haswell"; both
 * static. */
const char *gemm_library(void);
const char *gemm_processor(void);

#endif
