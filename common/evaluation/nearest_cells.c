/* nearest_cells.c - products of all with all, and the largest of each */
#include "evaluation/nearest_cells.h"

#include "nn/gemm.h"

#include <math.h>
#include <omp.h>
#include <string.h>

void nearest_cells_unit(float *x, size_t d)
{
    double sum = 0;

    for (size_t i = 0; i < d; i++)
        sum += (double)x[i] * (double)x[i];
    for (size_t i = 0; i < d; i++)
        x[i] = sum > 0 ? (float)((double)x[i] / sqrt(sum)) : 0.0F;
}

/* Put a cell into a list of k, the most alike first. */
static void insert_near(struct near_cell *list, int k, size_t cell, float alike)
{
    int at = k;

    while (at > 0 && alike > list[at - 1].alike)
        at--;
    if (at == k)
        return;
    memmove(list + at + 1, list + at, (size_t)(k - 1 - at) * sizeof(*list));
    list[at] = (struct near_cell){cell, alike};
}

void nearest_cells_find(const struct nearest_cells_args *a,
                        struct near_cell *list)
{
    gemm(&(struct gemm){.ta = AS_IS,
                        .tb = TRANSPOSED,
                        .m = (int)a->n,
                        .n = (int)a->m,
                        .k = (int)a->d,
                        .a = a->x,
                        .b = a->others,
                        .c = a->scratch},
         omp_get_max_threads());
    for (size_t i = 0; i < a->n; i++, list += a->k) {
        for (int j = 0; j < a->k; j++)
            list[j].alike = -2;
        for (size_t j = 0; j < a->m; j++)
            insert_near(list, a->k, j, a->scratch[i * a->m + j]);
    }
}

double nearest_cells_distance(const struct near_cell *c)
{
    return sqrt(fmax(0, 2 - 2 * (double)c->alike));
}

double nearest_cells_beyond(const double *sorted, size_t n, double distance)
{
    size_t nearer = 0;

    while (nearer < n && sorted[nearer] < distance)
        nearer++;
    return n ? (double)nearer / (double)n : (double)NAN;
}
