#include "ranks/gradient_sum.h"

void gradient_sum_begin(struct gradient_sum *e, struct dist *d, float *x,
                        size_t n)
{
    *e = (struct gradient_sum){.dist = d, .x = x, .left = n};
}

/* The last 'n' floats of those that are left. */
static void sum_last(struct gradient_sum *e, size_t n)
{
    e->left -= n;
    if (e->rc == 0)
        e->rc = dist_sum_float(e->dist, e->x + e->left, n, &e->err);
}

void gradient_sum_ready(void *exchange, size_t from)
{
    struct gradient_sum *e = exchange;

    while (e->left >= from + GRADIENT_SUM_BUCKET)
        sum_last(e, GRADIENT_SUM_BUCKET);
}

int gradient_sum_end(struct gradient_sum *e, struct err *err)
{
    gradient_sum_ready(e, 0);
    sum_last(e, e->left);
    if (e->rc < 0)
        *err = e->err;
    return e->rc;
}
