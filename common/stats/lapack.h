/*
 * lapack.h - two solvers of linear equations
 *
 * OpenBLAS has them, but its package not always a header for them.
 */
#ifndef STATS_LAPACK_H
#define STATS_LAPACK_H

/*
 * Solve A x = b for a symmetric positive definite A (dposv).
 *   a [in,out] (n, n)    the triangle j >= i of rows i; spoilt
 *   b [in,out] (m, n)    m right-hand sides, replaced by the solutions
 * Returns 0, or -1 if A is not positive definite.
 */
int lapack_solve_positive(int n, double *a, int m, double *b);

/*
 * The same of a band: a[i (width + 1) + d] is A_(i, i + d), 0 <= d <= width
 * (dpbsv).
 */
int lapack_solve_band(int n, int width, double *a, int m, double *b);

#endif
