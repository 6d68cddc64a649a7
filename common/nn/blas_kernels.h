/*
 * blas_kernels.h - kernels of OpenBLAS that suit the processor
 *
 * OpenBLAS chooses by the processor's model.  For one that is newer than itself
 * it takes its oldest kernels, which are a quarter as fast (its issue 4268).
 */
#ifndef NN_BLAS_KERNELS_H
#define NN_BLAS_KERNELS_H

/* Instructions, each with those before. */
enum blas_level { BLAS_OLD, BLAS_AVX, BLAS_AVX2, BLAS_AVX512 };

/* Those of this processor. */
enum blas_level blas_kernels_level(void);

/* The kernels for such a processor, as OPENBLAS_CORETYPE names them, if those
 * for 'core', as openblas_get_corename() does, are older; else NULL. */
const char *blas_kernels_better(const char *core, enum blas_level level);

/*
 * Let OpenBLAS choose again, and better, if it can and OPENBLAS_CORETYPE is not
 * set.  The first call does it, later ones nothing; no product may be under way.
 */
void blas_kernels_choose(void);

/* The kernels that OpenBLAS took by itself; "": those that it has. */
const char *blas_kernels_before(void);

#endif
