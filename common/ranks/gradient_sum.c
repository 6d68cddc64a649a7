#include "ranks/gradient_sum.h"

void exchange_begin(struct exchange *e, struct dist *d, float *x, size_t n)
{
    *e = (struct exchange){.dist = d, .x = x, .left = n};
}

/* The last 'n' floats of those that are left. */
static void sum_last(struct exchange *e, size_t n)
{
    e->left -= n;
    if (e->rc == 0)
        e->rc = dist_sum_float(e->dist, e->x + e->left, n, &e->err);
}

void exchange_ready(void *exchange, size_t from)
{
    struct exchange *e = exchange;

    while (e->left >= from + EXCHANGE_BUCKET)
        sum_last(e, EXCHANGE_BUCKET);
}

int exchange_end(struct exchange *e, struct err *err)
{
    exchange_ready(e, 0);
    sum_last(e, e->left);
    if (e->rc < 0)
        *err = e->err;
    return e->rc;
}
