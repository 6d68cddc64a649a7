/*
 * outcomes.h - what a classifier said of some cells, and what they are
 *
 * The one input of every figure.  A cell may count several times (or not at
 * all): that is how a bootstrap resample is told without copying anything.
 */
#ifndef STATS_OUTCOMES_H
#define STATS_OUTCOMES_H

#include <stddef.h>
#include <stdint.h>

enum { STATS_CLASSES_MAX = 64 };

struct outcomes {
    size_t n;             /* cells */
    int k;                /* classes, 1 .. STATS_CLASSES_MAX */
    const int *label;     /* (n) what it is, 0 .. k-1; borrowed, as all here */
    const int *predicted; /* (n) what it was called, 0 .. k-1 */
    const double *p;      /* (n, k) probabilities; NULL: decisions alone */
    const uint32_t *w;    /* (n) how often a cell counts; NULL: once each */
};

/* How often cell 'i' counts. */
static inline uint32_t outcomes_times(const struct outcomes *o, size_t i)
{
    return o->w ? o->w[i] : 1;
}

/* Cells, each as often as it counts. */
static inline size_t outcomes_count(const struct outcomes *o)
{
    size_t n = o->w ? 0 : o->n;

    for (size_t i = 0; o->w && i < o->n; i++)
        n += o->w[i];
    return n;
}

/* Cells that are called what they are; 'w' is not looked at. */
static inline size_t outcomes_right(const struct outcomes *o)
{
    size_t n = 0;

    for (size_t i = 0; i < o->n; i++)
        n += o->label[i] == o->predicted[i];
    return n;
}

/* Index of the largest of p[0 .. k-1]; the first of equals. */
static inline int outcomes_argmax(const double *p, int k)
{
    int best = 0;

    for (int c = 1; c < k; c++)
        if (p[c] > p[best])
            best = c;
    return best;
}

#endif
