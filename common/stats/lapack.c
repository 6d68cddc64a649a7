#include "stats/lapack.h"

#include <stddef.h>

/* Fortran's; CHARACTER arguments bring their length along at the end. */
extern void dposv_(const char *uplo, const int *n, const int *nrhs, double *a,
                   const int *lda, double *b, const int *ldb, int *info,
                   size_t uplo_len);
extern void dpbsv_(const char *uplo, const int *n, const int *kd,
                   const int *nrhs, double *ab, const int *ldab, double *b,
                   const int *ldb, int *info, size_t uplo_len);

/* Fortran stores columns: its lower triangle is our upper one. */
int lapack_solve_positive(int n, double *a, int m, double *b)
{
    int info = 0;

    dposv_("L", &n, &m, a, &n, b, &n, &info, 1);
    return info == 0 ? 0 : -1;
}

int lapack_solve_band(int n, int width, double *a, int m, double *b)
{
    const int rows = width + 1;
    int info = 0;

    dpbsv_("L", &n, &width, &m, a, &rows, b, &n, &info, 1);
    return info == 0 ? 0 : -1;
}
