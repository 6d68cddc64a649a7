#include "base/sort.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;

    return (p > q) - (p < q);
}

void sort_numbers(double *v, size_t n)
{
    qsort(v, n, sizeof(*v), by_value);
}
