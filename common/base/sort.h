/*
 * sort.h - numbers in order
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include <stddef.h>

/* From the least; none is NAN. */
void sort_numbers(double *v, size_t n);

#endif
