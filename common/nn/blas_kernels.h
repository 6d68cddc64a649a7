/*
 * blas_kernels.h - kernels of OpenBLAS that suit the processor
 *
 * OpenBLAS chooses by the processor's model.  For one that is newer than itself
 * it takes its oldest kernels, which are a quarter as fast (its issue 4268).  It
 * chooses once, when it is loaded, so the program starts again.
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
 * Start the program again with better kernels, if there are any and
 * OPENBLAS_CORETYPE is not set.  To be called first in main(): it returns only
 * if nothing is to be done or it has been.  Programs that this one starts know
 * nothing of it, as they may run on another processor.
 *   argv [in] of main()
 */
void blas_kernels_choose(char **argv);

/* The kernels that OpenBLAS took before the program started again; "": it has
 * not. */
const char *blas_kernels_before(void);

#endif
